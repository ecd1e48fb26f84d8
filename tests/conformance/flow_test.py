#!/usr/bin/python3
"""Flow control: what each side may send, when it must stop and when it must grant. Read next:
sizes_test.py."""
from suite import *

suite = Suite()
MS = 1000000
LONG = 3600 * 1000 * MS


def encoded(size):
    """Bytes of an item of bytes."""
    return len(bin_heads(size)[0]) + size


def sent_on(credit, item):
    """How many items go out on that credit: one may take it below zero."""
    return -(-credit // item)


async def settled(c, call, count):
    """Exactly `count` items come, and no more."""
    await c.until(lambda: len(call.items) >= count or call.over, f"{count} items")
    await c.quiet()
    eq(len(call.items), count, "number of items")
    ok(not call.over, f"the call is over: {call.over}")


# --- credit for the result ------------------------------------------------------------------
def stops(what, method, args, item, credit, by_hello=False):
    """It stops exactly where it must, and goes on by exactly as much as is granted."""
    async def run(t):
        c = await t.connect({"credit": credit} if by_hello else {})
        call = await c.start(method, *args, **({} if by_hello else {"credit": credit}))
        call.auto = False
        count = sent_on(credit, item)
        await settled(c, call, count)
        balance = credit - count * item
        for grant in (1, item, -balance, 1, 3 * item, 10 * item + 1):
            if grant > 0:
                balance += grant
                more = max(0, sent_on(balance, item))
                count += more
                balance -= more * item
                await c.send(call.grant(grant))
                await settled(c, call, count)
        await c.send(call.cancel())
        await call.error("cancelled")
    suite.add(f"stops: {what}", run)


for size, credit in ((100, 1), (100, 101), (100, 102), (100, 103), (100, 1000), (100, 5000),
                     (1, 10), (0, 7), (1000, 4096), (1000, 65536), (70000, 1), (70000, 70005),
                     (70000, 70006)):
    stops(f"items of {size} bytes on a credit of {credit}", "streaming.flood", [100000, size],
          encoded(size), credit)
stops("integers of one byte", "streaming.never_ending_stream", [0], 1, 20)
stops("models of two bytes", "streaming.simple_data_stream", [100], 2, 31)
for credit in (4096, 5000, 65536, 100000):
    stops(f"the credit {credit} of HELLO", "streaming.flood", [100000, 1000], encoded(1000),
          credit, by_hello=True)


@suite.case("stops: the default of 65536 when HELLO says nothing")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.flood", 1000, 1000)
    call.auto = False
    await settled(c, call, sent_on(65536, encoded(1000)))


@suite.case("stops: the option counts, above and below that of HELLO")
async def _(t):
    c = await t.connect({"credit": 10000})
    for credit in (0, 100, 20000):
        call = await c.start("streaming.flood", 1000, 1000, credit=credit)
        await settled(c, call, sent_on(credit, encoded(1000)))
        await c.send(call.cancel())
    call = await c.start("streaming.flood", 1000, 1000)
    call.auto = False
    await settled(c, call, sent_on(10000, encoded(1000)))


@suite.case("credit 0: nothing before CREDIT, then one item however large")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.flood", 3, 500000, credit=0)
    await settled(c, call, 0)
    await c.send(call.grant(1))
    await settled(c, call, 1)
    await c.send(call.grant(encoded(500000) - 1))
    await settled(c, call, 1)
    await c.send(call.grant(1))
    await settled(c, call, 2)
    await c.send(call.grant(encoded(500000)))
    await call.until_end()
    eq(len(call.items), 3, "items")


@suite.case("credit 0: CREDIT in the same message as OPEN")
async def _(t):
    c = await t.connect()
    call = c.make("streaming.int_stream_from_value", 100, credit=0)
    await c.send(call.open, call.grant(3), call.grant(4))
    await settled(c, call, 7)


@suite.case("credit 0: END needs none")
async def _(t):
    c = await t.connect()
    await (await c.start("streaming.int_stream_from_value", 0, credit=0)).end()
    await (await c.start("streaming.int_stream_from_value", 5, credit=5)).end(*range(5))
    echo = c.make("streaming.echo_int", credit=0)
    await c.send(echo.open, echo.done())
    await echo.end()


@suite.case("credit 0: ERROR needs none, and comes behind the items")
async def _(t):
    c = await t.connect()
    await (await c.start("streaming.stream_throws_plain", credit=0)).error("internal")
    call = await c.start("streaming.stream_then_throws", 4, credit=0)
    await settled(c, call, 0)
    await c.send(call.grant(3))
    await settled(c, call, 3)
    await c.send(call.grant(1))
    await call.error("aborted")
    eq([i.value for i in call.items], [0, 1, 2, 3], "items")


@suite.case("credit 0: plain results need none")
async def _(t):
    c = await t.connect()
    await (await c.start("plain.hello", "x" * 5000, credit=0)).result(f"Hello, {'x' * 5000}!")
    call = c.make("streaming.slow_sum", 0, credit=0)
    await c.send(call.open, call.item(b"abc"), call.done())
    await call.result(3)


@suite.case("CREDIT: in 200 parts of one byte each")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.int_stream_from_value", 100, credit=0)
    for i in range(100):
        await c.send(call.grant(1))
        await call.take(i)
    await call.end()


@suite.case("CREDIT: 20 calls with windows of one byte, side by side")
async def _(t):
    c = await t.connect()

    async def one():
        call = await c.start("streaming.int_stream_from_value", 50, credit=1)
        for i in range(50):
            await call.take(i)
            if i < 49:
                await c.send(call.grant(1))
        await call.end()
    await asyncio.gather(*[one() for _ in range(20)])


@suite.case("CREDIT: for a call that is over is ignored, however much")
async def _(t):
    c = await t.connect()
    call = await c.start("plain.nothing")
    await call.end()
    for n in (1, MOST, MOST):
        await c.send(frame(CREDIT, call.number, 0, n))
    await c.quiet()


@suite.case("CREDIT: up to 2^31-1 in sum is legal")
async def _(t):
    c = await t.connect({"credit": MOST})
    one = c.make("streaming.times_out")
    two = c.make("streaming.times_out", credit=MOST)
    three = c.make("streaming.times_out", credit=MOST - 5)
    four = c.make("streaming.times_out", credit=0)
    await c.send(one.open, two.open, three.open, three.grant(5), four.open, four.grant(MOST))
    await c.ping()
    await (await c.start("streaming.flood", 20, 1000)).end(*[b"x" * 1000] * 20)


def overflow(what, *grants, hello=None, **options):
    async def run(t):
        c = await t.connect({"credit": hello} if hello else {})
        call = c.make("streaming.times_out", **options)
        await c.send(call.open, *[frame(CREDIT, call.number, 0, n) for n in grants])
        await c.fatal()
    suite.add(f"CREDIT: above 2^31-1 in sum is a protocol error: {what}", run)


overflow("the option and 1", 1, credit=MOST)
overflow("HELLO's and 1", 1, hello=MOST)
overflow("the default and 2^31-1", MOST)
overflow("two grants", MOST, 1, credit=0)
overflow("many grants", *[1 << 28] * 8, credit=0)


@suite.case("CREDIT: what has been consumed makes room below 2^31-1 again")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.echo_bytes", credit=MOST)
    call.auto = False
    for _ in range(5):
        await c.send(call.item(b"x" * 100))
        await call.take(b"x" * 100)
        await c.send(call.grant(102))
    await call.finish()
    await call.end()


# --- credit of the server -------------------------------------------------------------------
def window(c):
    return c.peer.get("credit", 65536)


@suite.case("server's window: all of it may be sent, and one item beyond")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.never_reads", 300 * MS)
    await c.send(call.item(b"\0" * (window(c) - 1 - 5)))  # leaves one byte at least
    ok(call.room() > 0, f"room {call.room()}")
    await c.send(call.item(b"\0" * 200000))
    await c.ping()
    eq(call.granted, {}, "grants for what nobody read")
    await call.result(1)


def overdraw(what, *sizes):
    """Items that use the window up; then one more is a protocol error."""
    async def run(t):
        c = await t.connect()
        call = await c.start("streaming.never_reads", LONG)
        for size in sizes:
            ok(call.room() > 0, f"room {call.room()}")
            await c.send(call.item(Raw(size(c, call)) if callable(size) else bytes(size)))
        await c.ping()
        ok(call.room() <= 0, f"room {call.room()}")
        await c.send(call.item(1))
        await c.fatal()
    suite.add(f"server's window: {what}, then an item is a protocol error", run)


def rest(c, call):
    """An item of exactly the bytes that are left."""
    return bin_heads(call.room() - 5)[-1] + bytes(call.room() - 5)


overdraw("exactly used up", rest)
overdraw("used up by two items", 1000, rest)
overdraw("overdrawn by one item", 500000)
overdraw("overdrawn by the second item", 50000, 50000)


@suite.case("server's window: used up in one message with OPEN, the next item overdraws")
async def _(t):
    c = await t.connect()
    call = c.make("streaming.never_reads", LONG)
    await c.send(call.open, call.item(bytes(100000)), call.item(1))
    await c.fatal()


@suite.case("server's window: bytes are counted as they were sent, in longer forms, too")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.never_reads", LONG)
    item = uint(1, 8)  # nine bytes
    for _ in range(-(-window(c) // 9)):
        await c.send(call.item(item))
    await c.ping()
    ok(-9 < call.room() <= 0, f"room {call.room()}")
    await c.send(call.item(1))
    await c.fatal()


@suite.case("server's window: many integers use it up one byte at a time")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.never_reads", LONG)
    await c.send(*[call.item(1) for _ in range(window(c))])
    await c.ping()
    eq(call.room(), 0, "room")
    await c.send(call.item(1))
    await c.fatal()


@suite.case("server's grants: nothing for what nobody reads")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.never_reads", 200 * MS)
    for _ in range(window(c) // 1003):
        await c.send(call.item(bytes(1000)))
    await c.quiet()
    eq(call.granted, {}, "grants")
    await call.result(1)


@suite.case("server's grants: never more than the method has taken")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.slow_sum", LONG)
    for _ in range(window(c) // 1003):
        await c.send(call.item(bytes(1000)))
    await c.quiet()
    ok(call.granted.get(1, 0) <= 1003, f"granted {call.granted} for one item taken")


for size in (10, 100, 1000, 20000, 60000):
    async def granted(t, size=size):
        """What was read is granted when it is half the window; the last item may still be
        the method's."""
        c = await t.connect()
        call = await c.start("streaming.slow_sum", 0)
        half = -(-window(c) // 2)
        for _ in range(-(-half // encoded(size)) + 2):
            await call.put(bytes(size))
        owed = call.sent[1]
        await c.until(lambda: owed - call.granted.get(1, 0) < half + encoded(size), "CREDIT")
        await call.finish()
        await call.until_end()
    suite.add(f"server's grants: at the latest at half the window, items of {size}", granted)


@suite.case("server's grants: ten windows pass through a method that reads")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.slow_sum", 0)
    count = 10 * window(c) // 1003
    for _ in range(count):
        await call.put(bytes(1000))
    await call.finish()
    await call.result(1000 * count)


@suite.case("server's grants: an item larger than the window, again and again")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.slow_sum", 0)
    for _ in range(10):
        await call.put(bytes(3 * window(c)))
    await call.finish()
    await call.result(30 * window(c))


@suite.case("server's grants: each parameter has its own window")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.merge")
    for i in range(100):
        await call.put(i, stream=1)
    await call.take(*range(100))
    eq(call.room(2), window(c), "room of the other")
    await c.send(call.done(1), call.done(2))
    await call.end()


@suite.case("server's grants: a method that waits for credit does not read on")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.echo_bytes", credit=0)
    item = bytes(1000)
    for _ in range(window(c) // 1003):
        await c.send(call.item(item))
    await c.quiet()
    ok(call.granted.get(1, 0) <= 2 * 1003, f"granted {call.granted}")
    await c.send(call.grant(MOST))
    for _ in range(50):
        await call.put(item)
    await call.finish()
    await call.until_end()
    eq(len(call.items), window(c) // 1003 + 50, "items")


@suite.case("server's grants: none after the end of the stream")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.slow_sum", 0)
    await c.send(*[call.item(bytes(1000)) for _ in range(60)], call.done())
    await call.result(60000)
    await c.quiet()


@suite.case("echo: 3 MB through windows of 4096 bytes")
async def _(t):
    c = await t.connect({"credit": 4096})
    call = await c.start("streaming.echo_bytes")

    async def feed():
        for _ in range(3000):
            await call.put(b"y" * 1000)
        await call.finish()
    feeding = asyncio.ensure_future(feed())
    await call.until_end()
    await feeding
    eq([len(i.value) for i in call.items], [1000] * 3000, "sizes")


@suite.case("echo: items of a megabyte through a window of one byte")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.echo_bytes", credit=1)
    item = bytes(1000000)
    for _ in range(3):
        await call.put(item)
        eq(len((await call.next()).raw), encoded(1000000), "size")
        await c.send(call.grant(encoded(1000000)))
    await call.finish()
    await call.end()

suite.main()
