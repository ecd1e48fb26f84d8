#!/usr/bin/python3
"""The life of sessions and of the server: plain.sessions counts exactly, whatever ends a call;
SIGTERM drains; a silent peer is asked and given up. Servers of their own where it matters."""
from suite import *

suite = Suite()
MS = 1000000
LONG = 3600 * 1000 * MS


# --- counts of sessions ---------------------------------------------------------------------
class Counter:
    """Asks a connection of its own for plain.sessions, and knows what its own calls add."""

    @classmethod
    async def start(cls, t):
        self = cls()
        self.client, self.asked = await t.connect(), 0
        self.open, self.closed = 0, 0
        self.open, self.closed = await self.now()
        return self

    async def now(self):
        """(open, closed) since the start, calls of this counter not counted."""
        call = await self.client.start("plain.sessions")
        is_open, closed = unpack(await call.raw_result())
        self.asked += 1
        return is_open - self.open, closed - (self.asked - 1) - self.closed

    async def becomes(self, want):
        got = None
        for _ in range(150):
            got = await self.now()
            if got == want:
                return
            await asyncio.sleep(0.02)
        eq(got, want, "sessions (open, closed)")

    async def stays(self, want):
        await self.becomes(want)
        await asyncio.sleep(0.1)
        eq(await self.now(), want, "sessions (open, closed)")


def counted(what, sessions, running=None):
    """A case that yields once, while `running` sessions (all, when it is not said) are open and
    none is closed; after its end all are closed, once each."""
    def add(function):
        async def run(t):
            counter = await Counter.start(t)
            c = await t.connect()
            steps = function(t, c)
            await steps.__anext__()
            if running != 0:
                await counter.becomes((sessions if running is None else running, 0))
            async for _ in steps:
                pass
            await counter.stays((0, sessions))
        suite.add(f"sessions: {what}", run, own="serial")
        return function
    return add


async def waiting(c, method="streaming.echo_int", *args, **options):
    call = await c.start(method, *args, **options)
    if METHODS[call.method].streams or METHODS[call.method].result == "s":
        await c.until(lambda: call.opened or call.over, "OPENED")
        ok(not call.over, f"{method}: {call.over}")
    return call


@counted("a method that returns", 1)
async def _(t, c):
    call = await waiting(c)
    yield
    await call.finish()
    await call.end()


@counted("unary calls", 100, running=0)
async def _(t, c):
    yield
    for i in range(100):
        await (await c.start("plain.double_it", i)).result(2 * i)


@counted("100 at once", 100)
async def _(t, c):
    calls = [await waiting(c) for _ in range(100)]
    yield
    await c.send(*[k.done() for k in calls])
    for k in calls:
        await k.end()


@counted("a method that waits for time", 1)
async def _(t, c):
    call = await waiting(c, "streaming.delayed", 800 * MS)
    yield
    await call.result(1)


@counted("methods that fail, plainly and by exception", 6, running=0)
async def _(t, c):
    yield
    for method in ("streaming.throws_plain", "streaming.throws_typed", "plain.throws_plain",
                   "streaming.stream_throws_typed", "plain.throws_typed"):
        await (await c.start(method)).until_end()
    await (await c.start("streaming.stream_then_throws", 5)).until_end()


@counted("a method that does not read its input", 2, running=0)
async def _(t, c):
    yield
    for method in ("direct_void_return", "direct_one_return"):
        call = c.make("streaming." + method)
        await c.send(call.open, call.item(1), call.item(2))
        await call.until_end()


@counted("cancelled by the client", 5)
async def _(t, c):
    calls = [await waiting(c), await waiting(c, "streaming.never_reads", LONG),
             await waiting(c, "streaming.delayed", LONG), await waiting(c, "lobby.messages"),
             await waiting(c, "streaming.flood", 100, 100, credit=0)]
    yield
    await c.send(*[k.cancel() for k in calls])
    for k in calls:
        await k.error("cancelled")


