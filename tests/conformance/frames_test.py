#!/usr/bin/python3
"""Heads of frames: which are refused, each with GOAWAY and 1002; which are ignored."""
import random

from suite import *

suite = Suite()
ECHO = "conformance.streaming.echo_int"
NOTHING = "conformance.plain.nothing"


def nested(depth):
    """Arrays in arrays, `depth` of them."""
    return Raw(b"\x91" * (depth - 1) + b"\x90")


async def with_call(t):
    """A connection on which call 5 echoes integers and waits, and call 7 is over."""
    c = await t.connect()
    call = c.make_as(5, "streaming.echo_int")
    await c.send(call.open)
    await c.until(lambda: call.opened, "OPENED")
    over = c.make_as(7, "plain.nothing")
    await c.send(over.open)
    await over.end()
    for by_hand in (8, (1 << 32) - 1):
        c.make_as(by_hand, "plain.nothing")
    c.last = 1 << 32  # GOAWAY may name what we send by hand
    return c, call


def fatal(name, *frames):
    """A protocol error: GOAWAY internal with words, then 1002."""
    message = b"".join(pack(f) for f in frames)

    async def run(t):
        c, _ = await with_call(t)
        await c.send_raw(message)
        await c.fatal()
    suite.add(f"refused: {name}", run)


def harmless(name, *frames):
    """Ignored: nothing comes of it, and call 5 goes on."""
    async def run(t):
        c, call = await with_call(t)
        await c.send(*map(pack, frames))
        await c.quiet(0.05)
        await c.send(call.item(17), call.done())
        await call.end(17)
        eq([f for f in c.frames if f[0] in (ERROR, CANCEL, GOAWAY, AUTHED)], [],
           "frames that came of it")
    suite.add(f"ignored: {name}", run)


# --- what is no frame -----------------------------------------------------------------------

for what, value in {"an integer": 8, "a negative integer": -5, "nil": None, "true": True,
                    "a str": "ping", "a bin": b"\x92\x08\x01", "a map": {8: 1},
                    "an empty map": {}, "a float": 8.0, "a time": stamp(8),
                    "an extension": Ext(8, b"\x01")}.items():
    fatal(f"{what} in place of a frame", pack(value))
    fatal(f"{what} behind a frame", frame(PONG, 1), pack(value))
fatal("an empty array", [])
fatal("the byte c1", Raw(b"\xc1"))
fatal("the byte c1 in an unknown kind", Raw(b"\x92\x63\xc1"))
fatal("the byte c1 deep in an argument",
      Raw(frame(OPEN, 8, NOTHING)[:-1] + b"\x93\x01\x08" + pack(NOTHING) + b"\x91\x91\x91\xc1"))
fatal("the byte c1 in an item", Raw(b"\x94\x03\x05\x01\xc1"))
for what, kind in {"a str": "1", "nil": None, "a float": 8.0, "true": True, "false": False,
                   "an array": [8], "a map": {}, "bin": b"\x08", "-1": -1, "-128": -128,
                   "-2^31": -1 << 31, "-2^63": -1 << 63}.items():
    fatal(f"the kind is {what}", frame(kind, 1))
for form in int_forms(-1)[1:]:
    fatal(f"the kind is -1 as {form.hex()}", Raw(b"\x92" + form + b"\x01"))

# --- truncated frames -----------------------------------------------------------------------

