#!/usr/bin/python3
"""plain.sessions counts exactly: each method that starts is a session, closed once, whatever
ends its call."""
from sessions import *
from suite import *

suite = Suite()


def counted(what, sessions, running=None):
    """A case that yields once, while `running` sessions (all, when it is not said) are open and
    none is closed; after its end all are closed, once each."""
    def add(function):
        async def run(t):
            counter = await Counter.start(t)
            c = await t.connect()
            steps = function(t, c)
            await steps.__anext__()
            if running != 0:
                await counter.becomes((sessions if running is None else running, 0))
            async for _ in steps:
                pass
            await counter.stays((0, sessions))
        suite.add(f"sessions: {what}", run, own="serial")
        return function
    return add


@counted("a method that returns", 1)
async def _(t, c):
    call = await waiting(c)
    yield
    await call.finish()
    await call.end()


@counted("unary calls", 100, running=0)
async def _(t, c):
    yield
    for i in range(100):
        await (await c.start("plain.double_it", i)).result(2 * i)


@counted("100 at once", 100)
async def _(t, c):
    calls = [await waiting(c) for _ in range(100)]
    yield
    await c.send(*[k.done() for k in calls])
    for k in calls:
        await k.end()


@counted("a method that waits for time", 1)
async def _(t, c):
    call = await waiting(c, "streaming.delayed", 800 * MS)
    yield
    await call.result(1)


@counted("methods that fail, plainly and by exception", 6, running=0)
async def _(t, c):
    yield
    for method in ("streaming.throws_plain", "streaming.throws_typed", "plain.throws_plain",
                   "streaming.stream_throws_typed", "plain.throws_typed"):
        await (await c.start(method)).until_end()
    await (await c.start("streaming.stream_then_throws", 5)).until_end()


@counted("a method that does not read its input", 2, running=0)
async def _(t, c):
    yield
    for method in ("direct_void_return", "direct_one_return"):
        call = c.make("streaming." + method)
        await c.send(call.open, call.item(1), call.item(2))
        await call.until_end()


@counted("cancelled by the client", 5)
async def _(t, c):
    calls = [await waiting(c), await waiting(c, "streaming.never_reads", LONG),
             await waiting(c, "streaming.delayed", LONG), await waiting(c, "lobby.messages"),
             await waiting(c, "streaming.flood", 100, 100, credit=0)]
    yield
    await c.send(*[k.cancel() for k in calls])
    for k in calls:
        await k.error("cancelled")


@counted("an input that is never read or half read, then cancelled", 2)
async def _(t, c):
    one = await waiting(c, "streaming.never_reads", LONG)
    two = await waiting(c, "streaming.slow_sum", LONG)
    await c.send(*[k.item(b"x") for k in (one, two) for _ in range(50)])
    yield
    await c.send(one.cancel(), two.cancel())
    await one.error("cancelled")
    await two.error("cancelled")


@counted("ended by their deadline", 3)
async def _(t, c):
    calls = [await waiting(c, timeout=700), await waiting(c, "streaming.never_reads", LONG,
                                                          timeout=700),
             await waiting(c, "lobby.messages", timeout=700)]
    yield
    for k in calls:
        await k.error("deadline_exceeded")


@counted("an ill-typed item", 1)
async def _(t, c):
    call = await waiting(c)
    yield
    await c.send(call.item("x"))
    await call.error("invalid_argument")


@counted("an input that fails", 1)
async def _(t, c):
    call = await waiting(c)
    yield
    await c.send(call.fail(5, "gone"))
    await call.error("not_found")


@counted("a result that is too large", 1, running=0)
async def _(t, c):
    yield
    await (await c.start("streaming.flood", 1, 2 << 20)).error("resource_exhausted")


@counted("the client closes", 4)
async def _(t, c):
    for args in ((), ("streaming.never_reads", LONG), ("lobby.messages",),
                 ("streaming.flood", 1000000, 1000)):
        await waiting(c, *args)
    yield
    await c.leave()


