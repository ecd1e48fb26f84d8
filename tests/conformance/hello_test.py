#!/usr/bin/python3
"""How a connection begins and ends: frames of the WebSocket, HELLO and its settings, sizes of
messages, closes."""
from upgrade import *
from suite import *

suite = Suite()
UNKNOWN = 99  # a kind of frame


# --- WebSocket frames -----------------------------------------------------------------------
def ws_frame(opcode, payload=b"", fin=True, rsv=0, masked=True, length=None):
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    n = len(payload) if length is None else length
    bit = 0x80 if masked else 0
    if n < 126:
        head += bytes([bit | n])
    elif n < 1 << 16:
        head += bytes([bit | 126]) + n.to_bytes(2, "big")
    else:
        head += bytes([bit | 127]) + n.to_bytes(8, "big")
    if not masked:
        return head + payload
    key = b"\x13\x57\x9b\xdf"
    return head + key + bytes(b ^ key[i & 3] for i, b in enumerate(payload))


class Bare:
    """A WebSocket without a library, for frames that no library sends."""

    @classmethod
    async def connect(cls, t):
        self = cls()
        self.reader, self.writer = await t.tcp(request())
        eq((await answer(self.reader))[0], 101, "status")
        return self

    async def send(self, *frames):
        self.writer.write(b"".join(frames))
        await self.writer.drain()

    async def receive(self):
        """(opcode, payload); (None, b"") at the end of the connection."""
        try:
            head = await self.reader.readexactly(2)
            n = head[1] & 127
            if n >= 126:
                n = int.from_bytes(await self.reader.readexactly(2 if n == 126 else 8), "big")
            return head[0] & 15, await self.reader.readexactly(n)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None, b""

    async def until(self, opcode):
        while True:
            got, payload = await self.receive()
            if got in (opcode, None):
                return got, payload

    async def pong(self, number):
        """Reads until this PONG has come."""
        while True:
            got, payload = await self.receive()
            ok(got is not None, "the connection ended instead of PONG")
            if got == 2 and payload.endswith(frame(PONG, number)):
                return


SAY = frame(HELLO, 1, {})
BROKEN = {
    "a frame that is not masked": ws_frame(2, SAY, masked=False),
    "reserved bit 1 without an extension": ws_frame(2, SAY, rsv=4),
    "reserved bit 3": ws_frame(2, SAY, rsv=1),
    "reserved opcode 3": ws_frame(3, SAY),
    "reserved control opcode 11": ws_frame(11, b""),
    "a ping in two fragments": ws_frame(9, b"x", fin=False) + ws_frame(0, b"y"),
    "a ping of 126 bytes": ws_frame(9, b"x" * 126),
    "a continuation of nothing": ws_frame(0, SAY),
    "a message inside a message": ws_frame(2, SAY[:2], fin=False) + ws_frame(2, SAY),
    "a close frame of one byte": ws_frame(8, b"\x03"),
}
for broken_name, broken in BROKEN.items():
    async def ends(t, broken=broken):
        bare = await Bare.connect(t)
        await bare.send(broken)
        opcode, payload = await bare.until(8)
        ok(opcode is None or payload[:2] in (b"", b"\x03\xea", b"\x03\xe8"),
           f"closed with {payload.hex()}")
        if opcode == 8:
            await bare.send(ws_frame(8, payload[:2]))
        while await bare.reader.read(1000):
            pass
        bare.writer.close()
        await alive(t)
    suite.add(f"websocket: {broken_name} ends the connection", ends)


@suite.case("websocket: a message in fragments of one byte, with pings between them")
async def _(t):
    bare = await Bare.connect(t)
    message = SAY + frame(PING, 77)
    for i, byte in enumerate(message):
        await bare.send(ws_frame(2 if i == 0 else 0, bytes([byte]), i == len(message) - 1),
                        ws_frame(9, b"%d" % i))
    await bare.pong(77)
    bare.writer.close()


@suite.case("websocket: an empty last fragment, and empty ones between")
async def _(t):
    bare = await Bare.connect(t)
    await bare.send(ws_frame(2, b"", False), ws_frame(0, SAY, False), ws_frame(0, b"", False),
                    ws_frame(0, frame(PING, 1), False), ws_frame(0, b""))
    await bare.pong(1)
    bare.writer.close()


@suite.case("websocket: frames that come byte by byte from the network")
async def _(t):
    bare = await Bare.connect(t)
    for byte in ws_frame(2, SAY) + ws_frame(2, frame(PING, 5) + frame(UNKNOWN, b"x" * 200)):
        await bare.send(bytes([byte]))
        await asyncio.sleep(0.0005)
    await bare.pong(5)
    bare.writer.close()


