#!/usr/bin/python3
"""The life of calls: OPENED, early ends, CANCEL from either side, how many there may be at
once, deadlines, and that none is in another's way."""
from suite import *

suite = Suite()
MS = 1000000  # nanoseconds
LONG = 3600 * 1000 * MS


# --- OPENED ---------------------------------------------------------------------------------
def opened(what, method, *args, finish=None):
    """OPENED is the first frame of such a call, there once; then it is ended."""
    async def run(t):
        c = await t.connect()
        call = await c.start(method, *args)
        await c.until(lambda: call.opened or call.over, "OPENED")
        ok(call.opened, f"ended without OPENED: {call.over}")
        eq(call.log[0], [OPENED, call.number], "first frame")
        if finish:
            await c.send(*finish(call))
        await call.until_end()
    suite.add(f"OPENED: {what}", run)


def unopened(what, method, *args):
    async def run(t):
        c = await t.connect()
        call = await c.start(method, *args)
        await call.until_end()
        ok(not call.opened, "OPENED was sent")
    suite.add(f"OPENED: {what}", run)


def done(call):
    return [call.done()]


def cancel(call):
    return [call.cancel()]


opened("before the first item", "streaming.simple_stream")
opened("when a method waits for its input", "streaming.echo_int", finish=done)
opened("when a method with a plain result waits for its input", "streaming.slow_sum", 0,
       finish=done)
opened("when a method without a result waits for its input", "streaming.void_return_after_stream",
       finish=done)
opened("when a method waits for time", "streaming.never_reads", 300 * MS)
opened("when a method waits for ever", "streaming.times_out")
opened("when a method waits for several streams", "streaming.merge",
       finish=lambda call: [call.done(1), call.done(2)])
opened("before an error that follows items", "streaming.stream_then_throws", 2)
opened("before the first of endless items", "streaming.never_ending_stream", LONG, finish=cancel)
opened("when a streaming endpoint waits for a message", "lobby.messages", finish=done)
for method, args in (("plain.nothing", []), ("plain.hello", []), ("streaming.delayed", [50 * MS]),
                     ("plain.throws_plain", []), ("plain.throws_typed", []),
                     ("plain.sessions", []), ("identity.who_am_i", [])):
    unopened(f"never for the unary {method}", method, *args)
unopened("not for a refused call", "streaming.int_stream_from_value", "x")


@suite.case("OPENED: with no credit at all for the result")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.simple_stream", credit=0)
    await c.until(lambda: call.opened, "OPENED")
    await c.quiet()
    eq(call.items, [], "items without credit")


@suite.case("two frames: OPEN and END, or OPEN and ERROR, is all of a unary call")
async def _(t):
    c = await t.connect()
    for method, args in (("plain.nothing", []), ("plain.hello", ["x"]), ("plain.throws_plain", []),
                         ("plain.throws_typed", []), ("streaming.delayed", [20 * MS])):
        call = await c.start(method, *args)
        await call.until_end()
        await c.quiet(0.02)
        eq(len(call.log), 1, f"frames of {method}")


# --- early ends and CANCEL from the server --------------------------------------------------
@suite.case("reads_two: CANCEL for its input while the call lives")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.reads_two", 200 * MS)
    await c.send(call.item(1), call.item(2))
    await c.until(lambda: call.cancels, "CANCEL")
    ok(not call.over, "the call was over already")
    eq(call.cancels, [1], "streams")
    await call.result(3)
    eq([f[0] for f in call.log if f[0] != CREDIT], [OPENED, CANCEL, END], "frames")


@suite.case("early return: only the end of stream 0 is sent")
async def _(t):
    c = await t.connect()
    for method, args in (("direct_void_return", []), ("direct_one_return", []),
                         ("int_return_from_stream", []), ("never_reads", [50 * MS]),
                         ("throws_plain", []), ("throws_typed", [])):
        call = c.make("streaming." + method, *args)
        await c.send(call.open, call.item(1), call.item(2))
        await call.until_end()
        await c.quiet(0.02)
        ok(not call.cancels, f"{method}: CANCEL at its end")
        ok([f[0] for f in call.log if f[0] != CREDIT] in ([END], [OPENED, END], [ERROR],
                                                          [OPENED, ERROR]), f"{call.log}")