@counted("an input that is never read or half read, then cancelled", 2)
async def _(t, c):
    one = await waiting(c, "streaming.never_reads", LONG)
    two = await waiting(c, "streaming.slow_sum", LONG)
    await c.send(*[k.item(b"x") for k in (one, two) for _ in range(50)])
    yield
    await c.send(one.cancel(), two.cancel())
    await one.error("cancelled")
    await two.error("cancelled")


@counted("ended by their deadline", 3)
async def _(t, c):
    calls = [await waiting(c, timeout=700), await waiting(c, "streaming.never_reads", LONG,
                                                          timeout=700),
             await waiting(c, "lobby.messages", timeout=700)]
    yield
    for k in calls:
        await k.error("deadline_exceeded")


@counted("an ill-typed item", 1)
async def _(t, c):
    call = await waiting(c)
    yield
    await c.send(call.item("x"))
    await call.error("invalid_argument")


@counted("an input that fails", 1)
async def _(t, c):
    call = await waiting(c)
    yield
    await c.send(call.fail(5, "gone"))
    await call.error("not_found")


@counted("a result that is too large", 1, running=0)
async def _(t, c):
    yield
    await (await c.start("streaming.flood", 1, 2 << 20)).error("resource_exhausted")


@counted("the client closes", 4)
async def _(t, c):
    for args in ((), ("streaming.never_reads", LONG), ("lobby.messages",),
                 ("streaming.flood", 1000000, 1000)):
        await waiting(c, *args)
    yield
    await c.leave()


@counted("the connection is lost", 4)
async def _(t, c):
    for args in ((), ("streaming.never_reads", LONG), ("lobby.messages",),
                 ("streaming.flood", 1000000, 1000)):
        await waiting(c, *args)
    yield
    c.ws.transport.abort()
    await asyncio.wait([c.reader])


@counted("a protocol error", 3)
async def _(t, c):
    for args in ((), ("streaming.delayed", LONG), ("streaming.never_reads", LONG)):
        await waiting(c, *args)
    yield
    await c.send_raw(b"\xc1")
    await c.fatal()


@counted("refused calls have none", 0)
async def _(t, c):
    yield
    for method, args, code in (
            ("=no.such.method", [], "unimplemented"), ("=conformance.plain.x", [], "unimplemented"),
            ("plain.double_it", [], "invalid_argument"), ("plain.bounded", ["x" * 11],
                                                          "invalid_argument"),
            ("authenticated.hold", [], "unauthenticated"), ("logged_in.hold", [],
                                                            "unauthenticated")):
        await (await c.start(method, *args)).error(code)
    await c.signed_in("user:sessions:a1:")
    await (await c.start("authenticated.hold")).error("permission_denied")


@counted("one call too many has none", 128)
async def _(t, c):
    calls = [await waiting(c) for _ in range(c.peer.get("max_calls", 128))]
    await (await c.start("plain.nothing")).error("resource_exhausted")
    yield
    await c.send(*[k.cancel() for k in calls])
    for k in calls:
        await k.error("cancelled")


@counted("held calls have none until AUTH is decided; cancelled ones never", 1, running=0)
async def _(t, c):
    yield
    one, two = c.make("streaming.echo_int"), c.make("identity.who_am_i")
    await c.send(c.auth("slow:user:sessions:a1:"), one.open, two.open, one.cancel())
    await one.error("cancelled")
    await two.result("sessions")


@counted("signed out", 2)
async def _(t, c):
    await c.signed_in("user:sessions:a1:admin")
    calls = [await waiting(c, "authenticated.hold"), await waiting(c, "logged_in.hold")]
    yield
    await c.sign_in(None)
    for k in calls:
        await k.error("unauthenticated")


@counted("expired", 2)
async def _(t, c):
    await c.signed_in("short:user:sessions:a1:admin")
    calls = [await waiting(c, "authenticated.hold"), await waiting(c, "logged_in.hold")]
    yield
    for k in calls:
        await k.error("unauthenticated")