WHOLE = {
    "HELLO": frame(HELLO, 1, {"credit": 5000}),
    "OPEN": frame(OPEN, 8, ECHO, [1, "a"], {"credit": 5, "trace": "x"}),
    "ITEM": frame(ITEM, 5, 1, 70000),
    "END": frame(END, 5, 1),
    "ERROR": frame(ERROR, 5, 1, 3, "words", typed("a.B", [1.5])),
    "CANCEL": frame(CANCEL, 5, 0),
    "CREDIT": frame(CREDIT, 5, 0, 100000),
    "PING": frame(PING, 1 << 40),
    "PONG": frame(PONG, 300),
    "AUTH": frame(AUTH, "user:u:a:"),
    "GOAWAY": frame(GOAWAY, 0, "bye", 0),
    "an unknown kind": frame(99, {"a": [1, b"xyz", Ext(9, b"12345")]}),
}
for what, whole in WHOLE.items():
    async def cut_short(t, whole=whole):
        async def one(size):
            c, _ = await with_call(t)
            await c.send_raw(whole[:size])
            await c.fatal()
        step = max(1, len(whole) // 16)
        sizes = {1, 2, len(whole) - 1, *range(1, len(whole), step)}
        for size in sorted(sizes):
            await one(size)
    suite.add(f"refused: {what}, cut short anywhere", cut_short, limit=40)


@suite.case("refused: a frame that spans two messages")
async def _(t):
    c, call = await with_call(t)
    whole = call.item(70000)
    await c.send_raw(whole[:4])
    await c.send_raw(whole[4:])
    await c.fatal()


for what, claim in {"str": b"\xdb", "bin": b"\xc6", "array": b"\xdd", "map": b"\xdf",
                    "extension": b"\xc9"}.items():
    for size in (0xFFFFFFFF, 0x7FFFFFFF, 0x10000000, 100):
        fatal(f"a {what} that claims {size} and is not there",
              Raw(b"\x94\x03\x05\x01" + claim + size.to_bytes(4, "big") + b"\x01\x02\x03"))
    fatal(f"an unknown kind with a {what} that claims 2^32-1",
          Raw(b"\x92\x63" + claim + b"\xff\xff\xff\xff\x01"))
fatal("a frame that claims 2^32-1 elements", Raw(b"\xdd\xff\xff\xff\xff\x08\x01"))
fatal("a frame that claims more elements than it has", Raw(b"\x93\x08\x01"))
fatal("a map of one and a half pairs", Raw(b"\x94\x03\x05\x01\x82\x01\x02\x03"))

# --- too few elements -----------------------------------------------------------------------

for name, parts in {
        "HELLO": (HELLO, 1), "OPEN": (OPEN, 8, ECHO), "ITEM": (ITEM, 5, 1), "END": (END, 5),
        "ERROR": (ERROR, 5, 1, 3), "CANCEL": (CANCEL, 5), "CREDIT": (CREDIT, 5, 0),
        "PING": (PING,), "PONG": (PONG,), "AUTH": (AUTH,), "GOAWAY": (GOAWAY, 0, "x")}.items():
    for count in range(1, len(parts) + 1):
        fatal(f"{name} of {count} elements", frame(*parts[:count]))

# --- wrong types in heads -------------------------------------------------------------------

NO_NUMBER = {"a str": "5", "nil": None, "a float": 5.0, "true": True, "an array": [5],
             "a map": {}, "bin": b"\x05"}
NO_CALL = {**NO_NUMBER, "0": 0, "-1": -1, "2^32": 1 << 32, "2^32+5": (1 << 32) + 5,
           "2^64-1": (1 << 64) - 1, "-2^63": -1 << 63}
NO_STREAM = {**NO_NUMBER, "2": 2, "-1": -1, "255": 255, "2^32": 1 << 32,
             "2^32+1": (1 << 32) + 1, "2^64-1": (1 << 64) - 1}
for what, bad in NO_CALL.items():
    fatal(f"OPEN for call {what}", frame(OPEN, bad, NOTHING, []))
    fatal(f"ITEM for call {what}", frame(ITEM, bad, 1, 1))
    fatal(f"END for call {what}", frame(END, bad, 1))
    fatal(f"ERROR for call {what}", frame(ERROR, bad, 1, 3, ""))
    fatal(f"CANCEL for call {what}", frame(CANCEL, bad, 0))
    fatal(f"CREDIT for call {what}", frame(CREDIT, bad, 0, 1))
for what, bad in NO_STREAM.items():
    fatal(f"ITEM for stream {what}", frame(ITEM, 5, bad, 1))
    fatal(f"END for stream {what}", frame(END, 5, bad))
    fatal(f"ERROR for stream {what}", frame(ERROR, 5, bad, 3, ""))
    fatal(f"CANCEL for stream {what}", frame(CANCEL, 5, bad))
    fatal(f"CREDIT for stream {what}", frame(CREDIT, 5, bad, 1))
NO_TEXT = {"nil": None, "an integer": 5, "bin": b"x", "an array": ["x"], "a map": {},
           "true": True, "an extension": Ext(5, b"x")}
for what, bad in NO_TEXT.items():
    fatal(f"OPEN with {what} for the method", frame(OPEN, 8, bad, []))
    fatal(f"ERROR with {what} for the message", frame(ERROR, 5, 1, 3, bad))
    fatal(f"GOAWAY with {what} for the message", frame(GOAWAY, 0, bad, 0))
    if bad is not None:
        fatal(f"AUTH with {what} for the token", frame(AUTH, bad))
for what, bad in {"nil": None, "an integer": 1, "a str": "x", "a map": {}, "bin": b"\x90",
                  "an extension": Ext(1, b"x")}.items():
    fatal(f"OPEN with {what} for the arguments", frame(OPEN, 8, NOTHING, bad))
for what, bad in {"nil": None, "an integer": 1, "a str": "x", "an array": [], "bin": b"\x80",
                  "true": True}.items():
    fatal(f"OPEN with {what} for the options", frame(OPEN, 8, NOTHING, [], bad))
for what, bad in NO_NUMBER.items():
    fatal(f"ERROR with {what} for the code", frame(ERROR, 5, 1, bad, ""))
    fatal(f"GOAWAY with {what} for the code", frame(GOAWAY, bad, "", 0))
    fatal(f"CREDIT of {what}", frame(CREDIT, 5, 0, bad))
    if what != "a float":
        fatal(f"PING with {what}", frame(PING, bad))
        fatal(f"PONG with {what}", frame(PONG, bad))
for what, bad in {"a str": "100", "nil": None, "a float": 100.0, "true": True, "2^31": 1 << 31,
                  "2^32+100": (1 << 32) + 100, "2^64-1": (1 << 64) - 1}.items():
    fatal(f"OPEN with the option timeout {what}", frame(OPEN, 8, NOTHING, [], {"timeout": bad}))
    fatal(f"OPEN with the option credit {what}", frame(OPEN, 8, NOTHING, [], {"credit": bad}))
fatal("OPEN with the option credit -1", frame(OPEN, 8, NOTHING, [], {"credit": -1}))
fatal("OPEN with the option trace 5", frame(OPEN, 8, NOTHING, [], {"trace": 5}))
fatal("OPEN with a wrong option behind unknown ones",
      frame(OPEN, 8, NOTHING, [], {"a": 1, "b": [2], "credit": "much"}))
fatal("OPEN with a wrong option for an unknown method",
      frame(OPEN, 8, "no.such.method", [], {"credit": "much"}))

# --- rules of order -------------------------------------------------------------------------

fatal("a second HELLO", frame(HELLO, 1, {}))
fatal("ITEM on stream 0", frame(ITEM, 5, 0, 1))
fatal("END on stream 0", frame(END, 5, 0))
fatal("END with a value on stream 0", frame(END, 5, 0, 1))
fatal("ERROR on stream 0", frame(ERROR, 5, 0, 3, ""))
fatal("CREDIT on the client's own stream", frame(CREDIT, 5, 1, 1000))
fatal("CANCEL on the client's own stream", frame(CANCEL, 5, 1))
fatal("OPENED from a client", frame(OPENED, 5))
fatal("OPENED from a client for no call", frame(OPENED, 77))
fatal("AUTHED from a client", frame(AUTHED, 0, "", {"user": "root"}))
fatal("an id for the second time", frame(OPEN, 7, NOTHING, []))
fatal("the id of a call that is open", frame(OPEN, 5, NOTHING, []))
fatal("an id below the last", frame(OPEN, 6, NOTHING, []))
fatal("an id twice in one message", frame(OPEN, 8, NOTHING, []), frame(OPEN, 8, NOTHING, []))
fatal("an id again after a refusal", frame(OPEN, 8, "no.such.method", []),
      frame(OPEN, 8, NOTHING, []))
fatal("an id behind 2^32-1", frame(OPEN, (1 << 32) - 1, NOTHING, []), frame(OPEN, 9, NOTHING, []))
fatal("ITEM for an id above the last", frame(ITEM, 8, 1, 1))
fatal("END for an id above the last", frame(END, 8, 1))
fatal("ERROR for an id above the last", frame(ERROR, 8, 1, 3, ""))
fatal("CANCEL for an id above the last", frame(CANCEL, 8, 0))
fatal("CREDIT for an id above the last", frame(CREDIT, 8, 0, 1))
fatal("CANCEL for an id that is opened right behind it", frame(CANCEL, 8, 0),
      frame(OPEN, 8, NOTHING, []))
fatal("CREDIT for 2^31-1 more bytes", frame(CREDIT, 5, 0, MOST))
fatal("CREDIT for 2^31 bytes", frame(CREDIT, 5, 0, 1 << 31))
fatal("CREDIT for 2^64-1 bytes", frame(CREDIT, 5, 0, (1 << 64) - 1))
fatal("CREDIT in many small parts beyond 2^31-1", *[frame(CREDIT, 5, 0, 1 << 29)] * 5)


@suite.case("refused: a stream number behind all that the method has, for every shape")
async def _(t):
    for method, stream in (("streaming.simple_stream", 1), ("streaming.merge", 3),
                           ("streaming.never_reads", 2), ("lobby.messages", 2)):
        for kind, rest in ((ITEM, [1]), (END, []), (ERROR, [3, ""]), (CANCEL, []), (CREDIT, [1])):
            c = await t.connect()
            args = [10 ** 10] if method.endswith("never_reads") else []
            # a call that cannot be over: its result has no credit
            call = c.make(method, *args, credit=0)
            await c.send(call.open, frame(kind, call.number, stream, *rest))
            await c.fatal()


@suite.case("refused: a frame for a call before any has been opened")
async def _(t):
    for bad in (frame(ITEM, 1, 1, 1), frame(END, 1, 1), frame(ERROR, 1, 1, 3, ""),
                frame(CANCEL, 1, 0), frame(CREDIT, 1, 0, 1)):
        c = await t.connect()
        await c.send(bad)
        await c.fatal()


@suite.case("refused: what follows a protocol error is not executed")
async def _(t):
    c, call = await with_call(t)
    await c.send(pack(5), call.item(1), frame(OPEN, 8, NOTHING, []))
    await c.fatal()
    eq(call.items, [], "items")


@suite.case("refused: a protocol error on one connection is not another's")
async def _(t):
    c, _ = await with_call(t)
    d, call = await with_call(t)
    await c.send_raw(b"\xc1")
    await c.fatal()
    await d.send(call.item(1), call.done())
    await call.end(1)


@suite.case("refused: the words are for people, and short")
async def _(t):
    for bad in (b"\xc1", frame(ITEM, 5, 0, 1), frame(OPEN, 5, NOTHING, []), frame(OPENED, 5)):
        c, _ = await with_call(t)
        await c.send_raw(bad)
        await c.fatal()
        ok(3 < len(c.goaway[1]) < 200, f"words {c.goaway[1]!r}")


# --- nesting --------------------------------------------------------------------------------

@suite.case("nesting: 64 containers within an item pass")
async def _(t):
    c = await t.connect()
    deep = nested(64)
    eq(await c.echo("streaming.echo_any", deep), [deep], "items")


@suite.case("nesting: 64 containers of maps pass")
async def _(t):
    c = await t.connect()
    deep = Raw(b"\x81\x01" * 63 + b"\x80")
    eq(await c.echo("streaming.echo_any", deep), [deep], "items")


@suite.case("nesting: 63 arrays and an object pass, and what is in it does not count")
async def _(t):
    c = await t.connect()
    for inside in (nested(1), nested(100)):
        deep = Raw(b"\x91" * 63 + typed("foo.Bar", inside))
        eq(await c.echo("streaming.echo_any", deep), [deep], "items")


fatal("65 containers within an item", frame(ITEM, 5, 1, nested(65)))
fatal("65 containers of maps within an item", frame(ITEM, 5, 1, Raw(b"\x81\x01" * 64 + b"\x80")))
fatal("65 containers on the side of map keys",
      frame(ITEM, 5, 1, Raw(b"\x81" * 64 + b"\x80" + b"\x01" * 64)))
fatal("64 arrays and an object within an item",
      frame(ITEM, 5, 1, Raw(b"\x91" * 64 + typed("foo.Bar", 1))))
fatal("100,000 containers within an item", frame(ITEM, 5, 1, nested(100000)))
fatal("66 containers within an argument", frame(OPEN, 8, NOTHING, [nested(66)]))
fatal("500,000 containers within the arguments", frame(OPEN, 8, NOTHING, nested(500000)))
fatal("66 containers within an unknown kind", frame(99, nested(66)))
fatal("66 containers within a surplus element", frame(PING, 1, nested(66)))
fatal("66 containers within an option", frame(OPEN, 8, NOTHING, [], {"x": nested(66)}))
fatal("66 containers within an exception's place", frame(ERROR, 5, 1, 3, "", nested(66)))
harmless("62 containers within a surplus argument", frame(OPEN, 8, NOTHING, [nested(62)]))
harmless("62 containers within an unknown kind", frame(99, nested(62)))
harmless("62 containers within a surplus element", frame(PONG, 1, nested(62)))
harmless("62 containers within an unknown option",
         frame(OPEN, 8, NOTHING, [], {"x": nested(62)}))

# --- what is ignored ------------------------------------------------------------------------

for kind in (13, 14, 31, 127, 128, 255, 256, 65536, 1 << 31, 1 << 32, (1 << 32) + 3, 1 << 63,
             (1 << 64) - 1):
    harmless(f"the kind {kind}", frame(kind))
    harmless(f"the kind {kind} with elements", frame(kind, 5, 1, {"a": [1, 2.5, None]}))
harmless("an unknown kind that holds what no type allows",
         frame(99, str_forms(b"\xff\xc0\x80")[0], Ext(77, b"x"), Ext(-1, b"x"), "a\0b",
               Pairs([(1, 2), (1, 3), ([], {})]), float("nan"), Ext(2, b"short"), Ext(3, b""),
               Ext(1, b"\xc1\xc1")))
harmless("an unknown kind of 100,000 elements", frame(99, *[None] * 100000))
harmless("an unasked PONG", frame(PONG, 5))
harmless("PONG 2^64-1", frame(PONG, (1 << 64) - 1))
harmless("GOAWAY from the client", frame(GOAWAY, 0, "bye", 0))
harmless("GOAWAY with a code that does not exist", frame(GOAWAY, 99, "bye", 1 << 31))
harmless("CREDIT for a call that is over", frame(CREDIT, 7, 0, 5))
harmless("CANCEL for a call that is over", frame(CANCEL, 7, 0), frame(CANCEL, 7, 0))


@suite.case("ignored: an empty message, many of them")
async def _(t):
    c, call = await with_call(t)
    for _ in range(20):
        await c.send_raw(b"")
    await c.send(call.item(1), call.done())
    await call.end(1)


@suite.case("ignored: late frames for a call with a stream that is over")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.direct_one_return")
    await call.result(1)
    await c.send(call.item(1), call.done(), call.fail(3), call.cancel(), call.grant(5),
                 call.item(2))
    await c.quiet()


@suite.case("ignored: frames for a call that was refused")
async def _(t):
    c = await t.connect()
    call = c.make("=no.such.method")
    await c.send(call.open, call.item(1), call.done(), call.cancel(), call.grant(5))
    await call.error("unimplemented")
    await c.send(call.item(1), call.done(), call.cancel(), call.grant(5))
    await c.quiet()


@suite.case("ignored: frames behind END on a stream")
async def _(t):
    c, call = await with_call(t)
    await c.send(call.item(1), call.done(), call.item(2), call.done(), call.fail(3))
    await call.end(1)


@suite.case("ignored: frames behind ERROR on a stream")
async def _(t):
    c, call = await with_call(t)
    await c.send(call.item(1), call.fail(5, "gone"), call.item(2), call.done(), call.fail(3))
    await call.error("not_found", [1])


@suite.case("ignored: items for a stream that the server has cancelled")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.reads_two", 3 * 10 ** 8)
    await c.send(call.item(1), call.item(2))
    await c.until(lambda: call.cancels == [1], "CANCEL")
    await c.send(call.item(3), call.done(), call.fail(3))
    await call.result(3)
    await c.send(call.item(4))
    await c.quiet()


@suite.case("ignored: items for a cancelled stream do not overdraw")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.reads_two", 3 * 10 ** 8)
    await c.send(call.item(1), call.item(2))
    await c.until(lambda: call.cancels == [1], "CANCEL")
    filler = Raw(bin_forms(bytes(50000))[0])
    for _ in range(5):
        await c.send(call.item(filler))
    await call.result(3)


@suite.case("ignored: an item that is overdrawn, for a call that is over")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.direct_void_return")
    await call.end()
    for _ in range(5):
        await c.send(call.item(bytes(50000)))
    await c.quiet()


@suite.case("ignored: unknown options, whatever they hold")
async def _(t):
    c = await t.connect()
    call = c.make("plain.hello", "x")
    options = {"Timeout": "x", "": None, "retry": [1], "x" * 200: {"a": Ext(90, b"")},
               "deadline": -1, "bad": str_forms(b"\xff")[0]}
    await c.send(frame(OPEN, call.number, call.method, ["x"], options))
    await call.result("Hello, x!")


@suite.case("ignored: a traceparent, right or wrong")
async def _(t):
    c = await t.connect()
    for trace in ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "", "nonsense",
                  "x" * 5000, "00-00000000000000000000000000000000-0000000000000000-00"):
        await (await c.start("plain.hello", "x", trace=trace)).result("Hello, x!")


