"""Frames by hand, and what must come of them: the end of the connection, or nothing."""
from suite import *

ECHO = "conformance.streaming.echo_int"
NOTHING = "conformance.plain.nothing"
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


def fatal(suite, name, *frames):
    """A protocol error: GOAWAY internal with words, then 1002."""
    message = b"".join(pack(f) for f in frames)

    async def run(t):
        c, _ = await with_call(t)
        await c.send_raw(message)
        await c.fatal()
    suite.add(f"refused: {name}", run)


def harmless(suite, name, *frames):
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
