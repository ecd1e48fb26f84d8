#!/usr/bin/python3
"""Who calls: AUTH and its answers, what is held meanwhile, tokens of the handshake, access."""
from people import *
from suite import *

suite = Suite()
suite.AT_ONCE = 8  # so that what takes 200 ms is still pending when it should
MS = 1000000


# --- AUTH and AUTHED ------------------------------------------------------------------------
@suite.case("auth: accepted, the user in the answer, no expiry")
async def _(t):
    c, name = await t.connect(), user()
    eq(await c.sign_in(token(name)), [0, c.authed[0][1], {"user": name}], "AUTHED")
    eq(await c.who(), name, "who")


@suite.case("auth: nobody before")
async def _(t):
    eq(await (await t.connect()).who(), None, "who")


REFUSED = ["", "user", "user:", "user:bob", "user:bob:", "user:bob:a1", "user::a1:", "user:bob::",
           "User:bob:a1:", "slow:", "slow:user:bob", "short:user", "admin", "Bearer user:bob:a1:",
           " user:bob:a1:", "x" * 10000, "user:\0:a:", "ü"]
for bad in REFUSED:
    async def is_refused(t, bad=bad):
        c = await t.connect()
        code, _, who = await c.sign_in(bad)
        # what no str may hold can be called so, too
        ok(CODES[code] in ("unauthenticated", "invalid_argument")[:1 + ("\0" in bad)],
           f"code {CODES[code]}")
        eq(who, {}, "map")
        eq(await c.who(), None, "who")
    suite.add(f"auth: {bad[:24]!r} is refused", is_refused)


@suite.case("auth: a token that is no UTF-8 is refused or a protocol error")
async def _(t):
    c = await t.connect()
    c.auths.append("?")
    await c.send(frame(AUTH, str_forms(b"user:\xff:a:")[0]))
    await c.until(lambda: c.authed or c.closed, "AUTHED", True)
    if c.closed:
        await c.fatal()
    else:
        ok(c.authed[0][0], "it was accepted")


@suite.case("auth: unusual user ids travel as they are")
async def _(t):
    c = await t.connect()
    for name in ("Zoë 日本", "a b", "-", "x" * 2000, "😀", "a/b?c"):
        await c.signed_in(token(name))
        eq(c.authed[-1][2]["user"], name, "AUTHED")
        eq(await c.who(), name, "who")


@suite.case("auth: a refused one changes nothing")
async def _(t):
    c, name = await t.connect(), user()
    await c.signed_in(token(name, "admin"))
    call = await holding(c)
    code, _, who = await c.sign_in("nonsense")
    eq((CODES[code], who), ("unauthenticated", {}), "AUTHED")
    await live(c, call)
    eq(await c.who(), name, "who")
    await (await c.start("authenticated.simple_stream")).end(*range(10))


@suite.case("auth: nil signs out, the map is empty")
async def _(t):
    c, name = await t.connect(), user()
    await c.signed_in(token(name))
    code, _, who = await c.sign_in(None)
    eq((code, who), (0, {}), "AUTHED")
    eq(await c.who(), None, "who")


@suite.case("auth: nil when nobody is signed in")
async def _(t):
    c = await t.connect()
    code, _, who = await c.sign_in(None)
    eq((code, who), (0, {}), "AUTHED")


@suite.case("auth: signing out ends protected calls with unauthenticated, not public ones")
async def _(t):
    c, name = await t.connect(), user()
    await c.signed_in(token(name, "admin"))
    one, two, public = await holding(c), await holding(c, "logged_in.hold"), \
        await holding(c, "streaming.echo_int")
    await c.sign_in(None)
    await one.error("unauthenticated")
    await two.error("unauthenticated")
    await live(c, public)
    await c.send(public.item(1), public.done())
    await public.end(1)


@suite.case("auth: as another user ends protected calls of the former, not public ones")
async def _(t):
    c, name, other = await t.connect(), user(), user()
    await c.signed_in(token(name, "admin"))
    one, two, public = await holding(c), await holding(c, "logged_in.hold"), \
        await holding(c, "streaming.echo_int")
    await c.signed_in(token(other, "admin"))
    await one.error("unauthenticated")
    await two.error("unauthenticated")
    await live(c, public)
    eq(await c.who(), other, "who")
    await holding(c)