SURPLUS = (None, "more", {"a": [1]}, str_forms(b"\xff\xfe")[0], Ext(99, b"x"))


@suite.case("ignored: surplus elements of every frame")
async def _(t):
    c = await t.connect(None)
    await c.send(frame(HELLO, 1, {}, *SURPLUS))
    call = c.make("streaming.merge", credit=1)
    n = call.number
    c.auths.append("user:u:a:")
    c.pings.append(9)
    call.sent[1] = 3
    call.credit += 2
    await c.send(frame(OPEN, n, call.method, [], {"credit": 1}, *SURPLUS),
                 frame(ITEM, n, 1, 6, *SURPLUS), frame(CREDIT, n, 0, 2, *SURPLUS),
                 frame(ITEM, n, 1, 7, *SURPLUS), frame(END, n, 2, *SURPLUS),
                 frame(AUTH, "user:u:a:", *SURPLUS), frame(PING, 9, *SURPLUS),
                 frame(PONG, 9, *SURPLUS), frame(GOAWAY, 0, "", 0, *SURPLUS))
    await c.until(lambda: 9 in c.pongs and c.authed, "the answers")
    await call.take(6, 7)
    await c.send(frame(ERROR, n, 1, 5, "", typed("a.B", []), *SURPLUS))
    await call.until_end()
    again = c.make("streaming.delayed", 10 ** 10)
    await c.send(again.open, frame(CANCEL, again.number, 0, *SURPLUS))
    await again.error("cancelled")


