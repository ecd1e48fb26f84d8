#!/usr/bin/python3
"""The life of the server: SIGTERM drains; a silent peer is asked and given up; limits that the
wire shows. Servers of their own."""
from sessions import *
from suite import *

suite = Suite()


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
    ok(early < 3 and 0.55 < took < 8, f"GOAWAY after {early:.2f} s, the end after {took:.2f} s")


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
    ok(0.7 < took < 8, f"four PINGs took {took:.2f} s")


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
    ok(0.4 < took < 8, f"it took {took:.2f} s")
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
