"""A client of the wire protocol for tests: Client is a connection, Call a call on it.

It was written from the protocol's page alone and knows nothing of our C. It can say anything,
also what is forbidden, and it holds every frame that comes against the rules: shortest forms,
legal order, credit, sizes. A breach fails the case during which it came. Read next: suite.py.
"""
import asyncio
from collections import namedtuple

import websockets
from forms import Breach, Ext, Raw, Reader, array_heads, pack, read_object, unpack

(HELLO, OPEN, OPENED, ITEM, END, ERROR, CANCEL, CREDIT, PING, PONG, AUTH, AUTHED,
 GOAWAY) = range(13)
KINDS = ("HELLO OPEN OPENED ITEM END ERROR CANCEL CREDIT PING PONG AUTH AUTHED "
         "GOAWAY").split()
CODES = ("ok cancelled unknown invalid_argument deadline_exceeded not_found already_exists "
         "permission_denied resource_exhausted failed_precondition aborted out_of_range "
         "unimplemented internal unavailable data_loss unauthenticated").split()
SUBPROTOCOL = "spy.1.msgpack"
MOST = (1 << 31) - 1

Method = namedtuple("Method", "streams result")
METHODS = {}
for _line in """
    streaming 0 s simple_stream int_stream_from_value simple_data_stream never_ending_stream
    streaming 0 s flood stream_throws_plain stream_throws_typed stream_then_throws times_out
    streaming 0 v delayed
    streaming 1 v int_return_from_stream nullable_int_return_from_stream slow_sum rethrow
    streaming 1 v direct_one_return never_reads reads_two throws_plain throws_typed
    streaming 1 v how_input_ended
    streaming 1 - void_return_after_stream direct_void_return
    streaming 1 s echo_int echo_nullable_int echo_any echo_types echo_data echo_animals flatten
    streaming 1 s echo_shapes echo_lists echo_data_lists echo_sets echo_maps echo_bytes
    streaming 2 s merge
    plain 0 v hello double_it echo bounded sessions
    plain 0 - nothing throws_typed throws_plain
    authenticated 0 s simple_stream hold
    authenticated 1 s echo_int
    logged_in 0 s hold
    identity 0 v who_am_i
    identity 0 - revoke_user revoke_token revoke_scopes
    lobby 1 s messages""".strip().splitlines():
    _endpoint, _streams, _result, *_names = _line.split()
    for _name in _names:
        METHODS[f"conformance.{_endpoint}.{_name}"] = Method(int(_streams), _result)


def frame(kind, *parts):
    return Raw(array_heads(1 + len(parts))[0] + pack(kind) + b"".join(map(pack, parts)))


Item = namedtuple("Item", "raw value")
Ended = namedtuple("Ended", "code message raw exception", defaults=(0, "", None, None))


class Failure(Exception):
    """The case has failed; the text says why."""


def ok(condition, what):
    if not condition:
        raise Failure(what)


def eq(got, want, what="value"):
    if got != want:
        def show(x):
            x = x.hex() if isinstance(x, bytes) else repr(x)
            return x if len(x) < 400 else x[:400] + f"… ({len(x)})"
        raise Failure(f"{what}: got {show(got)}, want {show(want)}")


