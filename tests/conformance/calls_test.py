#!/usr/bin/python3
"""What each method of `streaming` and `plain` says it does, to the letter, and how inputs may
end. Read next: ends_test.py."""
from suite import *

suite = Suite()
MS = 1000000  # nanoseconds
LONG = 3600 * 1000 * MS
THROWN = "conformance.ExceptionWithData"


def exactly(what, method, args, items=None, result=None, code=None):
    """A call without stream parameters: its items, then its result, its end, or its error."""
    async def run(t):
        c = await t.connect()
        call = await c.start(method, *args)
        if code:
            await call.error(code, items)
        elif result is not None:
            await call.result(result)
        else:
            await call.end(*items or [])
        await c.quiet(0.02)
    suite.add(what, run)


def reading(what, method, args, items, result=None, code=None, back=()):
    """A call that is sent these items and END, in one message and in several."""
    async def run(t):
        c = await t.connect()
        for split in (False, True):
            call = c.make(method, *args)
            frames = [call.open] + [call.item(i) for i in items] + [call.done()]
            if split:
                for part in frames:
                    await c.send(part)
                    await asyncio.sleep(0.002)
            else:
                await c.send(*frames)
            if code:
                await call.error(code, back)
            elif result is not None:
                await call.result(result[0])
            else:
                await call.end(*back)
        await c.quiet(0.02)
    suite.add(what, run)


def thrown(ended):
    """That it is the exception which the methods throw."""
    eq(CODES[ended.code], "aborted", "code")
    ok(ended.exception, "ERROR without the exception")
    name, value = ended.exception
    eq(name, THROWN, "type")
    eq([value[0]] + value[2:], ["thrown", ["first", "second"], 1], "fields")
    ok(isinstance(value[1], Ext) and value[1].type == -1, f"creation_date {value[1]}")
    eq(len(value), 4, "number of fields")

# --- streams of results ---------------------------------------------------------------------
exactly("simple_stream: 0 to 9", "streaming.simple_stream", [], range(10))
for n in (0, 1, 2, 10, 1000, 5000):
    exactly(f"int_stream_from_value: {n}", "streaming.int_stream_from_value", [n], range(n))
exactly("int_stream_from_value: nothing below 1", "streaming.int_stream_from_value", [-5], [])
exactly("simple_data_stream: 100", "streaming.simple_data_stream", [100], [[i] for i in range(100)])
exactly("simple_data_stream: 0", "streaming.simple_data_stream", [0], [])
exactly("flood: 3 items of 5 bytes", "streaming.flood", [3, 5], [b"xxxxx"] * 3)
exactly("flood: items of no byte", "streaming.flood", [4, 0], [b""] * 4)
exactly("flood: no item", "streaming.flood", [0, 100], [])
exactly("flood: 2,000 items of 100 bytes", "streaming.flood", [2000, 100], [b"x" * 100] * 2000)
exactly("flood: 20 items of 200,000 bytes", "streaming.flood", [20, 200000], [b"x" * 200000] * 20)


@suite.case("never_ending_stream: counts, one per delay, until it is cancelled")
async def _(t):
    c = await t.connect()
    start = time.monotonic()
    call = await c.start("streaming.never_ending_stream", 20 * MS)
    await call.take(*range(10))
    took = time.monotonic() - start
    ok(took >= 0.17, f"10 items within {took:.3f} s")
    ok(took < 8, f"10 items took {took:.3f} s")
    await c.send(call.cancel())
    await call.error("cancelled")
    await c.quiet()


@suite.case("never_ending_stream: without a delay")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.never_ending_stream", 0)
    for i in range(500):
        item = await call.next()
        eq(item.value, i, "item")
    other = await c.start("plain.hello", "x")
    await other.result("Hello, x!")
    await c.send(call.cancel())
    await call.error("cancelled")

# --- plain results from streams -------------------------------------------------------------
reading("int_return_from_stream: the first item", "streaming.int_return_from_stream", [], [7, 8, 9],
        [7])
reading("int_return_from_stream: one item", "streaming.int_return_from_stream", [], [-1], [-1])
reading("int_return_from_stream: none is out_of_range", "streaming.int_return_from_stream", [], [],
        code="out_of_range")