@suite.case("ignored: a client's GOAWAY ends nothing, neither calls nor new ones' answers")
async def _(t):
    c, call = await with_call(t)
    c.last = 7
    await c.send(frame(GOAWAY, 0, "leaving", 0))
    await c.send(call.item(3), call.done())
    await call.end(3)


# --- longer forms of heads ------------------------------------------------------------------

def longer(width):
    """A frame whose every head has the form that is `width` steps longer."""
    def widen(value):
        if isinstance(value, Raw) or value is None or isinstance(value, (bool, float)):
            return pack(value)
        if isinstance(value, int):
            forms = int_forms(value)
        elif isinstance(value, str):
            forms = str_forms(value)
        elif isinstance(value, bytes):
            forms = bin_forms(value)
        elif isinstance(value, dict):
            forms = map_forms([(widen(k), widen(v)) for k, v in value.items()])
        else:
            forms = array_forms([widen(v) for v in value])
        return forms[min(width, len(forms) - 1)]
    return lambda *parts: widen(list(parts))


for width in range(1, 9):
    async def long_heads(t, width=width):
        wide = longer(width)
        c = await t.connect(None)
        call = c.make("streaming.echo_int", credit=1)
        n = call.number
        call.sent[1] = 100
        c.auths.append("user:u:a:")
        c.pings.append(5)
        await c.send(wide(HELLO, 1, {"agent": "x", "credit": 5000}),
                     wide(OPEN, n, call.method, [], {"credit": 1, "timeout": 5000, "x": [1]}),
                     wide(ITEM, n, 1, 3), wide(AUTH, "user:u:a:"), wide(PING, 5),
                     wide(PONG, 7), wide(99, "x", [1]), wide(ITEM, n, 1, -3))
        await c.until(lambda: 5 in c.pongs and c.authed, "the answers")
        await call.take(3)
        call.credit += 1
        await c.send(wide(CREDIT, n, 0, 1), wide(END, n, 1))
        await call.end(-3)
        other = c.make("streaming.how_input_ended")
        await c.send(wide(OPEN, other.number, other.method, []),
                     wide(ERROR, other.number, 1, 5, "words"))
        await other.result("error not_found")
        third = c.make("streaming.delayed", 10 ** 10)
        await c.send(wide(OPEN, third.number, third.method, [10 ** 10], {}),
                     wide(CANCEL, third.number, 0))
        await third.error("cancelled")
        await c.send(wide(GOAWAY, 0, "bye", 0))
        await c.ping()
    suite.add(f"forms: every head {width} steps longer than it need be", long_heads)