class Call:
    """One call: makes its frames, keeps its accounts. `frames` are made, not sent; the
    coroutines send. What the server said is in items, opened, cancels and over."""

    def __init__(self, client, number, method, args, options):
        self.client, self.number, self.method = client, number, method
        self.info = METHODS.get(method)
        self.items, self.read = [], 0
        self.opened, self.over, self.cancelled = False, None, False
        self.cancels, self.log = [], []
        self.window = options.get("credit", client.hello.get("credit", 65536))
        if not isinstance(self.window, int):
            self.window = 65536
        self.credit = self.window  # that the server has for the result
        self.sent, self.granted = {}, {}  # per stream that we send
        self.ended = set()
        # grants follow by themselves, unless the case wants to see to the window
        self.auto, self.owed = "credit" not in options, 0
        parts = [number, method, args] + ([options] if options else [])
        self.open = frame(OPEN, *parts)

    # frames
    def item(self, value, stream=1):
        raw = pack(value)
        self.sent[stream] = self.sent.get(stream, 0) + len(raw)
        return frame(ITEM, self.number, stream, raw)

    def done(self, stream=1):
        self.ended.add(stream)
        return frame(END, self.number, stream)

    def fail(self, code, message="", *exception, stream=1):
        self.ended.add(stream)
        return frame(ERROR, self.number, stream, code, message, *exception)

    def cancel(self, stream=0):
        self.cancelled = True
        return frame(CANCEL, self.number, stream)

    def grant(self, n, stream=0):
        self.credit += n
        return frame(CREDIT, self.number, stream, n)

    # what they do when sent
    def room(self, stream=1):
        """The credit that we have left on a stream."""
        peer = self.client.peer
        initial = 4096 if peer is None else peer.get("credit", 65536)
        return initial + self.granted.get(stream, 0) - self.sent.get(stream, 0)

    async def put(self, *values, stream=1):
        for value in values:
            await self.client.until(lambda: self.room(stream) > 0 or self.over, "credit")
            ok(not self.over, f"the call ended while it had to read: {self.over}")
            await self.client.send(self.item(value, stream))

    async def finish(self, stream=1):
        await self.client.send(self.done(stream))

    async def next(self):
        """The next item; fails when the call ends instead."""
        await self.client.until(lambda: len(self.items) > self.read or self.over,
                                f"an item of call {self.number}")
        ok(len(self.items) > self.read, f"{self.method} ended instead of an item: {self.over}")
        self.read += 1
        return self.items[self.read - 1]

    async def take(self, *values):
        """The next items, which have to be exactly these."""
        for value in values:
            eq((await self.next()).raw, pack(value), "item")

    async def until_end(self):
        await self.client.until(lambda: self.over, f"the end of call {self.number}")
        return self.over

    async def end(self, *values):
        """The items that are left, exactly these, and then the end, without an error."""
        await self.until_end()
        eq([bytes(i.raw) for i in self.items[self.read:]], [bytes(pack(v)) for v in values],
           "items before the end")
        ok(self.over.code == 0, f"{self.method} ended with {self.over}")

    async def result(self, value):
        eq(await self.raw_result(), pack(value), "result")

    async def raw_result(self):
        await self.until_end()
        ok(self.over.code == 0, f"{self.method} ended with {self.over}")
        return self.over.raw

    async def error(self, name, items=None):
        """Ends with that error, after exactly these items when they are given."""
        await self.until_end()
        eq(CODES[self.over.code], name, f"code ({self.over.message})")
        if items is not None:
            eq([bytes(i.raw) for i in self.items[self.read:]], [bytes(pack(v)) for v in items],
               "items before the error")
        return self.over


