#!/usr/bin/python3
"""Frames that are ignored, heads in longer forms, frames in messages, ids, and noise."""
import functools
import random

import frame_cases
from frame_cases import *
from suite import *

suite = Suite()
harmless = functools.partial(frame_cases.harmless, suite)

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
