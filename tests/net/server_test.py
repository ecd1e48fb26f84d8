#!/usr/bin/python3
"""
The server as an operator and a stranger see it: HTTP pages, limits, crowds, slow readers,
draining; and the protocol spoken by a client that shares no code with ours.
"""
import asyncio
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import msgpack
import websockets

from server import (Raw, Server, check, done, frame, request, skip, status_of, upgraded,
                    wait_for)

HELLO = [0, 1, {}]
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20000), hard))


def get(server, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=10) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def metric(server, name):
    found = re.search("^" + re.escape(name) + r" (\S+)$", get(server, "/metrics")[1], re.M)
    return float(found.group(1)) if found else None


class Client:
    """A stranger's client: frames as lists."""

    def __init__(self, url, **options):
        self.url, self.options = url, options

    async def __aenter__(self):
        self.socket = await websockets.connect(
            self.url, subprotocols=["spy.1.msgpack"], compression=None,
            max_size=None, **self.options)
        self.frames = []
        return self

    async def __aexit__(self, *_):
        await self.socket.close()

    async def send(self, *frames):
        await self.socket.send(b"".join(msgpack.packb(f) for f in frames))

    async def recv(self):
        while not self.frames:
            unpacker = msgpack.Unpacker(strict_map_key=False, max_buffer_size=1 << 26)
            unpacker.feed(await asyncio.wait_for(self.socket.recv(), 20))
            self.frames = list(unpacker)
        return self.frames.pop(0)

    async def recv_kind(self, *kinds):
        while True:
            got = await self.recv()
            if got[0] in kinds:
                return got


# --- the protocol -------------------------------------------------------------------------


async def protocol(server):
    async with Client(server.url) as c:
        check(c.socket.subprotocol == "spy.1.msgpack", "the subprotocol")
        await c.send(HELLO, [1, 1, "conformance.plain.hello", ["you"]], [8, 5])
        first = await c.recv()
        check(first[:2] == [0, 1] and first[2]["agent"].startswith("spygen/"), "HELLO", first)
        seen = [await c.recv(), await c.recv()]
        check([4, 1, 0, "Hello, you!"] in seen, "a call sent before the server's HELLO", seen)
        check([9, 5] in seen, "PONG", seen)

        await c.send([1, 2, "conformance.streaming.echo_int", []],
                     [3, 2, 1, 42], [3, 2, 1, -7], [4, 2, 1])
        seen = [await c.recv() for _ in range(4)]
        check(seen == [[2, 2], [3, 2, 0, 42], [3, 2, 0, -7], [4, 2, 0]], "a stream", seen)

        await c.send([1, 3, "conformance.nothing", []], [1, 4, "nobody.knows", []])
        seen = [await c.recv(), await c.recv()]
        check([f[:4] for f in seen] == [[5, 3, 0, 12], [5, 4, 0, 12]], "no such method", seen)

        await c.send([10, "user:u1"])
        got = await c.recv_kind(11)
        check(got[0] == 11, "AUTH is answered", got)
        await c.send([1, 5, "conformance.streaming.never_ending_stream", [1000000]])
        await c.recv_kind(3)
        await c.send([6, 5, 0])
        got = await c.recv_kind(5)
        check(got[:4] == [5, 5, 0, 1], "CANCEL is confirmed", got)

        big = os.urandom(1 << 19)
        await c.send([1, 6, "conformance.streaming.echo_bytes", [], {"credit": 1 << 22}])
        await c.send([3, 6, 1, big])
        got = await c.recv_kind(3)
        check(got[3] == big, "half a MiB and back", len(got[3]))
        await c.send([4, 6, 1])
        await c.recv_kind(4)
        await (await c.socket.ping())
        check(True, "a WebSocket ping")

    async with Client(server.url) as c:
        await c.send(HELLO)
        await c.socket.send("text")
        try:
            while True:
                await asyncio.wait_for(c.socket.recv(), 10)
        except websockets.ConnectionClosed as closed:
            check(closed.rcvd and closed.rcvd.code == 1002, "text: close code 1002", closed)


async def chunks(server):
    """1 MiB messages both ways, many connections at once."""
    async def one(i):
        async with Client(server.url) as c:
            data = bytes([i]) * ((1 << 20) - 64)
            await c.send([0, 1, {"max_message": 1 << 21}],
                         [1, 1, "conformance.streaming.echo_bytes", [], {"credit": 1 << 22}])
            got = []
            for _ in range(3):
                await c.send([3, 1, 1, data])
                item = await c.recv_kind(3, 5)
                got.append(item[0] == 3 and item[3] == data)
                await c.send([7, 1, 0, len(data)])
            return all(got)
    check(all(await asyncio.gather(*[one(i) for i in range(8)])), "messages of 1 MiB")