@suite.case("forms: ids and streams in signed and unsigned forms")
async def _(t):
    c = await t.connect()
    for form in int_forms(9):
        call = c.make_as(c.last + 9 - c.last % 9 if c.last else 9, "streaming.echo_int")
        n = call.number
        await c.send(call.open)
        same = int_forms(n)[min(int_forms(9).index(form), len(int_forms(n)) - 1)]
        for stream in int_forms(1):
            call.sent[1] = call.sent.get(1, 0) + 1
            await c.send(Raw(b"\x94\x03" + same + stream + b"\x01"))
        await call.finish()
        await call.end(*[1] * len(int_forms(1)))


# --- PING -----------------------------------------------------------------------------------

@suite.case("ping: answered with the same number, whatever its size")
async def _(t):
    c = await t.connect()
    for number in (0, 1, 127, 128, 255, 256, 65535, 65536, (1 << 31) - 1, 1 << 31, (1 << 32) - 1,
                   1 << 32, 1 << 53, (1 << 63) - 1):
        for form in int_forms(number):
            c.pings.append(number)
            await c.send(frame(PING, form))
    await c.until(lambda: not c.pings, "every PONG")


@suite.case("ping: a thousand in one message, answered in order")
async def _(t):
    c = await t.connect()
    c.pings += range(1000)
    await c.send(*[frame(PING, i) for i in range(1000)])
    await c.until(lambda: not c.pings, "every PONG")