@suite.case("websocket: lengths in the longer forms of RFC 6455")
async def _(t):
    bare = await Bare.connect(t)
    body = SAY + frame(PING, 9)
    masked = ws_frame(2, body)[2:]
    await bare.send(b"\x82\xfe" + len(body).to_bytes(2, "big") + masked)
    # not minimal: a server may take it or refuse it, but not misread it
    opcode, payload = await bare.receive()
    while opcode == 2 and not payload.endswith(frame(PONG, 9)):
        opcode, payload = await bare.receive()
    bare.writer.close()
    await alive(t)


@suite.case("websocket: a ping is answered with its payload")
async def _(t):
    bare = await Bare.connect(t)
    await bare.send(ws_frame(2, SAY), ws_frame(9, b"payload"))
    eq((await bare.until(10))[1], b"payload", "pong")
    await bare.send(ws_frame(9, b"x" * 125))
    eq((await bare.until(10))[1], b"x" * 125, "pong")
    bare.writer.close()


@suite.case("websocket: an unasked pong is ignored")
async def _(t):
    bare = await Bare.connect(t)
    await bare.send(ws_frame(10, b"huh"), ws_frame(2, SAY + frame(PING, 3)))
    await bare.pong(3)
    bare.writer.close()


@suite.case("websocket: a frame that claims 2^62 bytes is refused, no memory taken")
async def _(t):
    bare = await Bare.connect(t)
    await bare.send(ws_frame(2, SAY), ws_frame(2, b"x" * 10, length=1 << 62))
    await bare.until(8)
    bare.writer.close()
    await alive(t)


@suite.case("websocket: a frame that claims 2^63 bytes is refused")
async def _(t):
    bare = await Bare.connect(t)
    await bare.send(ws_frame(2, b"x" * 10, length=1 << 63))
    await bare.until(8)
    bare.writer.close()
    await alive(t)


@suite.case("websocket: half a frame, then the connection is cut")
async def _(t):
    for cut in (1, 3, 7, 12):
        bare = await Bare.connect(t)
        await bare.send(ws_frame(2, SAY + bytes(50))[:cut])
        bare.writer.transport.abort()
    await alive(t)


@suite.case("websocket: a library that asks for compression is served")
async def _(t):
    async with websockets.connect(f"ws://127.0.0.1:{t.server.port}/spy",
                                  subprotocols=[SUBPROTOCOL]) as ws:
        await ws.send(SAY + frame(PING, 6))
        while not (await ws.recv()).endswith(frame(PONG, 6)):
            pass


for code in (1000, 1001, 3000, 4999):
    async def close(t, code=code):
        c = await t.connect()
        await c.ws.close(code)
        c.left = True
        eq(c.ws.close_code, code, "the answer to the close")
    suite.add(f"close: the client's {code} is answered", close)


@suite.case("close: nothing is said after the client's close")
async def _(t):
    bare = await Bare.connect(t)
    await bare.send(ws_frame(2, SAY + frame(OPEN, 1, "conformance.streaming.delayed", [10 ** 8])),
                    ws_frame(8, b"\x03\xe8"))
    eq((await bare.until(8))[1][:2], b"\x03\xe8", "close")
    eq(await bare.reader.read(), b"", "what comes behind it")
    bare.writer.close()


@suite.case("close: without a code")
async def _(t):
    bare = await Bare.connect(t)
    await bare.send(ws_frame(2, SAY), ws_frame(8))
    eq((await bare.until(8))[0], 8, "answer")
    bare.writer.close()
    await alive(t)


# --- HELLO ----------------------------------------------------------------------------------
@suite.case("hello: the server's is its first frame, and has version 1")
async def _(t):
    c = await t.connect()
    eq(c.frames[0][:2], [HELLO, 1], "first frame")


@suite.case("hello: with every setting at its default")
async def _(t):
    c = await t.connect({"agent": "a stranger 1.0", "credit": 65536, "max_message": 1048576,
                         "max_calls": 128, "ping": 25000, "timeout": 10000})
    await c.ping()


@suite.case("hello: HELLO, AUTH, OPEN and ITEMs in the first message")
async def _(t):
    c = await t.connect(None)
    call = c.make("authenticated.echo_int")
    await c.send(c.say_hello(), c.auth("user:first:a1:admin"), call.open, call.item(1),
                 call.item(2), call.done())
    await call.end(1, 2)
    eq(c.authed[0][2], {"user": "first"}, "AUTHED")