@suite.case("auth: answers come in the order of the questions")
async def _(t):
    c, names = await t.connect(), [user() for _ in range(4)]
    await c.send(c.auth(token(names[0], kind="slow:")), c.auth(token(names[1])), c.auth("bad"),
                 c.auth(None), c.auth(token(names[2], kind="slow:")), c.auth(token(names[3])))
    await c.until(lambda: len(c.authed) == 6, "every AUTHED")
    eq([(code, who.get("user")) for code, _, who in c.authed],
       [(0, names[0]), (0, names[1]), (16, None), (0, None), (0, names[2]), (0, names[3])],
       "answers")
    eq(await c.who(), names[3], "who")


@suite.case("auth: a hundred in one message")
async def _(t):
    c, name = await t.connect(), user()
    await c.send(*[c.auth(token(f"{name}-{i}")) for i in range(100)])
    await c.until(lambda: len(c.authed) == 100, "every AUTHED")
    eq([who["user"] for _, _, who in c.authed], [f"{name}-{i}" for i in range(100)], "users")
    eq(await c.who(), f"{name}-99", "who")


@suite.case("auth: each connection has its own identity")
async def _(t):
    c, d, name = await t.connect(), await t.connect(), user()
    await c.signed_in(token(name))
    eq(await d.who(), None, "who")
    eq(await c.who(), name, "who")


# --- what is held, and what is not ----------------------------------------------------------
@suite.case("held: an OPEN behind AUTH in the same message runs as that user")
async def _(t):
    c, name = await t.connect(), user()
    for kind in ("", "slow:"):
        call = c.make("identity.who_am_i")
        await c.send(c.auth(token(name + kind[:1], kind=kind)), call.open)
        await call.result(name + kind[:1])


@suite.case("held: until a slow AUTH is decided, not longer")
async def _(t):
    c, name = await t.connect(), user()
    start = time.monotonic()
    call = c.make("authenticated.simple_stream")
    await c.send(c.auth(token(name, "admin", kind="slow:")), call.open)
    await c.ping()
    await call.end(*range(10))
    took = time.monotonic() - start
    ok(0.19 < took < 8, f"took {took:.3f} s")
    c.order(PONG, AUTHED, OPENED)


@suite.case("held: public calls behind AUTH, too")
async def _(t):
    c, name = await t.connect(), user()
    call = c.make("plain.hello", "x")
    await c.send(c.auth(token(name, kind="slow:")), call.open)
    await call.result("Hello, x!")
    eq([f[0] for f in c.frames if f[0] in (AUTHED, END)], [AUTHED, END], "order")


@suite.case("held: with its items and its end")
async def _(t):
    c, name = await t.connect(), user()
    call = c.make("authenticated.echo_int")
    await c.send(c.auth(token(name, "admin", kind="slow:")), call.open, call.item(1),
                 call.item(2))
    await c.send(call.item(3), call.done())
    await call.end(1, 2, 3)


@suite.case("held: with more CREDIT")
async def _(t):
    c, name = await t.connect(), user()
    call = c.make("authenticated.simple_stream", credit=0)
    await c.send(c.auth(token(name, "admin", kind="slow:")), call.open, call.grant(4))
    await c.until(lambda: len(call.items) == 4, "4 items")
    await c.quiet()
    eq(len(call.items), 4, "items")
    await c.send(call.grant(100))
    await call.end(*range(10))


@suite.case("held: overdrawing is a protocol error meanwhile, too")
async def _(t):
    c, name = await t.connect(), user()
    call = c.make("streaming.echo_bytes")
    await c.send(c.auth(token(name, kind="slow:")), call.open, call.item(bytes(70000)),
                 call.item(b""))
    await c.fatal()


@suite.case("held: a refused AUTH, then the call runs as who was there before")
async def _(t):
    c, name = await t.connect(), user()
    public, protected = c.make("identity.who_am_i"), c.make("logged_in.hold")
    await c.send(c.auth("slow:nonsense"), public.open, protected.open)
    await public.result(None)
    await protected.error("unauthenticated")
    await c.signed_in(token(name))
    again = c.make("identity.who_am_i")
    await c.send(c.auth("slow:nonsense"), again.open)
    await again.result(name)


@suite.case("held: each OPEN for the AUTHs before it")
async def _(t):
    c, names = await t.connect(), [user() for _ in range(3)]
    calls, frames = [], []
    for name, kind in zip(names, ("slow:", "", "slow:")):
        calls.append(c.make("identity.who_am_i"))
        frames += [c.auth(token(name, kind=kind)), calls[-1].open]
    calls.append(c.make("identity.who_am_i"))
    await c.send(*frames, c.auth(None), calls[-1].open)
    for call, name in zip(calls, names + [None]):
        await call.result(name)