@suite.case("ping: answered while a method waits and a stream has no credit")
async def _(t):
    c = await t.connect()
    await c.start("streaming.flood", 10, 100, credit=0)
    await c.start("streaming.delayed", 10 ** 9)
    start = time.monotonic()
    await c.ping()
    ok(time.monotonic() - start < 0.5, "PONG came late")


# --- many frames per message ----------------------------------------------------------------

@suite.case("messages: a conversation cut into messages in every way")
async def _(t):
    for cuts in range(16):
        c = await t.connect(None)
        call = c.make("streaming.echo_int")
        frames = [c.say_hello(), call.open, call.item(1), call.item(2), call.done()]
        message = b""
        for i, part in enumerate(frames):
            message += part
            if i == len(frames) - 1 or cuts >> i & 1:
                await c.send_raw(message)
                message = b""
        await call.end(1, 2)
        await c.leave()


@suite.case("messages: 5,000 frames of all sorts in one")
async def _(t):
    c = await t.connect()
    call = c.make("streaming.echo_int")
    frames = [call.open]
    for i in range(1000):
        c.pings.append(i)
        frames += [call.item(i), frame(PING, i), frame(99, i), frame(PONG, i),
                   frame(CREDIT, call.number, 0, 1)]
    await c.send(*frames, call.done())
    await call.end(*range(1000))
    await c.until(lambda: not c.pings, "every PONG")