@suite.case("hello: the floors may be used before the server's HELLO is seen")
async def _(t):
    c = await t.connect(None)
    calls = [c.make("streaming.echo_bytes") for _ in range(16)]
    # 4096 bytes on each stream, and one item beyond
    items = [b"x" * 2000, b"y" * 2000, b"z" * 84]
    frames = [c.say_hello()]
    for call in calls:
        frames += [call.open] + [call.item(i) for i in items]
    ok(sum(map(len, frames)) > 65536, "too small for this case")
    while frames:
        message = b""
        while frames and len(message) + len(frames[0]) <= 65536:
            message += frames.pop(0)
        await c.send_raw(message)
    for call in calls:
        await call.take(*items)
        await call.finish()
        await call.end()


@suite.case("hello: sessions of two connections differ, where they are named")
async def _(t):
    names = [(await t.connect()).peer.get("session") for _ in range(5)]
    ok(names[0] is None or len(set(names)) == 5, f"sessions {names}")


@suite.case("hello: HELLO, OPEN and ITEMs in messages of their own, without waiting")
async def _(t):
    c = await t.connect(None)
    call = c.make("streaming.echo_int")
    for part in (c.say_hello(), call.open, call.item(1), call.done()):
        await c.send(part)
    await call.end(1)


def first(name, *frames, code=1002):
    async def run(t):
        c = await t.connect(None)
        c.last = 10  # GOAWAY may name it
        await c.send(*frames)
        await c.fatal(code)
    suite.add(f"hello: {name} is a protocol error", run)


first("version 0", frame(HELLO, 0, {}))
first("version 2", frame(HELLO, 2, {}))
first("version -1", frame(HELLO, -1, {}))
first("version 2^32+1", frame(HELLO, (1 << 32) + 1, {}))
first("version 257", frame(HELLO, 257, {}))
first("a version of type str", frame(HELLO, "1", {}))
first("a version of type float", frame(HELLO, 1.0, {}))
first("a version nil", frame(HELLO, None, {}))
first("a version true", frame(HELLO, True, {}))
first("HELLO without settings", frame(HELLO, 1))
first("HELLO alone", frame(HELLO))
first("settings nil", frame(HELLO, 1, None))
first("settings as an array", frame(HELLO, 1, []))
first("settings as a str", frame(HELLO, 1, "{}"))
first("a second HELLO in the same message", SAY, SAY)
first("OPEN before HELLO", frame(OPEN, 1, "conformance.plain.nothing", []), SAY)
first("PING before HELLO", frame(PING, 1), SAY)
first("PONG before HELLO", frame(PONG, 1), SAY)
first("AUTH before HELLO", frame(AUTH, "user:a:b:"), SAY)
first("GOAWAY before HELLO", frame(GOAWAY, 0, "", 0), SAY)
first("CREDIT before HELLO", frame(CREDIT, 1, 0, 5), SAY)
first("CANCEL before HELLO", frame(CANCEL, 1, 0), SAY)
first("an unknown version with surplus elements", frame(HELLO, 3, {}, "more"))


@suite.case("hello: a second HELLO later is a protocol error")
async def _(t):
    c = await t.connect()
    await (await c.start("plain.nothing")).end()
    await c.send(SAY)
    await c.fatal()


@suite.case("hello: an empty message before it is ignored")
async def _(t):
    c = await t.connect(None)
    await c.send_raw(b"")
    await c.send(SAY)
    await c.ping()


@suite.case("hello: version and heads in longer forms")
async def _(t):
    for version in int_forms(1):
        c = await t.connect(None)
        await c.send(Raw(b"\xdd\x00\x00\x00\x03" + uint(HELLO, 8) + version + b"\xdf" + bytes(4)))
        await c.ping()


@suite.case("hello: surplus elements are ignored")
async def _(t):
    c = await t.connect(None)
    await c.send(frame(HELLO, 1, {}, None, {"x": [1]}, "more"))
    await c.ping()


NUMBERS = ("credit", "max_message", "max_calls", "ping", "timeout")
FLOORS = {"credit": 4096, "max_message": 65536, "max_calls": 16}
WRONG = {"a str": "65536", "nil": None, "a float": 65536.0, "true": True, "an array": [65536],
         "2^31": 1 << 31, "2^32": 1 << 32, "2^63": 1 << 63, "2^64-1": (1 << 64) - 1,
         "2^32 + 70000": (1 << 32) + 70000}
for key in NUMBERS:
    for what, bad in WRONG.items():
        first(f"{key} as {what}", frame(HELLO, 1, {key: bad}))
    if key in FLOORS:
        first(f"{key} below its floor", frame(HELLO, 1, {key: FLOORS[key] - 1}))
        first(f"{key} 0", frame(HELLO, 1, {key: 0}))
        first(f"{key} -1", frame(HELLO, 1, {key: -1}))

    async def fits(t, key=key):
        for good in (FLOORS.get(key, 1000), MOST):
            for form in int_forms(good):
                c = await t.connect(None)
                await c.send(frame(HELLO, 1, {key: form}))
                await c.ping()
                await c.leave()
    suite.add(f"hello: {key} at its floor and at 2^31-1, in every form", fits)