@counted("revoked, by one more call", 3, running=2)
async def _(t, c):
    await c.signed_in("user:revoked:a1:admin")
    calls = [await waiting(c, "authenticated.hold"), await waiting(c, "logged_in.hold")]
    yield
    await (await c.start("identity.revoke_user", "revoked")).end()
    for k in calls:
        await k.error("unauthenticated")


@counted("the lobby", 3)
async def _(t, c):
    calls = [await waiting(c, "lobby.messages") for _ in range(3)]
    await c.send(*[calls[0].item([i]) for i in range(4)])
    yield
    await calls[0].finish()
    await calls[0].until_end()
    await c.send(calls[1].item("x"))
    await calls[1].error("invalid_argument")
    await c.send(calls[2].cancel())
    await calls[2].error("cancelled")


@suite.case("sessions: 1,000 opened and cancelled in one message", own="serial")
async def _(t):
    counter, c = await Counter.start(t), await t.connect()
    calls = [c.make("streaming.delayed", LONG) for _ in range(1000)]
    await c.send(*[part for k in calls for part in (k.open, k.cancel())])
    for k in calls:
        await k.error("cancelled")
    await asyncio.sleep(0.1)
    is_open, closed = await counter.now()
    # whether a method starts that is cancelled at once is the server's to say
    ok(is_open == 0 and 0 <= closed <= 1000, f"{is_open} open, {closed} closed")


# --- SIGTERM --------------------------------------------------------------------------------
def draining(what, config="drain: 600ms\n", limit=20):
    """A case with a server of its own that is told to end by the case."""
    def add(function):
        async def run(t):
            server = t.server = await t.start_server(config=config)
            await function(t, server)
            eq(await server.ended(limit=15), "", "the server")
        suite.add(f"drain: {what}", run, limit=limit, own=True)
        return function
    return add


async def left(c):
    """GOAWAY came, then the close 1001."""
    await c.until(lambda: c.closed, "the close", anyhow=True)
    ok(c.goaway, "no GOAWAY")
    eq(c.ws.close_code, 1001, "close code")


@draining("nobody is there")
async def _(t, server):
    start = time.monotonic()
    server.signal()
    eq(await server.ended(), "", "the server")
    ok(time.monotonic() - start < 3, "it took its time")


@draining("SIGINT does the same")
async def _(t, server):
    c = await t.connect()
    server.signal(signal.SIGINT)
    await left(c)


@draining("an idle connection gets GOAWAY and 1001", "drain: 10s\n")
async def _(t, server):
    c = await t.connect()
    start = time.monotonic()
    server.signal()
    await left(c)
    ok(time.monotonic() - start < 5, "it waited for nothing")
    eq(c.goaway[2], 0, "last call")


@draining("50 connections get GOAWAY and 1001")
async def _(t, server):
    clients = [await t.connect() for _ in range(50)]
    server.signal()
    for c in clients:
        await left(c)


@draining("GOAWAY names the last call")
async def _(t, server):
    c = await t.connect()
    await (await c.start("plain.nothing")).end()
    call = await waiting(c, "streaming.delayed", 300 * MS)
    await c.ping()
    server.signal()
    await call.result(1)
    await left(c)
    eq(c.goaway[2], 2, "last call")


@draining("running calls finish, then it ends at once", "drain: 10s\n")
async def _(t, server):
    c = await t.connect()
    call, echo = await waiting(c, "streaming.delayed", 500 * MS), await waiting(c)
    await c.ping()
    start = time.monotonic()
    server.signal()
    await c.until(lambda: c.goaway, "GOAWAY")
    await c.send(echo.item(1), echo.item(2))
    await echo.take(1, 2)
    await c.send(echo.done())
    await echo.end()
    await call.result(1)
    await left(c)
    ok(time.monotonic() - start < 5, "it waited for nothing")