@suite.case("early return: while the client keeps sending")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.int_return_from_stream")
    for i in range(200):
        await c.send(call.item(i))
    await call.result(0)
    for i in range(200):
        await c.send(call.item(i))
    await c.ping()

# --- CANCEL from the client -----------------------------------------------------------------
WAITING = [("streaming.never_ending_stream", [10 * MS], {}), ("streaming.delayed", [LONG], {}),
           ("streaming.echo_int", [], {}), ("streaming.never_reads", [LONG], {}),
           ("streaming.merge", [], {}), ("streaming.slow_sum", [LONG], {}),
           ("streaming.flood", [1000000, 1000], {"credit": 0}),
           ("streaming.flood", [1000000, 1000], {"credit": 5000}),
           ("lobby.messages", [], {}),
           ("streaming.how_input_ended", [], {}), ("streaming.rethrow", [], {}),
           ("streaming.reads_two", [LONG], {})]
for method, args, options in WAITING:
    tag = method + (f" with credit {options['credit']}" if options else "")

    async def cancelled(t, method=method, args=args, options=options):
        c = await t.connect()
        call = await c.start(method, *args, **options)
        if METHODS[call.method].result == "s" or METHODS[call.method].streams:
            await c.until(lambda: call.opened, "OPENED")
        else:
            await c.ping()
        await c.send(call.cancel())
        await call.error("cancelled")
        await c.quiet(0.05)
    suite.add(f"cancel: {tag} is confirmed", cancelled)

    async def cancelled_at_once(t, method=method, args=args, options=options):
        c = await t.connect()
        call = c.make(method, *args, **options)
        await c.send(call.open, call.cancel())
        await call.error("cancelled")
        await c.quiet(0.05)
    suite.add(f"cancel: {tag}, in the same message as OPEN", cancelled_at_once)


@suite.case("cancel: with items unread, and items behind it")
async def _(t):
    c = await t.connect()
    call = c.make("streaming.never_reads", LONG)
    await c.send(call.open, *[call.item(i) for i in range(100)], call.cancel(), call.item(1),
                 call.done(), call.fail(3), call.grant(5), call.cancel())
    await call.error("cancelled")
    await c.quiet()


@suite.case("cancel: in the middle of many items, nothing comes behind the confirmation")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.flood", 100000, 100)
    await call.next()
    await c.send(call.cancel())
    await call.until_end()
    eq(CODES[call.over.code], "cancelled", "code")
    await c.quiet()


@suite.case("cancel: twice is once")
async def _(t):
    c = await t.connect()
    call = c.make("streaming.delayed", LONG)
    await c.send(call.open, call.cancel(), call.cancel())
    await call.error("cancelled")
    await c.send(call.cancel())
    await c.quiet()


@suite.case("cancel: of a call that may just be ending gets one answer")
async def _(t):
    c = await t.connect()
    for delay in range(0, 3000000, 100000):
        call = await c.start("streaming.delayed", delay)
        await asyncio.sleep(0.001)
        await c.send(call.cancel())
        await call.until_end()
        ok(call.over.code in (0, 1), f"{call.over}")
    await c.quiet()


@suite.case("cancel: one of two calls of the same method")
async def _(t):
    c = await t.connect()
    one, two = await c.start("streaming.echo_int"), await c.start("streaming.echo_int")
    await c.send(one.item(1), two.item(2), one.cancel())
    await one.error("cancelled")
    await two.take(2)
    await c.send(two.item(3), two.done())
    await two.end(3)


# --- how many -------------------------------------------------------------------------------
async def most_calls(c):
    return c.peer.get("max_calls", 128)


@suite.case("max_calls: as many as the server says, and one more is resource_exhausted")
async def _(t):
    c = await t.connect()
    most = await most_calls(c)
    calls = [c.make("streaming.echo_int") for _ in range(most)]
    await c.send(*[k.open for k in calls])
    await c.ping()
    ok(not any(k.over for k in calls), "one of them was refused")
    extra = [c.make("plain.nothing") for _ in range(3)]
    await c.send(*[k.open for k in extra])
    for k in extra:
        await k.error("resource_exhausted")
    for i, k in enumerate(calls):
        await c.send(k.item(i), k.done())
    for i, k in enumerate(calls):
        await k.end(i)
    await (await c.start("plain.hello", "x")).result("Hello, x!")