first("agent as an integer", frame(HELLO, 1, {"agent": 5}))
first("agent nil", frame(HELLO, 1, {"agent": None}))
first("agent as bin", frame(HELLO, 1, {"agent": b"x"}))
first("a wrong setting after right and unknown ones",
      frame(HELLO, 1, {"agent": "x", "other": [1, 2], "credit": 5000, "max_calls": 3}))


@suite.case("hello: unknown keys are ignored, whatever they hold")
async def _(t):
    c = await t.connect({"compression": "none", "": None, "credits": -1, "Credit": "x",
                         "x" * 300: [{"a": [[]]}], "max": Raw(b"\xc7\x01\x55\x00")})
    await c.ping()


@suite.case("hello: an agent of any length and script")
async def _(t):
    for agent in ("", "Ω 1.0", "x" * 30000, "line\nbreak"):
        await (await t.connect({"agent": agent})).ping()


# --- messages -------------------------------------------------------------------------------
@suite.case("message: a text message is a protocol error")
async def _(t):
    c = await t.connect()
    await c.ws.send("hello")
    await c.fatal()


@suite.case("message: a text message as the first one is a protocol error")
async def _(t):
    c = await t.connect(None)
    await c.ws.send("{}")
    await c.fatal()


@suite.case("message: an empty text message is a protocol error")
async def _(t):
    c = await t.connect()
    await c.ws.send("")
    await c.fatal()


@suite.case("message: a text message in fragments is a protocol error")
async def _(t):
    c = await t.connect()
    await c.ws.send(["he", "ll", "o"])
    await c.fatal()


@suite.case("message: exactly as long as the server accepts")
async def _(t):
    c = await t.connect()
    most = c.peer.get("max_message", 1048576)
    fence = frame(PING, 4242)
    c.pings.append(4242)
    empty = len(frame(UNKNOWN, Raw(bin_heads(most)[0])))
    await c.send(frame(UNKNOWN, b"x" * (most - empty - len(fence))), fence)
    await c.until(lambda: 4242 in c.pongs, "PONG")


@suite.case("message: one byte longer gets 1009")
async def _(t):
    c = await t.connect()
    most = c.peer.get("max_message", 1048576)
    empty = len(frame(UNKNOWN, Raw(bin_heads(most)[0])))
    await c.send(frame(UNKNOWN, b"x" * (most - empty + 1)))
    await c.fatal(1009)


@suite.case("message: too long in fragments gets 1009")
async def _(t):
    c = await t.connect()
    most = c.peer.get("max_message", 1048576)
    try:
        await c.ws.send([b"\xc0" * 65536] * (most // 65536 + 1))
    except websockets.ConnectionClosed:
        pass
    await c.fatal(1009)


@suite.case("message: much too long gets 1009, while others are served")
async def _(t):
    c, other = await t.connect(), await t.connect()
    sending = asyncio.ensure_future(c.send_raw(bytes(8 << 20)))
    await other.ping()
    await c.fatal(1009)
    await sending
    await other.ping()


@suite.case("message: GOAWAY tells which calls will be finished no more")
async def _(t):
    c = await t.connect()
    await (await c.start("plain.nothing")).end()
    await c.send_raw(b"\xc1")
    await c.fatal()
    ok(0 <= c.goaway[2] <= 1, f"GOAWAY {c.goaway}")


@suite.case("overloaded: who asks and does not read is closed with 1013, others are served",
            own=True)
async def _(t):
    t.server = await t.start_server(config="limits:\n  queue: 4096\n")
    bare = await Bare.connect(t)
    await bare.send(ws_frame(2, SAY))
    bare.writer.transport.pause_reading()
    pings = ws_frame(2, frame(PING, 1 << 60) * 50000)
    try:
        for _ in range(30):
            bare.writer.write(pings)
            await asyncio.wait_for(bare.writer.drain(), 2)
    except (ConnectionError, asyncio.TimeoutError):
        pass
    await alive(t)
    bare.writer.transport.resume_reading()
    tail, got = b"", 0
    try:
        while b"\x03\xf5" not in tail and (data := await bare.reader.read(1 << 20)):
            tail, got = (tail + data)[-200:], got + len(data)
        # what the system's own buffers may hold
        ok(got < 14 << 20, f"{got} bytes were held for it")
        ok(b"\x03\xf5" in tail, f"the end is {tail[-40:].hex()}")
    except ConnectionError:
        pass  # it could not be told any more
    bare.writer.close()

suite.main()
