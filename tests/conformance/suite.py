"""Starts conformance-server, runs cases against it side by side, prints TAP.

A case is a coroutine that gets a Case and opens connections of its own; it fails by an
exception or by a breach of the rules that one of its connections saw. A suite ends with the
server's end: status 0, and no word of a sanitizer.
"""
import asyncio
import inspect
import json
import os
import re
import signal
import sys
import tempfile
import time

import websockets
from forms import *
from wire import *

REPORTS = re.compile(r"ERROR: \w*Sanitizer|WARNING: ThreadSanitizer|runtime error:|"
                     r"SUMMARY: \w*Sanitizer|Assertion .* failed")


class Server:
    """A conformance-server on a free port."""

    @classmethod
    async def start(cls, *args, config=None):
        self = cls()
        self.log = tempfile.TemporaryFile()
        self.config = None
        if config:
            self.config = tempfile.NamedTemporaryFile("w", suffix=".yaml")
            self.config.write(config)
            self.config.flush()
            args += ("--config", self.config.name)
        program = os.path.join(os.environ.get("B", "build"), "tests", "conformance-server")
        self.process = await asyncio.create_subprocess_exec(
            program, "--port", "0", *args, stdout=asyncio.subprocess.PIPE, stderr=self.log,
            stdin=asyncio.subprocess.DEVNULL)
        line = await asyncio.wait_for(self.process.stdout.readline(), 30)
        found = re.fullmatch(rb"listening on (\d+)\n", line)
        ok(found, f"the server says {line!r}: {self.words()[-500:]}")
        self.port = int(found.group(1))
        return self

    def words(self):
        # not seek(): the child writes where the offset, which it shares, stands
        size = os.fstat(self.log.fileno()).st_size
        return os.pread(self.log.fileno(), size, 0).decode("utf-8", "replace")

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    @property
    def dead(self):
        return self.process.returncode is not None

    async def ended(self, limit=20):
        """Waits for it to end; what is wrong with that, or ""."""
        try:
            status = await asyncio.wait_for(self.process.wait(), limit)
        except asyncio.TimeoutError:
            self.process.kill()
            await self.process.wait()
            return f"did not end within {limit} s"
        report = REPORTS.search(self.words())
        if report:
            at = max(0, report.start() - 200)
            return "reports: " + self.words()[at:at + 3000]
        return f"exit status {status}: {self.words()[-1500:]}" if status else ""

    async def stop(self, limit=20):
        if not self.dead:
            self.signal()
        return await self.ended(limit)


class Case:
    """One named case and what it has opened."""

    def __init__(self, suite, name, function, limit, own):
        self.suite, self.name, self.function, self.limit = suite, name, function, limit
        self.own = own
        self.server, self.clients, self.waits, self.owned = None, [], "", []

    async def connect(self, hello=(), wait=True, server=None, headers=None, query="",
                      path="/spy"):
        """A connection; HELLO is said with these settings, and the server's awaited. None:
        nothing is said."""
        port = (server or self.server).port
        ws = await websockets.connect(
            f"ws://127.0.0.1:{port}{path}{query}", subprotocols=[SUBPROTOCOL],
            compression=None, max_size=None, max_queue=None, ping_interval=None,
            close_timeout=10, open_timeout=self.limit, extra_headers=headers,
            write_limit=1 << 24)
        eq(ws.subprotocol, SUBPROTOCOL, "subprotocol")
        client = Client(self, ws, hello)
        self.clients.append(client)
        if hello is not None:
            client.hello = dict(hello)
            await client.send(client.say_hello())
            if wait:
                await client.until(lambda: client.peer is not None, "HELLO")
        return client

    async def start_server(self, *args, **kw):
        server = await Server.start(*args, **kw)
        self.owned.append(server)
        return server

    async def tcp(self, data=b"", server=None):
        port = (server or self.server).port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        await writer.drain()
        return reader, writer

    async def body(self):
        await self.function(self)
        for client in self.clients:
            if not client.closed and not client.left:
                await client.leave()

    async def run(self):
        """What is wrong, or None."""
        problems = []
        try:
            await asyncio.wait_for(self.body(), self.limit)
        except asyncio.TimeoutError:
            problems.append(f"ran out of time waiting for {self.waits or '?'}")
        except Failure as failure:
            problems.append(str(failure))
        except (Breach, OSError, websockets.WebSocketException, asyncio.IncompleteReadError,
                EOFError, LookupError, TypeError, ValueError, AttributeError) as error:
            line = inspect.trace()[-1]
            problems.append(f"{type(error).__name__}: {error} ({line.filename}:{line.lineno})")
        for client in self.clients:
            if not client.closed:
                client.reader.cancel()
                client.ws.transport.abort()
            problems += client.breaches
        for server in self.owned:
            wrong = await server.stop()
            if wrong:
                problems.append("the server " + wrong)
        if not problems:
            return None
        for i, client in enumerate(self.clients[:4]):
            problems += [f"connection {i}:"] + client.trace[-12:]
        return problems


class Suite:
    """Cases that share a server, and some that do not. own=True: none is there, the case
    starts its own; own="serial": a second server, one case at a time."""

    AT_ONCE = 24

    def __init__(self, *args, config=None):
        self.cases, self.args, self.config = [], args, config
        self.servers, self.problems = {}, []

    def case(self, name, limit=20, own=False):
        def add(function):
            self.add(name, function, limit, own)
            return function
        return add

    def add(self, name, function, limit=20, own=False):
        ok(all(c.name != name for c in self.cases), f"two cases are called {name}")
        ok("#" not in name and "\n" not in name, f"{name!r} is no name for TAP")
        self.cases.append(Case(self, name, function, limit, own))

    async def server(self, which):
        """The shared server; another one in its place when it has died."""
        found = self.servers.get(which)
        if found and not found.dead:
            return found
        if found:
            self.problems.append("the server " + (await found.ended() or "ended by itself"))
        self.servers[which] = await Server.start(*self.args, config=self.config)
        return self.servers[which]

    async def one(self, case, lock, room):
        async with room:
            if not case.own or case.own == "serial":
                async with lock:
                    case.server = await self.server(case.own or "shared")
            return await case.run()

    async def all(self, cases):
        lock = asyncio.Lock()
        rooms = {False: asyncio.Semaphore(self.AT_ONCE), True: asyncio.Semaphore(4),
                 "serial": asyncio.Semaphore(1)}
        results = await asyncio.gather(*[self.one(c, lock, rooms[c.own]) for c in cases])
        for server in self.servers.values():
            wrong = await server.stop()
            if wrong:
                self.problems.append("the server " + wrong)
        return results + [self.problems or None]

    def main(self):
        """Runs the cases whose names contain one of the arguments, all without arguments."""
        words = [w for w in sys.argv[1:] if not w.startswith("-")]
        cases = [c for c in self.cases if not words or any(w in c.name for w in words)]
        start = time.monotonic()
        results = asyncio.run(self.all(cases))
        names = [c.name for c in cases] + ["the server ends well and reports nothing"]
        print(f"1..{len(results)}")
        for i, (name, problems) in enumerate(zip(names, results), 1):
            print(f"{'not ' if problems else ''}ok {i} - {name}")
            for problem in problems or ():
                for line in problem.splitlines() or [""]:
                    print(f"# {line}")
        print(f"# {time.monotonic() - start:.1f} s")
        sys.exit(1 if any(results) else 0)


def config(**settings):
    """A settings file; JSON is YAML."""
    return json.dumps(settings) + "\n"