reading("nullable_int_return_from_stream: a number", "streaming.nullable_int_return_from_stream",
        [], [5, None], [5])
reading("nullable_int_return_from_stream: nil is a value, not its absence",
        "streaming.nullable_int_return_from_stream", [], [None, 5], [None])
reading("nullable_int_return_from_stream: none is out_of_range",
        "streaming.nullable_int_return_from_stream", [], [], code="out_of_range")
reading("void_return_after_stream: END has no value", "streaming.void_return_after_stream", [],
        [1, 2, 3])
reading("void_return_after_stream: without an item", "streaming.void_return_after_stream", [], [])
reading("slow_sum: the sum of the sizes", "streaming.slow_sum", [0], [b"abc", b"", b"x" * 1000],
        [1003])
reading("slow_sum: of nothing", "streaming.slow_sum", [0], [], [0])
reading("slow_sum: with a pause", "streaming.slow_sum", [20 * MS], [b"ab"] * 5, [10])
reading("direct_void_return: reads nothing", "streaming.direct_void_return", [], [1, 2])
reading("direct_one_return: reads nothing", "streaming.direct_one_return", [], [1, 2], [1])
reading("never_reads: 1 after its delay", "streaming.never_reads", [30 * MS], [5, 6], [1])
reading("reads_two: their sum", "streaming.reads_two", [10 * MS], [20, 22], [42])
reading("reads_two: of three", "streaming.reads_two", [10 * MS], [20, 22, 24], [42])
reading("how_input_ended: end", "streaming.how_input_ended", [], [1, 2], ["end"])
reading("rethrow: the number of items after a normal end", "streaming.rethrow", [], [5] * 12, [12])
reading("rethrow: of no item", "streaming.rethrow", [], [], [0])

# --- streams to streams ---------------------------------------------------------------------
reading("echo_int: as sent", "streaming.echo_int", [], range(100), back=range(100))
reading("echo_int: nothing", "streaming.echo_int", [], [])
reading("echo_data: as sent", "streaming.echo_data", [], [[1], [2]], back=[[1], [2]])
reading("flatten: one by one", "streaming.flatten", [], [[[1, 2], [3]], [], [[4]]],
        back=[1, 2, 3, 4])


@suite.case("echo_int: each item comes back before the next is sent")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.echo_int")
    for i in range(200):
        await c.send(call.item(i))
        await call.take(i)
    await call.finish()
    await call.end()


@suite.case("merge: items in order of arrival")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.merge")
    for i in range(50):
        await c.send(call.item(i, stream=1 + i * 7 % 3 % 2))
        await call.take(i)
    await c.send(call.done(1), call.done(2))
    await call.end()