# --- ids ------------------------------------------------------------------------------------

@suite.case("ids: gaps are fine, up to 2^32-1")
async def _(t):
    c = await t.connect()
    for number in (1, 2, 127, 128, 255, 256, 65535, 65536, 1 << 31, (1 << 32) - 2,
                   (1 << 32) - 1):
        call = c.make_as(number, "plain.nothing")
        await c.send(call.open)
        await call.end()


@suite.case("ids: each connection has its own")
async def _(t):
    c, d = await t.connect(), await t.connect()
    for client in (c, d):
        await (await client.start("plain.hello", "x")).result("Hello, x!")


@suite.case("ids: one stays open while thousands of later ones come and go")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.echo_int")
    for _ in range(40):
        calls = [c.make("plain.nothing") for _ in range(50)]
        await c.send(*[k.open for k in calls])
        for k in calls:
            await k.end()
    await c.send(call.item(1), call.done())
    await call.end(1)


# --- noise ----------------------------------------------------------------------------------

BASE = list(WHOLE.values()) + [
    frame(OPEN, 8, "conformance.plain.hello", ["x"]), frame(ITEM, 5, 1, -1),
    frame(OPEN, 9, "conformance.streaming.echo_any", []), frame(ITEM, 9, 1, {"a": [1, 2.5]}),
    frame(ITEM, 9, 1, typed("conformance.SimpleData", [1])), frame(END, 9, 1)]