server = Server()
asyncio.run(protocol(server))
asyncio.run(chunks(server))

# --- pages --------------------------------------------------------------------------------

check(get(server, "/healthz") == (200, "ok\n"), "/healthz")
check(get(server, "/readyz") == (200, "ready\n"), "/readyz")
status, page = get(server, "/metrics")
check(status == 200 and "spy_calls_started_total" in page and
      'spy_call_duration_seconds_bucket{le="+Inf"}' in page, "/metrics", page)
check(metric(server, "spy_calls_started_total") >= 4, "calls are counted")
check(metric(server, 'spy_calls_handled_total{code="ok"}') >= 3, "by code")
check(metric(server, "spy_bytes_received_total") > 24 << 20, "bytes are counted")
check(get(server, "/nothing")[0] == 404, "404")
check(wait_for(lambda: metric(server, "spy_connections") == 0), "no connection is left",
      get(server, "/metrics")[1])
raw = Raw(server)
raw.send("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
answer = raw.read_all()
check(status_of(answer) == 200 and answer.endswith(b"\r\n\r\n"), "HEAD has no body", answer)

# --- a crowd ------------------------------------------------------------------------------

start = time.monotonic()
crowd = [Raw(server, 30) for _ in range(2000)]
for raw in crowd:
    raw.send(request())
for raw in crowd:
    raw.send(frame(msgpack.packb(HELLO) +
                   msgpack.packb([1, 1, "conformance.plain.hello", ["x"]])))
served = 0
for raw in crowd:
    raw.read_until(b"Hello, x!")
    served += 1
elapsed = time.monotonic() - start
check(served == 2000, f"2,000 connections at once, served in {elapsed:.2f} s")
check(metric(server, "spy_connections") == 2000, "all of them open")
before = server.cpu()
time.sleep(1)
check(server.cpu() - before < 0.1, "idle connections cost no processor time",
      server.cpu() - before)
for raw in crowd:
    raw.close()
check(wait_for(lambda: metric(server, "spy_connections") == 0), "all of them gone")
server.stop_checked()

# --- a slow reader ------------------------------------------------------------------------

server = Server(limits__queue="64KiB")
raw = upgraded(server)
raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
raw.send(frame(msgpack.packb([0, 1, {"credit": 1 << 30, "max_calls": 1000}])))
before = server.rss()
raw.send(frame(b"".join(msgpack.packb(
    [1, i, "conformance.streaming.flood", [1 << 20, 10000]]) for i in range(1, 11))))
time.sleep(1.5)
grown = server.rss() - before
check(grown < 24 << 20, "the output of a peer that does not read is bounded", grown)
other = upgraded(server)
other.send(frame(msgpack.packb(HELLO) + msgpack.packb([1, 1, "conformance.plain.hello", ["y"]])))
check(other.read_until(b"Hello, y!") is not None, "others are served meanwhile")
other.close()
# PINGs have to be answered, whatever the queue: it grows to its limit, then this is over.
ping = frame(msgpack.packb([8, 1]) * 20000)
try:
    for _ in range(400):
        raw.send(ping)
        if metric(server, "spy_connections_overloaded_total"):
            break
except OSError:
    pass
check(wait_for(lambda: metric(server, "spy_connections_overloaded_total") == 1, 15),
      "then its connection is closed", get(server, "/metrics")[1])
check(wait_for(lambda: metric(server, "spy_connections") == 0, 15), "and is gone")
raw.close()
server.stop_checked()

# --- limits -------------------------------------------------------------------------------

server = Server(limits__connections=20)
held = [upgraded(server) for _ in range(20)]
raw = Raw(server)
check(status_of(raw.read_all()) == 503, "one connection too many gets 503")
held.pop().close()


def comes_in():
    try:
        held.append(upgraded(server))
        return True
    except (RuntimeError, OSError):
        return False


check(wait_for(comes_in), "and is let in when another has left")
for raw in held:
    raw.close()
server.stop_checked()

server = Server(limits__per_address=5)
held = [upgraded(server) for _ in range(5)]
raw = Raw(server)
check(status_of(raw.read_all()) == 503, "too many from one address")
for raw in held:
    raw.close()
held = []
check(wait_for(comes_in), "and again when they have left")
held.pop().close()
server.stop_checked()

if os.path.exists("/usr/bin/prlimit"):
    server = Server(nofile=64)
    held = []
    for _ in range(80):
        raw = Raw(server)
        raw.send(request())
        held.append(raw)
    time.sleep(0.5)
    before = server.cpu()
    time.sleep(1)
    check(server.cpu() - before < 0.3, "without descriptors the server does not spin",
          server.cpu() - before)
    for raw in held:
        raw.close()
    held = []
    check(wait_for(comes_in), "and goes on when there are some")
    held.pop().close()
    server.stop_checked()
else:
    skip("no descriptors left", "prlimit is missing")

# --- stopping -----------------------------------------------------------------------------


async def drain():
    server = Server(drain="3s")
    async with Client(server.url) as c, Client(server.url) as idle:
        await idle.send(HELLO)
        await idle.recv()
        await c.send(HELLO, [1, 1, "conformance.streaming.delayed", [1200000000]],
                     [1, 2, "conformance.streaming.never_ending_stream", [1000000000]])
        await c.recv_kind(3)
        start = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        got = await c.recv_kind(12)
        check(got[1] == 14 and got[3] == 2, "GOAWAY names the last call", got)
        loop = asyncio.get_running_loop()
        ready = await loop.run_in_executor(None, get, server, "/readyz")
        check(ready[0] == 503, "/readyz says no", ready)
        try:
            async with Client(server.url):
                check(False, "no new connections")
        except websockets.InvalidStatusCode as error:
            check(error.status_code == 503, "no new connections", error)
        await c.send([1, 3, "conformance.plain.hello", ["late"]])
        got = await c.recv_kind(5)
        check(got[1] == 3 and got[3] == 14, "no new calls", got)
        got = await c.recv_kind(4)
        check(got == [4, 1, 0, 1], "a call that is open may finish", got)
        got = await c.recv_kind(5)
        elapsed = time.monotonic() - start
        check(got[1] == 2 and got[3] == 14 and 2.5 < elapsed < 6,
              "what is left is unavailable after the drain time", (got, elapsed))
        for who, name in ((idle, "an idle connection"), (c, "the busy one")):
            try:
                while True:
                    await asyncio.wait_for(who.socket.recv(), 10)
            except websockets.ConnectionClosed as closed:
                check(closed.rcvd and closed.rcvd.code == 1001, name + ": close code 1001",
                      closed)
    status = server.process.wait(10)
    log = server.read_log()
    check(status == 0 and "Sanitizer" not in log, "exit status 0", log[-3000:])

    server = Server(drain="60s")
    async with Client(server.url) as c:
        await c.send(HELLO, [1, 1, "conformance.streaming.never_ending_stream", [1000000000]])
        await c.recv_kind(3)
        server.process.send_signal(signal.SIGTERM)
        await c.recv_kind(12)
        start = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        status = await asyncio.get_running_loop().run_in_executor(None, server.process.wait, 10)
        log = server.read_log()
        check(status == 0 and time.monotonic() - start < 3 and "Sanitizer" not in log,
              "a second signal ends it now", log[-3000:])


async def of_worker(server, index):
    """A connection of this worker: the system shares them out."""
    for _ in range(100):
        client = await Client(server.url).__aenter__()
        await client.send(HELLO)
        if (await client.recv_kind(0))[2]["session"].startswith(f"{index}-"):
            return client
        await client.__aexit__()
    raise RuntimeError("all connections went to one worker")


async def counts():
    """What a worker counts is seen by the others before it goes to sleep."""
    server = Server(workers=2)
    a, b = await of_worker(server, 0), await of_worker(server, 1)
    await a.send([1, 1, "conformance.streaming.never_reads", [10**12], {"timeout": 200}])
    got = await a.recv_kind(5)
    check(got[3] == 4, "a call's deadline", got)
    await asyncio.sleep(0.1)
    await b.send([1, 1, "conformance.plain.sessions", []])
    got = await b.recv_kind(4)
    check(got[3] == [0, 1], "another worker sees that it has ended", got)
    for client in a, b:
        await client.__aexit__()
    server.stop_checked()


async def idle_worker():
    """One that has nothing to drain leaves no listener behind that nobody accepts from."""
    server = Server(drain="60s", workers=2)
    c = await of_worker(server, 0)
    await c.send([1, 1, "conformance.streaming.never_ending_stream", [1000000000]])
    await c.recv_kind(3)
    server.process.send_signal(signal.SIGTERM)
    await c.recv_kind(12)
    await asyncio.sleep(0.2)
    loop = asyncio.get_running_loop()
    got = await asyncio.gather(*[loop.run_in_executor(None, status_while_draining, server)
                                 for _ in range(20)])
    check(set(got) == {503}, "while one worker drains, all newcomers are told", got)
    server.stop_checked()
    await c.__aexit__()


def status_while_draining(server):
    try:
        return get(server, "/readyz")[0]
    except OSError as error:
        return str(error)


async def second_signal():
    """It reaches every worker, although the first one, which watches signals, has no work."""
    server = Server(drain="60s", workers=2)
    c = await of_worker(server, 1)
    await c.send([1, 1, "conformance.streaming.never_ending_stream", [1000000000]])
    await c.recv_kind(3)
    server.process.send_signal(signal.SIGTERM)
    await c.recv_kind(12)
    await asyncio.sleep(0.2)
    start = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    loop = asyncio.get_running_loop()
    try:
        status = await loop.run_in_executor(None, server.process.wait, 10)
    except subprocess.TimeoutExpired:
        status = None
    took = time.monotonic() - start
    server.process.kill()
    check(status == 0 and took < 3, "a second signal ends all workers", (status, took))
    await c.__aexit__()


asyncio.run(drain())
asyncio.run(counts())
asyncio.run(idle_worker())
asyncio.run(second_signal())

# --- several workers, a unix socket, files ------------------------------------------------

server = Server(workers=3)
held = [upgraded(server) for _ in range(60)]
for i, raw in enumerate(held):
    raw.send(frame(msgpack.packb(HELLO) +
                   msgpack.packb([1, 1, "conformance.plain.hello", [str(i)]])))
check(all(raw.read_until(f"Hello, {i}!".encode()) for i, raw in enumerate(held)), "three workers")
check(metric(server, "spy_connections_established_total") == 60, "their counts are added up",
      get(server, "/metrics")[1])
server.stop_checked("three workers stop cleanly with connections open")

with tempfile.TemporaryDirectory() as folder:
    with open(folder + "/index.html", "w") as page:
        page.write("<p>home</p>")
    with open(folder + "/app.js", "w") as page:
        page.write("x" * 300000)
    server = Server(static_files=folder, limits__handshake="1s")
    check(get(server, "/") == (200, "<p>home</p>"), "static files: the index")
    check(get(server, "/app.js") == (200, "x" * 300000), "a file")
    check(get(server, "/nothing.js")[0] == 404, "no file")
    check(get(server, "/healthz") == (200, "ok\n"), "pages of ours go first")
    raw = Raw(server)
    raw.send("GET /../../../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = raw.read_all()
    check(b"root:" not in answer, "nothing outside the folder", answer[:200])
    raw = Raw(server)
    raw.send("GET /app.js HTTP/1.1\r\nHost: x\r\n\r\n")
    raw.read_until(b"x" * 300000)
    raw.send(request(Upgrade="foobar"))
    raw.read_all()
    raw = Raw(server)
    raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    raw.read_until(b"home</p>")
    raw.send(request(Upgrade="h2c", HTTP2_Settings="AAMAAABk"))
    check(b"101" not in raw.read_all(), "h2c on a connection that was kept alive")
    raw = Raw(server)
    raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    raw.read_until(b"home</p>")
    raw.send(request())
    answer = raw.read_until(b"\r\n\r\n")
    check(status_of(answer) in (0, 101), "an upgrade on one", answer)
    raw.close()
    server.stop_checked()

    path = folder + "/spy.sock"
    server = Server(listen="unix:" + path)
    unix = socket.socket(socket.AF_UNIX)
    unix.connect(path)
    unix.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    check(status_of(unix.recv(1000)) == 200, "a unix socket")
    check(os.stat(path).st_mode & 0o777 == 0o660, "that others cannot use",
          oct(os.stat(path).st_mode))
    server.stop_checked()
    check(not os.path.exists(path), "it is removed")

server = Server()
second = subprocess.run([os.environ.get("B", "build") + "/tests/conformance-server", "--port",
                         str(server.port)], capture_output=True, timeout=20)
check(second.returncode == 1 and b"in use" in second.stderr, "a port that is taken",
      second.stderr)
server.stop_checked()

sys.exit(done())