@suite.case("merge: items of both in one message come in the order in which they stand")
async def _(t):
    c = await t.connect()
    call = c.make("streaming.merge")
    await c.send(call.open, *[call.item(i, stream=1 + i // 3 % 2) for i in range(60)],
                 call.done(1), call.done(2))
    await call.end(*range(60))


@suite.case("merge: ends when both have ended, not before")
async def _(t):
    for one, other in ((1, 2), (2, 1)):
        c = await t.connect()
        call = await c.start("streaming.merge")
        await c.send(call.item(1, stream=one), call.done(one))
        await call.take(1)
        await c.quiet()
        ok(not call.over, "it ended with the first")
        await c.send(call.item(2, stream=other))
        await call.take(2)
        await c.send(call.done(other))
        await call.end()


@suite.case("merge: an error of either ends it")
async def _(t):
    for stream in (1, 2):
        c = await t.connect()
        call = await c.start("streaming.merge")
        await c.send(call.item(1, stream=3 - stream), call.fail(9, "no", stream=stream))
        await call.error("failed_precondition")

# --- plain ----------------------------------------------------------------------------------
exactly("hello: with a name", "plain.hello", ["Ada"], result="Hello, Ada!")
exactly("hello: without", "plain.hello", [], result="Hello, world!")
exactly("hello: with any text", "plain.hello", ["%s%n\"\\ü\n"], result="Hello, %s%n\"\\ü\n!")
exactly("hello: with 100,000 characters", "plain.hello", ["é" * 100000],
        result="Hello, " + "é" * 100000 + "!")
for n in (0, 1, -1, 21, 1 << 40, (1 << 62) - 1, -1 << 62):
    exactly(f"double_it: {n}", "plain.double_it", [n], result=2 * n)
for n in (1 << 62, (1 << 63) - 1, (-1 << 62) - 1, -1 << 63):
    exactly(f"double_it: {n} is out_of_range", "plain.double_it", [n], code="out_of_range")
exactly("nothing: END without a value", "plain.nothing", [])
exactly("delayed: the number 1", "streaming.delayed", [30 * MS], result=1)
exactly("delayed: without a delay", "streaming.delayed", [0], result=1)


@suite.case("delayed: takes as long as it says, side by side")
async def _(t):
    c = await t.connect()
    start = time.monotonic()
    calls = [await c.start("streaming.delayed", 200 * MS) for _ in range(50)]
    for call in calls:
        await call.result(1)
    took = time.monotonic() - start
    ok(0.19 <= took < 8, f"took {took:.3f} s")


@suite.case("delayed: the shorter of two is answered first")
async def _(t):
    c = await t.connect()
    slow, fast = c.make("streaming.delayed", 300 * MS), c.make("streaming.delayed", 30 * MS)
    await c.send(slow.open, fast.open)
    await slow.result(1)
    eq([f[1] for f in c.frames if f[0] == END], [fast.number, slow.number], "order")


@suite.case("sessions: a pair of integers, this call not counted")
async def _(t):
    c = await t.connect()
    value = unpack(await (await c.start("plain.sessions")).raw_result())
    ok(isinstance(value, list) and len(value) == 2 and min(value) >= 0, f"result {value}")

# --- errors ---------------------------------------------------------------------------------
for method in ("streaming.throws_plain", "streaming.stream_throws_plain", "plain.throws_plain"):
    async def plainly(t, method=method):
        c = await t.connect()
        call = await c.start(method)
        ended = await call.error("internal", [])
        ok(not ended.exception and len(ended.message) < 60, f"it says {ended}")
        await c.quiet(0.02)
    suite.add(f"{method}: internal, and no more is said", plainly)
for method in ("streaming.throws_typed", "streaming.stream_throws_typed", "plain.throws_typed"):
    async def typically(t, method=method):
        c = await t.connect()
        call = await c.start(method)
        thrown(await call.until_end())
        eq(call.items, [], "items")
        await c.quiet(0.02)
    suite.add(f"{method}: the exception", typically)
for n in (0, 1, 3, 1000):
    async def then(t, n=n):
        c = await t.connect()
        call = await c.start("streaming.stream_then_throws", n)
        thrown(await call.until_end())
        eq([i.value for i in call.items], list(range(n)), "items before it")
    suite.add(f"stream_then_throws: {n} items, then the exception", then)
NAMES = ["", "x", "conformance", "conformance.plain", "plain.hello", "conformance.plain.",
         "conformance..hello", ".conformance.plain.hello", "conformance.plain.hello.x",
         "Conformance.plain.hello", "conformance.Plain.hello", "conformance.plain.Hello",
         "conformance.plain.hell", "conformance.plain.helloo", "conformance.plain hello",
         "conformance.nowhere.hello", "other.plain.hello", "conformance.plain.hello\0",
         "conformance.lobby", "conformance.lobby.opened", "conformance.SimpleData", "*",
         "conformance.plain.__proto__", "x" * 10000, "ü.ü.ü", "conformance/plain/hello"]
for name in NAMES:
    exactly(f"unimplemented: {name[:40]!r}", "=" + name, [1, "x"], code="unimplemented")


@suite.case("unimplemented: a name that is no UTF-8 harms nobody")
async def _(t):
    c = await t.connect()
    call = c.make("=?")
    await c.send(frame(OPEN, call.number, str_forms(b"conformance.plain.\xff")[0], []))
    await c.until(lambda: call.over or c.closed, "an answer", True)
    if call.over:
        ok(CODES[call.over.code] in ("unimplemented", "invalid_argument"), f"{call.over}")
    else:
        await c.fatal()


for method in ("streaming.throws_typed", "streaming.throws_plain", "streaming.direct_one_return"):
    async def beside(t, method=method):
        c = await t.connect()
        other = await c.start("streaming.echo_int")
        await c.send(other.item(1))
        await other.take(1)
        call = c.make(method)
        await c.send(call.open, other.item(2), call.item(1), call.done(), other.item(3))
        await call.until_end()
        await other.take(2, 3)
        await other.finish()
        await other.end()
    suite.add(f"{method}: others on the connection go on", beside)

# --- how an input may end -------------------------------------------------------------------
for code, name in enumerate(CODES[1:], 1):
    async def ended_by(t, code=code, name=name):
        c = await t.connect()
        call = c.make("streaming.how_input_ended")
        await c.send(call.open, call.item(1), call.fail(code, "words"))
        await call.result(f"error {name}")
        again = c.make("streaming.rethrow")
        await c.send(again.open, again.item(1), again.fail(code, "words"))
        await again.error(name)
        third = c.make("streaming.echo_int")
        await c.send(third.open, third.item(1), third.item(2), third.fail(code, "words"))
        await third.error(name, [1, 2])
    suite.add(f"input ends with {name}", ended_by)
for code in (0, 17, 100, -1, 255, 256, 1 << 31, 1 << 32, (1 << 32) + 3, -1 << 63, (1 << 64) - 1):
    async def ended_oddly(t, code=code):
        c = await t.connect()
        call = c.make("streaming.how_input_ended")
        await c.send(call.open, call.fail(code, "words"))
        await call.result("error unknown")
        again = c.make("streaming.rethrow")
        await c.send(again.open, again.fail(code, "words"))
        await again.error("unknown")
    suite.add(f"input ends with the code {code}, which is unknown", ended_oddly)
EXCEPTION = typed(THROWN, ["from the client", stamp(5), ["a"], None])


@suite.case("input ends with an exception that is known")
async def _(t):
    c = await t.connect()
    call = c.make("streaming.how_input_ended")
    await c.send(call.open, call.item(1), call.fail(10, "", EXCEPTION))
    await call.result(f"exception {THROWN}: from the client")


@suite.case("input ends with an exception that has grown, or lacks its last field")
async def _(t):
    c = await t.connect()
    for fields in (["m", stamp(5), [], 1, "new", {}], ["m", stamp(5), []]):
        call = c.make("streaming.how_input_ended")
        await c.send(call.open, call.fail(10, "", typed(THROWN, fields)))
        await call.result(f"exception {THROWN}: m")


@suite.case("input ends with an exception that is unknown: its full name")
async def _(t):
    c = await t.connect()
    for name in ("other.Exception", "x.Y"):
        call = c.make("streaming.how_input_ended")
        await c.send(call.open, call.fail(10, "", typed(name, [1])))
        got = unpack(await call.raw_result())
        ok(got.startswith(f"exception {name}"), f"result {got!r}")


@suite.case("input ends with an exception that is broken: the server lives")
async def _(t):
    c = await t.connect()
    c.strict = False
    for body in (b"", b"\xc1", pack(5), pack(THROWN), pack(THROWN) + pack(None),
                 pack(THROWN) + pack([]), pack(THROWN) + pack([1, 2, 3, 4]),
                 pack(THROWN) + pack(["m", stamp(1), [], 1]) + b"\x01",
                 str_forms(b"\xff")[0] + pack([]), pack("conformance.SimpleData") + pack([1])):
        for method in ("streaming.how_input_ended", "streaming.rethrow", "streaming.echo_int"):
            call = c.make(method)
            # what a method makes of it is its own business
            c.on_error = lambda parts, raws: c.call_of(parts, int, int, str, more=(Ext,)) and \
                setattr(c.calls[parts[0]], "over", Ended(parts[2]))
            await c.send(call.open, call.fail(10, "", Ext(1, body)))
            await call.until_end()
    await c.ping()


@suite.case("rethrow: the exception as it came")
async def _(t):
    c = await t.connect()
    for exception in (EXCEPTION, typed("other.Exception", {"a": [1, 2]})):
        call = c.make("streaming.rethrow")
        await c.send(call.open, call.item(1), call.fail(10, "words", exception))
        await call.error("aborted")
        eq(call.over.raw, exception, "exception")


@suite.case("input ends with an error before anything was read")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.never_reads", 100 * MS)
    await c.send(call.fail(3, "x"))
    await call.result(1)

suite.main()