@suite.case("held: CANCEL meanwhile is confirmed at once")
async def _(t):
    c, name = await t.connect(), user()
    call, other = c.make("authenticated.hold"), c.make("identity.who_am_i")
    await c.send(c.auth(token(name, kind="slow:")), call.open, other.open, call.cancel())
    await call.error("cancelled")
    await other.result(name)
    c.order(ERROR, AUTHED)


@suite.case("held: its deadline runs from the arrival of OPEN")
async def _(t):
    c, name = await t.connect(), user()
    call = c.make("streaming.delayed", 0, timeout=50)
    await c.send(c.auth(token(name, kind="slow:")), call.open)
    await call.error("deadline_exceeded")
    late = c.make("streaming.delayed", 150 * MS, timeout=300)
    await c.send(c.auth(token(name, kind="slow:")), late.open)
    await late.error("deadline_exceeded")


@suite.case("held: calls count as open calls")
async def _(t):
    c, name = await t.connect(), user()
    most = c.peer.get("max_calls", 128)
    calls = [c.make("plain.nothing") for _ in range(most + 2)]
    await c.send(c.auth(token(name, kind="slow:")), *[k.open for k in calls])
    for k in calls[most:]:
        await k.error("resource_exhausted")
    for k in calls[:most]:
        await k.end()


@suite.case("held: an unknown method is answered behind AUTHED")
async def _(t):
    c, name = await t.connect(), user()
    call = c.make("=conformance.nothing.x")
    await c.send(c.auth(token(name, kind="slow:")), call.open)
    await call.error("unimplemented")


@suite.case("not held: calls that were opened before AUTH go on")
async def _(t):
    c, name = await t.connect(), user()
    call = await holding(c, "streaming.echo_int")
    await c.send(c.auth(token(name, kind="slow:")), call.item(1), call.item(2))
    await call.take(1, 2)
    await call.finish()
    await call.end()
    await c.until(lambda: c.authed, "AUTHED")
    c.order(ITEM, AUTHED)


@suite.case("not held: PING, and a call that was opened right before AUTH")
async def _(t):
    c, name = await t.connect(), user()
    call = c.make("identity.who_am_i")
    await c.send(call.open, c.auth(token(name, kind="slow:")))
    await c.ping()
    await call.result(None)
    await c.until(lambda: c.authed, "AUTHED")
    c.order(PONG, AUTHED)
    c.order(END, AUTHED)


@suite.case("not held: other connections")
async def _(t):
    c, d, name = await t.connect(), await t.connect(), user()
    await c.send(c.auth(token(name, kind="slow:")))
    await (await d.start("plain.hello", "x")).result("Hello, x!")
    ok(not c.authed, "AUTHED came first")


@suite.case("not held: a connection that is closed while its AUTH is pending")
async def _(t):
    for way in ("close", "abort"):
        c, name = await t.connect(), user()
        call = c.make("authenticated.hold")
        await c.send(c.auth(token(name, "admin", kind="slow:")), call.open)
        await c.ping()
        if way == "close":
            await c.leave()
        else:
            c.ws.transport.abort()
    await asyncio.sleep(0.3)
    await (await t.connect()).ping()


# --- tokens of the handshake ----------------------------------------------------------------
def handshake(what, headers, want, query=""):
    async def run(t):
        name = user()
        fill = lambda text: text.replace("NAME", name)  # noqa: E731
        c = await t.connect(headers={k: fill(v) for k, v in headers.items()}, query=fill(query))
        eq(await c.who(), name if want else None, "who")
        ok(not c.authed, "AUTHED without AUTH")
    suite.add(f"handshake: {what}", run)


handshake("Authorization: Bearer", {"Authorization": "Bearer user:NAME:a1:"}, True)
handshake("Bearer of a slow token", {"Authorization": "Bearer slow:user:NAME:a1:"}, True)
handshake("Bearer of a bad token is nobody", {"Authorization": "Bearer nonsense"}, False)
handshake("Bearer without a token is nobody", {"Authorization": "Bearer"}, False)
handshake("Basic is nobody", {"Authorization": "Basic dXNlcjpib2I="}, False)
handshake("a token without Bearer is nobody", {"Authorization": "user:NAME:a1:"}, False)
handshake("the cookie", {"Cookie": "spy_token=user:NAME:a1:"}, True)
handshake("the cookie of a slow token", {"Cookie": "spy_token=slow:user:NAME:a1:"}, True)
handshake("the cookie among others", {"Cookie": "a=b; spy_token=user:NAME:a1:; c=d"}, True)
handshake("the cookie as the last", {"Cookie": "x=spy_token; spy_token=user:NAME:a1:"}, True)
handshake("a cookie of another name", {"Cookie": "xspy_token=user:NAME:a1:"}, False)
handshake("a cookie of a longer name", {"Cookie": "spy_tokens=user:NAME:a1:"}, False)
handshake("a cookie in another's value", {"Cookie": "a=spy_token=user:NAME:a1:"}, False)
handshake("a cookie with a bad token", {"Cookie": "spy_token=nonsense"}, False)
handshake("an empty cookie", {"Cookie": "spy_token="}, False)
handshake("never in the URL", {}, False, "?token=user:NAME:a1:&spy_token=user:NAME:a1:")