@suite.case("max_calls: frames for a call refused for it are ignored")
async def _(t):
    c = await t.connect()
    calls = [c.make("streaming.delayed", LONG) for _ in range(await most_calls(c))]
    extra = c.make("streaming.echo_int")
    await c.send(*[k.open for k in calls], extra.open, extra.item(1), extra.grant(5),
                 extra.done(), extra.cancel())
    await extra.error("resource_exhausted")
    await c.send(*[k.cancel() for k in calls])
    for k in calls:
        await k.error("cancelled")


@suite.case("max_calls: CANCEL frees the place at once, in the same message")
async def _(t):
    c = await t.connect()
    calls = [c.make("streaming.delayed", LONG) for _ in range(await most_calls(c))]
    new = [c.make("streaming.echo_int") for _ in range(3)]
    await c.send(*[k.open for k in calls])
    await c.send(*[part for old, k in zip(calls, new) for part in (old.cancel(), k.open)])
    for k in new:
        await c.until(lambda k=k: k.opened or k.over, "OPENED")
        ok(not k.over, f"refused: {k.over}")
    extra = await c.start("plain.nothing")
    await extra.error("resource_exhausted")


@suite.case("max_calls: a call that has ended frees its place before the end is seen")
async def _(t):
    c = await t.connect()
    calls = [c.make("streaming.echo_int") for _ in range(await most_calls(c))]
    await c.send(*[k.open for k in calls])
    for k in calls[:20]:
        await c.send(k.done())
        await k.end()
        again = await c.start("streaming.echo_int")
        await c.until(lambda: again.opened or again.over, "OPENED")
        ok(not again.over, f"refused: {again.over}")


@suite.case("max_calls: each connection has its own")
async def _(t):
    c, d = await t.connect(), await t.connect()
    calls = [c.make("streaming.delayed", LONG) for _ in range(await most_calls(c))]
    await c.send(*[k.open for k in calls])
    await (await c.start("plain.nothing")).error("resource_exhausted")
    await (await d.start("plain.hello", "x")).result("Hello, x!")


@suite.case("thousands: 3,000 OPENs in one message get one answer each", limit=40)
async def _(t):
    c = await t.connect()
    calls = [c.make("plain.double_it", i) for i in range(3000)]
    await c.send(*[k.open for k in calls])
    refused = 0
    for i, k in enumerate(calls):
        await k.until_end()
        if k.over.code:
            eq(CODES[k.over.code], "resource_exhausted", "code")
            refused += 1
        else:
            eq(unpack(k.over.raw), 2 * i, "result")
    ok(refused <= 3000 - await most_calls(c), f"{refused} were refused")


@suite.case("thousands: 3,000 calls opened and cancelled in one message", limit=40)
async def _(t):
    c = await t.connect()
    calls = [c.make("streaming.delayed", LONG) for i in range(3000)]
    await c.send(*[part for k in calls for part in (k.open, k.cancel())])
    for k in calls:
        await k.error("cancelled")


@suite.case("thousands: 1,500 streaming calls opened, fed and cancelled in one message", limit=40)
async def _(t):
    c = await t.connect()
    calls = [c.make("streaming.echo_int") for i in range(1500)]
    await c.send(*[part for k in calls for part in (k.open, k.item(1), k.cancel())])
    for k in calls:
        await k.error("cancelled")


@suite.case("thousands: 5,000 unary calls, as many at a time as there may be", limit=40)
async def _(t):
    c = await t.connect()
    most = await most_calls(c)
    for start in range(0, 5000, most):
        calls = [c.make("plain.double_it", start + i) for i in range(most)]
        await c.send(*[k.open for k in calls])
        for i, k in enumerate(calls):
            await k.result(2 * (start + i))


@suite.case("thousands: 10 calls with 1,000 items each, side by side", limit=40)
async def _(t):
    c = await t.connect()
    calls = [await c.start("streaming.echo_int") for _ in range(10)]

    async def feed(call):
        for i in range(1000):
            await call.put(i)
        await call.finish()
    await asyncio.gather(*[feed(k) for k in calls])
    for k in calls:
        await k.end(*range(1000))


