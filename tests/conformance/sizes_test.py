#!/usr/bin/python3
"""That no stream waits for another, and that no message is longer than the peer accepts."""
from suite import *

suite = Suite()
LONG = 3600 * 10 ** 9


# --- no stream waits for another ------------------------------------------------------------
@suite.case("independence: a result without credit, and others with")
async def _(t):
    c = await t.connect()
    stalled = [await c.start("streaming.flood", 10, 1000, credit=0) for _ in range(20)]
    await (await c.start("streaming.flood", 200, 1000)).end(*[b"x" * 1000] * 200)
    await (await c.start("plain.hello", "x")).result("Hello, x!")
    eq([k.items for k in stalled], [[]] * 20, "items without credit")
    for k in stalled:
        await c.send(k.grant(20000))
        await k.end(*[b"x" * 1000] * 10)


@suite.case("independence: inputs that nobody reads, and one that is read")
async def _(t):
    c = await t.connect()
    for _ in range(20):
        unread = await c.start("streaming.never_reads", LONG)
        await c.send(unread.item(bytes(60000)))
    call = await c.start("streaming.slow_sum", 0)
    for _ in range(300):
        await call.put(bytes(1000))
    await call.finish()
    await call.result(300000)


@suite.case("independence: 100 windows filled and unread; refused or not, the server lives")
async def _(t):
    c = await t.connect()
    calls = []
    for _ in range(100):
        call = c.make("streaming.never_reads", LONG)
        calls.append(call)
        most = c.peer.get("credit", 65536)
        await c.send(call.open, call.item(bytes(most - 10)), call.item(bytes(500000)))
    await c.ping()
    refused = [k for k in calls if k.over]
    for k in refused:
        eq(CODES[k.over.code], "resource_exhausted", "code")
    ok(refused, "50 MB are held unread for one connection")
    await c.send(*[k.cancel() for k in calls if not k.over])
    for k in calls:
        await k.until_end()
    await (await c.start("plain.hello", "x")).result("Hello, x!")


@suite.case("independence: a peer that does not read delays no other connection", limit=40)
async def _(t):
    c, d = await t.connect(), await t.connect()
    call = await c.start("streaming.flood", 3000, 10000, credit=MOST)
    await call.next()
    c.ws.transport.pause_reading()
    for _ in range(20):
        start = time.monotonic()
        await (await d.start("plain.hello", "x")).result("Hello, x!")
        ok(time.monotonic() - start < 5, "the other connection was slow")
        await asyncio.sleep(0.02)
    c.ws.transport.resume_reading()
    await c.until(lambda: call.over or c.closed, "the end", True)
    if c.closed:
        eq(c.ws.close_code, 1013, "close code")
    else:
        ok(not call.over.code, f"{call.over}")
        eq(len(call.items), 3000, "items")


@suite.case("independence: PING and a small call pass a megabyte of items")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.flood", 2000, 10000, credit=MOST)
    await call.next()
    await c.ping()
    await (await c.start("plain.hello", "x")).result("Hello, x!")
    await call.until_end()
    eq(len(call.items), 2000, "items")

# --- sizes of messages ----------------------------------------------------------------------
SMALL = 65536  # the floor


@suite.case("max_message: items that fit into the peer's just come")
async def _(t):
    c = await t.connect({"max_message": SMALL})
    for size in (65000, 65400, 65500, SMALL - 20):
        await (await c.start("streaming.flood", 2, size)).end(*[b"x" * size] * 2)


@suite.case("max_message: an item that cannot fit is resource_exhausted, not sent")
async def _(t):
    c = await t.connect({"max_message": SMALL})
    for size in (SMALL - 3, SMALL, 70000, 500000):
        await (await c.start("streaming.flood", 2, size)).error("resource_exhausted", [])
    await (await c.start("plain.hello", "x")).result("Hello, x!")


@suite.case("max_message: items before one that cannot fit are delivered")
async def _(t):
    c = await t.connect({"max_message": SMALL})
    call = await c.start("streaming.echo_bytes")
    await call.put(b"a", b"b" * 100000)
    await call.finish()
    await call.error("resource_exhausted", [b"a"])


@suite.case("max_message: a result that cannot fit is resource_exhausted")
async def _(t):
    c = await t.connect({"max_message": SMALL})
    await (await c.start("plain.hello", "x" * 65536)).error("resource_exhausted")
    await (await c.start("plain.hello", "x" * 65000)).result(f"Hello, {'x' * 65000}!")


@suite.case("max_message: the default of a megabyte")
async def _(t):
    c = await t.connect()
    size = (1 << 20) - 20
    await (await c.start("streaming.flood", 2, size)).end(*[b"x" * size] * 2)
    await (await c.start("streaming.flood", 2, 1 << 20)).error("resource_exhausted", [])


@suite.case("max_message: a peer that accepts more gets more")
async def _(t):
    c = await t.connect({"max_message": 4 << 20})
    await (await c.start("streaming.flood", 2, 3 << 20)).end(*[b"x" * (3 << 20)] * 2)


@suite.case("max_message: what is sent together stays below it")
async def _(t):
    c = await t.connect({"max_message": SMALL})
    calls = [await c.start("streaming.flood", 500, 997, credit=MOST) for _ in range(8)]
    for k in calls:
        await k.end(*[b"x" * 997] * 500)


@suite.case("max_message: many small answers together stay below it")
async def _(t):
    c = await t.connect({"max_message": SMALL})
    for _ in range(10):
        calls = [c.make("plain.hello", "x" * 6000) for _ in range(100)]
        await c.send(*[k.open for k in calls])
        for k in calls:
            await k.result(f"Hello, {'x' * 6000}!")


@suite.case("max_message: PONGs for 30,000 PINGs in one message stay below it")
async def _(t):
    c = await t.connect({"max_message": SMALL})
    pings = [frame(PING, (1 << 32) - 1)] * 30000
    c.pings += [(1 << 32) - 1] * 30000
    await c.send(*pings)
    await c.until(lambda: not c.pings, "every PONG")

suite.main()