@draining("later OPENs get unavailable", "drain: 10s\n")
async def _(t, server):
    c = await t.connect()
    call = await waiting(c)
    server.signal()
    await c.until(lambda: c.goaway, "GOAWAY")
    later = c.make("streaming.echo_int")
    await c.send(later.open, later.item(1), later.done())
    await later.error("unavailable")
    await (await c.start("plain.hello", "x")).error("unavailable")
    await (await c.start("=no.such.method")).error("unavailable")
    await call.finish()
    await call.end()
    await left(c)


@draining("a refused OPEN may cross GOAWAY; PING, AUTH and CANCEL still work", "drain: 10s\n")
async def _(t, server):
    c = await t.connect()
    call, other = await waiting(c), await waiting(c, "streaming.delayed", LONG)
    server.signal()
    await c.until(lambda: c.goaway, "GOAWAY")
    await c.ping()
    await c.signed_in("user:drain:a1:")
    await c.send(other.cancel())
    await other.error("cancelled")
    await call.finish()
    await call.end()
    await left(c)


@draining("calls that do not finish get unavailable after the drain time")
async def _(t, server):
    c = await t.connect()
    await c.signed_in("user:drain:a1:admin")
    calls = [await waiting(c), await waiting(c, "streaming.never_reads", LONG),
             await waiting(c, "authenticated.hold"), await waiting(c, "lobby.messages"),
             await waiting(c, "streaming.never_ending_stream", 50 * MS),
             await waiting(c, "streaming.flood", 100, 100, credit=0)]
    delayed = await waiting(c, "streaming.delayed", LONG)
    await c.ping()
    start = time.monotonic()
    server.signal()
    await c.until(lambda: c.goaway, "GOAWAY")
    early = time.monotonic() - start
    for call in calls + [delayed]:
        await call.error("unavailable")
    await left(c)
    took = time.monotonic() - start
    ok(early < 0.5 and 0.55 < took < 5, f"GOAWAY after {early:.2f} s, the end after {took:.2f} s")


@draining("inputs that nobody reads, and items that nobody takes, do not hold it")
async def _(t, server):
    c = await t.connect()
    unread = await waiting(c, "streaming.never_reads", LONG)
    await c.send(unread.item(bytes(60000)), unread.item(bytes(60000)))
    flood = await waiting(c, "streaming.flood", 1000000, 1000)
    await flood.next()
    d = await t.connect()
    stuck = await waiting(d, "streaming.flood", 10000, 10000, credit=MOST)
    await stuck.next()
    d.ws.transport.pause_reading()
    server.signal()
    await unread.error("unavailable")
    await left(c)
    eq(await server.ended(limit=12), "", "the server")
    d.left = True  # it never read how it ended
    d.ws.transport.abort()


@draining("a drain time of 0 ends calls at once", "drain: 0\n")
async def _(t, server):
    c = await t.connect()
    call = await waiting(c)
    server.signal()
    await call.error("unavailable")
    await left(c)


@draining("a held call and its pending AUTH", "drain: 5s\n")
async def _(t, server):
    c = await t.connect()
    call = c.make("identity.who_am_i")
    await c.send(c.auth("slow:user:drain:a1:"), call.open)
    await c.ping()
    server.signal()
    await call.result("drain")
    await left(c)


@suite.case("drain: a second signal ends it now", own=True)
async def _(t):
    server = t.server = await t.start_server(config="drain: 60s\n")
    c = await t.connect()
    await waiting(c, "streaming.delayed", LONG)
    await c.ping()
    server.signal()
    await c.until(lambda: c.goaway, "GOAWAY")
    server.signal()
    await c.until(lambda: c.closed, "the close", anyhow=True)
    await asyncio.wait_for(server.process.wait(), 10)
    ok(not REPORTS.search(server.words()), server.words()[-2000:])
    t.owned.clear()  # its exit status is not promised