def mutated(rng):
    """A message of the frames above with some bytes changed, cut out or doubled."""
    message = bytearray(b"".join(rng.choice(BASE) for _ in range(rng.randint(1, 8))))
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(message))
        what = rng.randrange(4)
        if what == 0:
            message[at] = rng.randrange(256)
        elif what == 1:
            message[at] ^= 1 << rng.randrange(8)
        elif what == 2:
            del message[at:at + rng.randint(1, 3)]
        else:
            message[at:at] = message[at:at + rng.randint(1, 9)]
        message = message or bytearray(b"\xc0")
    return bytes(message)


for seed in range(12):
    async def noise(t, seed=seed):
        """Any of it may be legal; nothing of it may harm the server."""
        rng = random.Random(seed)
        for _ in range(12):
            c = await t.connect()
            c.strict = False
            c.on_authed = c.on_pong = c.on_item = c.on_end = c.on_error = c.on_opened = \
                c.on_cancel = c.on_credit = lambda *_: None
            c.last = 1 << 64
            await c.send(c.make_as(5, "streaming.echo_any").open)
            for _ in range(6):
                if not c.closed:
                    await c.send_raw(mutated(rng))
                await asyncio.sleep(0.002)
            if not c.closed:
                await c.send(frame(PING, 424242))
                await c.until(lambda: c.closed or [PONG, 424242] in c.frames, "PONG", True)
            if c.closed:
                ok(c.ws.close_code in (1002, 1009), f"closed with {c.ws.close_code}")
                ok(c.goaway and c.goaway[0] == 13, f"GOAWAY {c.goaway}")
            c.left = True
            await c.ws.close()
        await (await t.connect()).ping()
    suite.add(f"noise: mutated frames, seed {seed}", noise, limit=40)

suite.main()
