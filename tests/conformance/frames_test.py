#!/usr/bin/python3
"""Frames that are refused, each with GOAWAY and the close 1002."""
import functools

import frame_cases
from frame_cases import *
from suite import *

suite = Suite()
fatal = functools.partial(frame_cases.fatal, suite)
harmless = functools.partial(frame_cases.harmless, suite)

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
      Raw(b"\x94\x01\x08" + pack(NOTHING) + b"\x91\x91\x91\xc1"))
fatal("the byte c1 in an item", Raw(b"\x94\x03\x05\x01\xc1"))
for what, kind in {"a str": "1", "nil": None, "a float": 8.0, "true": True, "false": False,
                   "an array": [8], "a map": {}, "bin": b"\x08", "-1": -1, "-128": -128,
                   "-2^31": -1 << 31, "-2^63": -1 << 63}.items():
    fatal(f"the kind is {what}", frame(kind, 1))
for form in int_forms(-1)[1:]:
    fatal(f"the kind is -1 as {form.hex()}", Raw(b"\x92" + form + b"\x01"))

# --- truncated frames -----------------------------------------------------------------------
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

suite.main()