@counted("the connection is lost", 4)
async def _(t, c):
    for args in ((), ("streaming.never_reads", LONG), ("lobby.messages",),
                 ("streaming.flood", 1000000, 1000)):
        await waiting(c, *args)
    yield
    c.ws.transport.abort()
    await asyncio.wait([c.reader])


@counted("a protocol error", 3)
async def _(t, c):
    for args in ((), ("streaming.delayed", LONG), ("streaming.never_reads", LONG)):
        await waiting(c, *args)
    yield
    await c.send_raw(b"\xc1")
    await c.fatal()


@counted("refused calls have none", 0)
async def _(t, c):
    yield
    for method, args, code in (
            ("=no.such.method", [], "unimplemented"), ("=conformance.plain.x", [], "unimplemented"),
            ("plain.double_it", [], "invalid_argument"), ("plain.bounded", ["x" * 11],
                                                          "invalid_argument"),
            ("authenticated.hold", [], "unauthenticated"), ("logged_in.hold", [],
                                                            "unauthenticated")):
        await (await c.start(method, *args)).error(code)
    await c.signed_in("user:sessions:a1:")
    await (await c.start("authenticated.hold")).error("permission_denied")


@counted("one call too many has none", 128)
async def _(t, c):
    calls = [await waiting(c) for _ in range(c.peer.get("max_calls", 128))]
    await (await c.start("plain.nothing")).error("resource_exhausted")
    yield
    await c.send(*[k.cancel() for k in calls])
    for k in calls:
        await k.error("cancelled")


@counted("held calls have none until AUTH is decided; cancelled ones never", 1, running=0)
async def _(t, c):
    yield
    one, two = c.make("streaming.echo_int"), c.make("identity.who_am_i")
    await c.send(c.auth("slow:user:sessions:a1:"), one.open, two.open, one.cancel())
    await one.error("cancelled")
    await two.result("sessions")


@counted("signed out", 2)
async def _(t, c):
    await c.signed_in("user:sessions:a1:admin")
    calls = [await waiting(c, "authenticated.hold"), await waiting(c, "logged_in.hold")]
    yield
    await c.sign_in(None)
    for k in calls:
        await k.error("unauthenticated")


@counted("expired", 2)
async def _(t, c):
    await c.signed_in("short:user:sessions:a1:admin")
    calls = [await waiting(c, "authenticated.hold"), await waiting(c, "logged_in.hold")]
    yield
    for k in calls:
        await k.error("unauthenticated")


@counted("revoked, by one more call", 3, running=2)
async def _(t, c):
    await c.signed_in("user:revoked:a1:admin")
    calls = [await waiting(c, "authenticated.hold"), await waiting(c, "logged_in.hold")]
    yield
    await (await c.start("identity.revoke_user", "revoked")).end()
    for k in calls:
        await k.error("unauthenticated")


@counted("the lobby", 3)
async def _(t, c):
    calls = [await waiting(c, "lobby.messages") for _ in range(3)]
    await c.send(*[calls[0].item([i]) for i in range(4)])
    yield
    await calls[0].finish()
    await calls[0].until_end()
    await c.send(calls[1].item("x"))
    await calls[1].error("invalid_argument")
    await c.send(calls[2].cancel())
    await calls[2].error("cancelled")


@suite.case("sessions: 1,000 opened and cancelled in one message", own="serial")
async def _(t):
    counter, c = await Counter.start(t), await t.connect()
    calls = [c.make("streaming.delayed", LONG) for _ in range(1000)]
    await c.send(*[part for k in calls for part in (k.open, k.cancel())])
    for k in calls:
        await k.error("cancelled")
    await asyncio.sleep(0.1)
    is_open, closed = await counter.now()
    # whether a method starts that is cancelled at once is the server's to say
    ok(is_open == 0 and 0 <= closed <= 1000, f"{is_open} open, {closed} closed")

suite.main()