@suite.case("handshake: a call right behind it waits for a slow token")
async def _(t):
    name = user()
    for headers in ({"Authorization": f"Bearer slow:user:{name}:a1:admin"},
                    {"Cookie": f"spy_token=slow:user:{name}:a1:admin"}):
        c = await t.connect(None, headers=headers)
        call = c.make("authenticated.simple_stream")
        await c.send(c.say_hello(), call.open)
        await call.end(*range(10))


@suite.case("handshake: AUTH takes its place, and signs it out")
async def _(t):
    name, other = user(), user()
    c = await t.connect(headers={"Authorization": f"Bearer user:{name}:a1:admin"})
    eq(await c.who(), name, "who")
    call = await holding(c)
    await c.signed_in(token(other))
    await call.error("unauthenticated")
    eq(await c.who(), other, "who")
    await c.sign_in(None)
    eq(await c.who(), None, "who")


@suite.case("handshake: its scopes count")
async def _(t):
    name = user()
    c = await t.connect(headers={"Authorization": f"Bearer user:{name}:a1:other,admin"})
    await holding(c)
    d = await t.connect(headers={"Authorization": f"Bearer user:{name}:a1:other"})
    await (await d.start("authenticated.hold")).error("permission_denied")

# --- access ---------------------------------------------------------------------------------
PROTECTED = ("authenticated.simple_stream", "authenticated.echo_int", "authenticated.hold")


@suite.case("access: nobody gets unauthenticated")
async def _(t):
    c = await t.connect()
    for method in PROTECTED + ("logged_in.hold",):
        await (await c.start(method)).error("unauthenticated", [])
    await c.ping()


@suite.case("access: a user without the scope gets permission_denied, where one is needed")
async def _(t):
    c = await t.connect()
    for scopes in ("", "other", "Admin", "admins", "admi", "other,x", " admin"):
        await c.signed_in(token(user(), scopes))
        for method in PROTECTED:
            await (await c.start(method)).error("permission_denied", [])
        await holding(c, "logged_in.hold")


@suite.case("access: a user with the scope is let in")
async def _(t):
    c = await t.connect()
    for scopes in ("admin", "other,admin", "admin,other", ",admin", "admin,admin"):
        await c.signed_in(token(user(), scopes))
        await (await c.start("authenticated.simple_stream")).end(*range(10))
        eq(await c.echo("authenticated.echo_int", 1, 2), [pack(1), pack(2)], "items")


@suite.case("access: is checked before the method is looked up")
async def _(t):
    c = await t.connect()
    for endpoint in ("authenticated", "logged_in"):
        for method in ("nothing", "", "hold2", "HOLD"):
            call = await c.start(f"=conformance.{endpoint}.{method}")
            await call.error("unauthenticated")
    await c.signed_in(token(user()))
    await (await c.start("=conformance.authenticated.nothing")).error("permission_denied")
    await (await c.start("=conformance.logged_in.nothing")).error("unimplemented")
    await c.signed_in(token(user(), "admin"))
    await (await c.start("=conformance.authenticated.nothing")).error("unimplemented")


@suite.case("access: what comes for a refused call is ignored")
async def _(t):
    c = await t.connect()
    call = c.make("authenticated.echo_int")
    await c.send(call.open, call.item("x"), call.item(1), call.grant(5), call.done())
    await call.error("unauthenticated")
    await c.send(call.item(1), call.cancel())
    await c.quiet()


@suite.case("access: a refused call does not end the connection, others go on")
async def _(t):
    c = await t.connect()
    call = await holding(c, "streaming.echo_int")
    await (await c.start("authenticated.hold")).error("unauthenticated")
    await c.send(call.item(1), call.done())
    await call.end(1)

suite.main()