@suite.case("thousands: connections that open calls and are gone", limit=40)
async def _(t):
    for _ in range(30):
        c = await t.connect(wait=False)
        calls = [c.make("streaming.flood", 1000, 1000) for _ in range(16)]
        await c.send(*[k.open for k in calls])
        c.ws.transport.abort()
        await asyncio.wait([c.reader])
    await (await t.connect()).ping()


# --- deadlines ------------------------------------------------------------------------------
def deadline(what, low, method, *args, after=0, **options):
    """It comes after `low` seconds at the earliest; on a server that is not busy, and that had
    nothing to do for `after` seconds."""
    async def run(t):
        c = await t.connect()
        await asyncio.sleep(after)
        start = time.monotonic()
        call = await c.start(method, *args, **options)
        await call.error("deadline_exceeded")
        took = time.monotonic() - start
        ok(low <= took < 8, f"took {took:.3f} s")
        await c.quiet(0.02)
    suite.add(f"deadline: {what}", run, own="serial")


deadline("of the schema", 0.19, "streaming.times_out")
deadline("of a server that has slept", 0.19, "streaming.times_out", after=0.5)
deadline("an option below the schema's", 0.04, "streaming.times_out", timeout=50)
deadline("an option above the schema's", 0.19, "streaming.times_out", timeout=60000)
deadline("the option 0 is none, the schema's counts", 0.19, "streaming.times_out", timeout=0)
deadline("of a unary call", 0.09, "streaming.delayed", LONG, timeout=100)
deadline("of a method that waits for its input", 0.09, "streaming.echo_int", timeout=100)
deadline("of a method that never reads", 0.09, "streaming.never_reads", LONG, timeout=100)
deadline("of a method that waits for credit", 0.09, "streaming.flood", 100, 100, credit=0,
         timeout=100)
deadline("of a method that sends for ever", 0.09, "streaming.never_ending_stream", MS,
         timeout=100)
deadline("of a streaming endpoint", 0.09, "lobby.messages", timeout=100)
deadline("of one millisecond", 0, "streaming.delayed", LONG, timeout=1)


@suite.case("deadline: an option below the schema's ends the call before the schema's would")
async def _(t):
    c = await t.connect()
    schema, option = c.make("streaming.times_out"), c.make("streaming.times_out", timeout=50)
    await c.send(schema.open, option.open)
    await option.error("deadline_exceeded")
    await schema.error("deadline_exceeded")
    eq([f[1] for f in c.frames if f[0] == ERROR], [option.number, schema.number], "order")


@suite.case("deadline: a call that is faster does not see it")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.delayed", 20 * MS, timeout=5000)
    await call.result(1)
    late = await c.start("streaming.delayed", 200 * MS, timeout=0)
    await late.result(1)
    most = await c.start("streaming.delayed", 20 * MS, timeout=MOST)
    await most.result(1)


@suite.case("deadline: frames behind it are ignored, others go on")
async def _(t):
    c = await t.connect()
    other = await c.start("streaming.echo_int")
    call = await c.start("streaming.echo_int", timeout=60)
    await call.error("deadline_exceeded")
    await c.send(call.item(1), call.done(), other.item(1), other.done())
    await other.end(1)


# --- independence ---------------------------------------------------------------------------
@suite.case("independence: a slow reader of one call does not hold another's items")
async def _(t):
    c = await t.connect()
    slow = await c.start("streaming.slow_sum", LONG)
    await c.send(slow.item(b"x"), slow.item(b"y"))
    call = await c.start("streaming.echo_int")
    for i in range(100):
        await c.send(call.item(i))
        await call.take(i)


@suite.case("independence: 60 calls of all kinds, interleaved")
async def _(t):
    c = await t.connect()
    echoes, streams, plain = [], [], []
    for i in range(20):
        echoes.append(c.make("streaming.echo_int"))
        streams.append(c.make("streaming.int_stream_from_value", 50))
        plain.append(c.make("plain.double_it", i))
    await c.send(*[k.open for trio in zip(echoes, streams, plain) for k in trio])
    for i in range(50):
        await c.send(*[k.item(i) for k in echoes])
    await c.send(*[k.done() for k in echoes])
    for i, k in enumerate(plain):
        await k.result(2 * i)
    for k in streams + echoes:
        await k.end(*range(50))

suite.main()