@draining("/readyz says no, or the port is closed", "drain: 10s\n")
async def _(t, server):
    c = await t.connect()
    call = await waiting(c)
    server.signal()
    await c.until(lambda: c.goaway, "GOAWAY")
    try:
        reader, writer = await t.tcp(b"GET /readyz HTTP/1.1\r\nHost: x\r\n"
                                     b"Connection: close\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(200), 5)
        ok(b" 503 " in answer or not answer, f"it says {answer!r}")
        writer.close()
    except ConnectionError:
        pass
    await call.finish()
    await call.end()
    await left(c)


@draining("garbage and half open connections do not hold it")
async def _(t, server):
    for data in (b"", b"GET /spy HTTP/1.1\r\nHo", b"\x16\x03\x01"):
        await t.tcp(data)
    await (await t.connect(None)).send_raw(b"")
    server.signal()


# --- silence --------------------------------------------------------------------------------
def quiet_server(what, config, hello=()):
    def add(function):
        async def run(t):
            t.server = await t.start_server(config=config)
            await function(t, await t.connect(hello))
        suite.add(f"silence: {what}", run, own=True)
        return function
    return add


def pings(c):
    return sum(f[0] == PING for f in c.frames)


PINGS = "ping:\n  interval: 200ms\n  timeout: 300ms\n"


@quiet_server("the server asks after its interval, and an answer is enough", PINGS)
async def _(t, c):
    start = time.monotonic()
    await c.until(lambda: pings(c) >= 4, "four PINGs")
    took = time.monotonic() - start
    ok(0.7 < took < 4, f"four PINGs took {took:.2f} s")


@quiet_server("HELLO says what the server does", PINGS)
async def _(t, c):
    eq((c.peer.get("ping"), c.peer.get("timeout")), (200, 300), "ping and timeout")


@quiet_server("any frame is a sign of life", PINGS)
async def _(t, c):
    for _ in range(15):
        await c.send(frame(PONG, 5))
        await asyncio.sleep(0.05)
    eq(pings(c), 0, "PINGs")


@quiet_server("who does not answer is given up", PINGS)
async def _(t, c):
    c.answer_pings = False
    call = await waiting(c, "streaming.delayed", LONG)
    start = time.monotonic()
    await c.until(lambda: c.closed, "the end", anyhow=True)
    took = time.monotonic() - start
    ok(0.4 < took < 4, f"it took {took:.2f} s")
    ok(pings(c) >= 1, "no PING before")
    ok(call.over is None or CODES[call.over.code] == "unavailable", f"{call.over}")


@quiet_server("a session of who is given up is closed", PINGS)
async def _(t, c):
    counter = await Counter.start(t)
    c.answer_pings = False
    await waiting(c)
    await counter.becomes((1, 0))
    await c.until(lambda: c.closed, "the end", anyhow=True)
    await counter.becomes((0, 1))


@quiet_server("another frame than PONG is answer enough", PINGS)
async def _(t, c):
    c.answer_pings = False
    for _ in range(10):
        await asyncio.sleep(0.15)
        await c.send(frame(99))
    ok(not c.closed, "given up")


# --- other settings that the wire shows -----------------------------------------------------
@quiet_server("limits are said in HELLO and kept",
              "limits:\n  message: 65536\n  calls: 20\n  credit: 5000\n")
async def _(t, c):
    eq((c.peer.get("max_message"), c.peer.get("max_calls"), c.peer.get("credit")),
       (65536, 20, 5000), "HELLO")
    calls = [await waiting(c, "streaming.never_reads", LONG) for _ in range(20)]
    await (await c.start("plain.nothing")).error("resource_exhausted")
    await c.send(calls[0].item(bytes(4990)), calls[0].item(bytes(50000)))
    await c.ping()
    await c.send(calls[0].item(1))
    await c.fatal()
    d = await t.connect()
    await d.send(frame(99, bytes(65536)))
    await d.fatal(1009)


@quiet_server("expose_errors says more, in the same code", "expose_errors: true\n")
async def _(t, c):
    await (await c.start("plain.throws_plain")).error("internal")

suite.main()