class Client:
    """One connection."""

    def __init__(self, case, ws, hello):
        self.case, self.ws = case, ws
        self.hello = hello if isinstance(hello, dict) else {}
        self.peer = None  # the server's settings, once they have come
        self.calls, self.last = {}, 0
        self.pings, self.pongs, self.ping_number = [], [], 1000
        self.auths, self.authed = [], []
        self.goaway = None
        self.frames, self.trace, self.breaches, self.due = [], [], [], []
        self.strict = True
        self.closed, self.left = False, False
        self.waiters = []
        self.answer_pings = True
        self.reader = asyncio.ensure_future(self.listen())

    # what we say
    async def send(self, *frames):
        await self.send_raw(b"".join(frames))

    async def send_raw(self, message):
        self.trace.append(f"-> {message[:60].hex()}{'…' if len(message) > 60 else ''}")
        try:
            await self.ws.send(message)
        except websockets.ConnectionClosed:
            if asyncio.current_task() is not self.reader:
                await asyncio.wait([self.reader])

    def say_hello(self):
        return frame(HELLO, 1, self.hello)

    def make(self, method, *args, **options):
        """A call that has not been sent; its number is the next one."""
        self.last += 1
        return self.make_as(self.last, method, *args, **options)

    def make_as(self, number, method, *args, **options):
        name = method if method.startswith("=") else "=conformance." + method
        call = Call(self, number, name[1:], list(args), options)
        self.calls[number] = call
        if isinstance(number, int):
            self.last = max(self.last, number)
        return call

    async def start(self, method, *args, **options):
        call = self.make(method, *args, **options)
        await self.send(call.open)
        return call

    async def echo(self, method, *values):
        """Sends the items, then the end; what comes back, encoded."""
        call = self.make(method)
        await self.send(call.open)
        for value in values:
            await call.put(value)
        await call.finish()
        ended = await call.until_end()
        ok(ended.code == 0, f"{method} ended with {ended}")
        return [item.raw for item in call.items]

    async def ping(self):
        """A fence: what was sent before has been cut and seen by then."""
        self.ping_number += 1
        number = self.ping_number
        self.pings.append(number)
        await self.send(frame(PING, number))
        await self.until(lambda: number in self.pongs, "PONG")

    async def quiet(self, seconds=0.1):
        """Time for what must not come to come; then it is still a sane connection."""
        await self.ping()
        await asyncio.sleep(seconds)
        await self.ping()

    def auth(self, token):
        self.auths.append(token)
        return frame(AUTH, token)

    async def sign_in(self, token):
        """The answer to this AUTH: (code, message, map)."""
        place = len(self.auths)
        await self.send(self.auth(token))
        await self.until(lambda: len(self.authed) > place, "AUTHED")
        return self.authed[place]

    async def signed_in(self, token):
        code, message, _ = await self.sign_in(token)
        eq(CODES[code], "ok", f"AUTH ({message})")

    async def who(self):
        return unpack(await (await self.start("identity.who_am_i")).raw_result())

    def order(self, *kinds):
        """That the first frames of these kinds came in this order."""
        came = [f[0] for f in self.frames]
        places = [came.index(kind) for kind in kinds]
        ok(places == sorted(places), f"{[KINDS[k] for k in kinds]} came at {places}")

    async def fatal(self, code=1002, goaway="internal"):
        """The connection ends by GOAWAY with words, then a close with this code."""
        await self.until(lambda: self.closed, f"the close {code}", anyhow=True)
        ok(self.goaway is not None or goaway is None,
           f"closed with {self.ws.close_code} without GOAWAY")
        if goaway:
            eq(CODES[self.goaway[0]], goaway, f"GOAWAY ({self.goaway[1]})")
            ok(self.goaway[1], "GOAWAY without words")
            eq(self.frames[-1][0], GOAWAY, "last frame")
        eq(self.ws.close_code, code, "close code")

    async def until(self, condition, what, anyhow=False):
        while not condition():
            if self.closed and not anyhow:
                goaway = f" (GOAWAY {self.goaway})" if self.goaway else ""
                raise Failure(f"closed with {self.ws.close_code}{goaway} instead of {what}")
            waiter = asyncio.get_running_loop().create_future()
            self.waiters.append(waiter)
            self.case.waits = what
            await waiter
            self.case.waits = ""

    async def leave(self):
        """Closes, and says what was wrong in the whole."""
        self.left = True
        was_open = not self.closed
        try:
            self.ws.transport.resume_reading()
        except RuntimeError:
            pass
        await self.ws.close()
        await asyncio.wait([self.reader], timeout=5)
        if was_open and self.ws.close_code != 1000 and not self.goaway:
            self.breaches.append(f"our close 1000 was answered by {self.ws.close_code}")
        return self.breaches

    # what the server says
    def wake(self):
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def listen(self):
        try:
            async for message in self.ws:
                try:
                    self.message(message)
                except Breach as breach:
                    self.breaches.append(str(breach))
                self.wake()
                await self.answer()
        except websockets.ConnectionClosed:
            pass
        finally:
            self.closed = True
            self.trace.append(f"<- close {self.ws.close_code} {self.ws.close_reason}")
            self.wake()

    async def answer(self):
        """PONGs and grants that are due."""
        frames, self.due = self.due, []
        if frames and not self.left:
            await self.send(*frames)

    def message(self, message):
        self.due = []
        if isinstance(message, str):
            raise Breach("a text message")
        if len(message) > self.hello.get("max_message", 1048576):
            raise Breach(f"a message of {len(message)} bytes")
        at = 0
        while at < len(message):
            reader = Reader(message[at:], True)
            head = reader.take(1)[0]
            count = head & 15
            ok_head = head & 0xF0 == 0x90 and count
            if not ok_head:
                raise Breach(f"a frame begins with {head:02x}")
            elements, raws = [], []
            for i in range(count):
                start = reader.at
                # the value of an ITEM may have been relayed as it came
                reader.strict = self.strict or i < 3
                elements.append(reader.value())
                raws.append(Raw(message[at + start:at + reader.at]))
            text = " ".join([str(elements[0])] + [repr(e)[:100] for e in elements[1:]])
            kind = elements[0]
            name = KINDS[kind] if isinstance(kind, int) and 0 <= kind <= GOAWAY else "?"
            self.trace.append(f"<- {name} {text}"[:200])
            at += reader.at
            self.frames.append(elements)
            if name == "?" or name in ("OPEN", "AUTH"):
                raise Breach(f"a server sends no {text}")
            if (self.peer is None) != (kind == HELLO):
                raise Breach(f"{name} in place of HELLO" if kind else "a second HELLO")
            getattr(self, "on_" + name.lower())(elements[1:], raws[1:])

    def shape(self, parts, *types, more=()):
        """Exactly these types, then perhaps one more."""
        extra = len(types) + (1 if len(parts) > len(types) and more else 0)
        if len(parts) != extra or any(
                not isinstance(p, t) or (isinstance(p, bool) and t is int)
                for p, t in zip(parts, types + tuple(more))):
            raise Breach(f"a frame of the wrong form: {self.frames[-1]!r}")

    def on_hello(self, parts, _):
        self.shape(parts, int, dict)
        version, settings = parts
        self.peer = settings
        floors = {"credit": 4096, "max_message": 65536, "max_calls": 16, "ping": 0,
                  "timeout": 0}
        for key, value in settings.items():
            if key in floors:
                if type(value) is not int or not floors[key] <= value <= MOST:
                    raise Breach(f"HELLO says {key} {value!r}")
            elif key in ("agent", "session") and not isinstance(value, str):
                raise Breach(f"HELLO says {key} {value!r}")
            elif key not in ("agent", "session"):
                raise Breach(f"HELLO says {key}")
        if version != 1:
            raise Breach(f"version {version}")

    def call_of(self, parts, *types, more=()):
        self.shape(parts, int, *types, more=more)
        call = self.calls.get(parts[0])
        if not call:
            raise Breach(f"a frame for a call that was not opened: {self.frames[-1]!r}")
        call.log.append(self.frames[-1])
        if call.over:
            raise Breach(f"a frame for a call that is over: {self.frames[-1]!r}")
        return call

    def on_opened(self, parts, _):
        call = self.call_of(parts)
        if not call.info or not (call.info.streams or call.info.result == "s"):
            raise Breach(f"OPENED for {call.method}")
        if call.opened:
            raise Breach("OPENED twice")
        call.opened = True

    def on_item(self, parts, raws):
        call = self.call_of(parts, int, object)
        if parts[1] != 0 or not call.info or call.info.result != "s":
            raise Breach(f"ITEM for stream {parts[1]} of {call.method}")
        if not call.opened:
            raise Breach("ITEM before OPENED")
        if call.credit <= 0:
            raise Breach(f"ITEM on a credit of {call.credit}")
        call.credit -= len(raws[2])
        call.items.append(Item(raws[2], parts[2]))
        if call.auto:
            call.owed += len(raws[2])
            if call.owed >= call.window / 2:
                self.due.append(call.grant(call.owed))
                call.owed = 0

    def on_end(self, parts, raws):
        call = self.call_of(parts, int, more=(object,))
        if parts[1] != 0:
            raise Breach(f"END for stream {parts[1]} from the server")
        if not call.info or (len(parts) == 3) != (call.info.result == "v"):
            raise Breach(f"{call.method} ended with {'a' if len(parts) == 3 else 'no'} value")
        call.over = Ended(raw=raws[2] if len(parts) == 3 else None)

    def on_error(self, parts, raws):
        call = self.call_of(parts, int, int, str, more=(Ext,))
        if parts[1] != 0:
            raise Breach(f"ERROR for stream {parts[1]} from the server")
        if not 1 <= parts[2] <= 16:
            raise Breach(f"ERROR with the code {parts[2]}")
        exception = read_object(parts[4])[:2] if len(parts) == 5 else None
        if exception and parts[2] != 10:
            raise Breach("an exception with another code than aborted")
        call.over = Ended(parts[2], parts[3], raws[4] if exception else None, exception)

    def on_cancel(self, parts, _):
        call = self.call_of(parts, int)
        if not call.info or not 1 <= parts[1] <= call.info.streams:
            raise Breach(f"CANCEL for stream {parts[1]} of {call.method}")
        if parts[1] in call.cancels:
            raise Breach("CANCEL twice")
        call.cancels.append(parts[1])

    def on_credit(self, parts, _):
        call = self.call_of(parts, int, int)
        stream, n = parts[1:]
        if not call.info or not 1 <= stream <= call.info.streams:
            raise Breach(f"CREDIT for stream {stream} of {call.method}")
        if n <= 0 or stream in call.cancels:
            raise Breach(f"CREDIT of {n}" + " after CANCEL" * (stream in call.cancels))
        call.granted[stream] = call.granted.get(stream, 0) + n
        if call.granted[stream] > call.sent.get(stream, 0):
            raise Breach("more granted than can have been consumed")

    def on_ping(self, parts, raws):
        self.shape(parts, int)
        if self.answer_pings:
            self.due.append(frame(PONG, raws[0]))

    def on_pong(self, parts, _):
        self.shape(parts, int)
        if not self.pings or self.pings.pop(0) != parts[0]:
            raise Breach(f"PONG {parts[0]}, which was not asked for now")
        self.pongs.append(parts[0])

    def on_authed(self, parts, _):
        self.shape(parts, int, str, dict)
        code, _, who = parts
        if len(self.authed) >= len(self.auths):
            raise Breach("AUTHED that was not asked for")
        token = self.auths[len(self.authed)]
        if not 0 <= code <= 16:
            raise Breach(f"AUTHED with the code {code}")
        if who and (code or token is None):
            raise Breach("AUTHED with a map after a refusal or a sign-out")
        if not code and token is not None and not isinstance(who.get("user"), str):
            raise Breach("AUTHED without the user")
        expires = who.get("expires", Ext(-1, b""))
        stamped = isinstance(expires, Ext) and expires.type == -1
        if set(who) - {"user", "expires"} or not stamped:
            raise Breach(f"AUTHED says {who}")
        self.authed.append(parts)

    def on_goaway(self, parts, _):
        self.shape(parts, int, str, int)
        if self.goaway and self.goaway[2] < parts[2]:
            raise Breach("a later GOAWAY takes calls back in")
        if parts[2] > self.last or not 0 <= parts[0] <= 16:
            raise Breach(f"GOAWAY {parts}")
        self.goaway = parts
