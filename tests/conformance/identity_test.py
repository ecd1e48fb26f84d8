#!/usr/bin/python3
"""Who calls: AUTH and its answers, tokens of the handshake, what is held meanwhile, access,
expiry and revocation. Each case has users of its own."""
import itertools

from suite import *

suite = Suite()
MS = 1000000
LONG = 3600 * 1000 * MS
numbers = itertools.count()


def user():
    """A user id that no other case has."""
    return f"user{next(numbers)}."


def token(name, scopes="", auth="a1", kind=""):
    return f"{kind}user:{name}:{auth}:{scopes}"


async def holding(c, method="authenticated.hold"):
    """A call that runs until it is ended."""
    call = await c.start(method)
    await c.until(lambda: call.opened or call.over, "OPENED")
    ok(call.opened, f"{method} was refused: {call.over}")
    return call


async def live(c, *calls):
    """They are still there after a moment."""
    await c.quiet()
    for call in calls:
        ok(not call.over, f"{call.method} ended: {call.over}")


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
        eq(CODES[code], "unauthenticated", "code")
        eq(who, {}, "map")
        eq(await c.who(), None, "who")
    if "\0" in bad:
        async def is_refused_somehow(t, bad=bad):
            c = await t.connect()
            code, _, who = await c.sign_in(bad)
            ok(code, "it was accepted")
            eq(who, {}, "map")
            eq(await c.who(), None, "who")
        is_refused = is_refused_somehow
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
    ok(not call.opened and not call.over, "it did not wait")
    await call.end(*range(10))
    took = time.monotonic() - start
    ok(0.19 < took < 3, f"took {took:.3f} s")
    kinds = [f[0] for f in c.frames]
    ok(kinds.index(AUTHED) < kinds.index(OPENED), "OPENED before AUTHED")


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
    ok(not c.authed, "the confirmation waited for AUTHED")
    await other.result(name)


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
    ok(not c.authed, "AUTHED came first")
    await call.finish()
    await call.end()
    await c.until(lambda: c.authed, "AUTHED")


@suite.case("not held: PING, and a call that was opened right before AUTH")
async def _(t):
    c, name = await t.connect(), user()
    call = c.make("identity.who_am_i")
    await c.send(call.open, c.auth(token(name, kind="slow:")))
    await c.ping()
    await call.result(None)
    ok(not c.authed, "AUTHED came first")
    await c.until(lambda: c.authed, "AUTHED")


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


# --- expiry ---------------------------------------------------------------------------------
@suite.case("expiry: AUTHED says when")
async def _(t):
    c, name = await t.connect(), user()
    code, _, who = await c.sign_in(token(name, kind="short:"))
    eq((code, who.get("user")), (0, name), "AUTHED")
    ok("expires" in who, "no expiry")
    seconds, nanoseconds = read_time(who["expires"].data)
    left = seconds + nanoseconds / 1e9 - time.time()
    ok(-2 < left <= 0.55, f"it expires in {left} s")


@suite.case("expiry: ends protected calls with unauthenticated, not public ones")
async def _(t):
    c, name = await t.connect(), user()
    start = time.monotonic()
    await c.signed_in(token(name, "admin", kind="short:"))
    one, two, public = await holding(c), await holding(c, "logged_in.hold"), \
        await holding(c, "streaming.echo_int")
    eq(await c.who(), name, "who")
    await one.error("unauthenticated")
    await two.error("unauthenticated")
    took = time.monotonic() - start
    ok(0.45 < took < 3, f"took {took:.3f} s")
    await live(c, public)


@suite.case("expiry: then the connection is nobody's, until the next AUTH")
async def _(t):
    c, name = await t.connect(), user()
    await c.signed_in(token(name, "admin", kind="short:"))
    call = await holding(c)
    await call.error("unauthenticated")
    eq(await c.who(), None, "who")
    await (await c.start("logged_in.hold")).error("unauthenticated")
    await c.signed_in(token(name, "admin"))
    await holding(c)


@suite.case("expiry: without a protected call")
async def _(t):
    c, name = await t.connect(), user()
    await c.signed_in(token(name, kind="short:"))
    await asyncio.sleep(0.7)
    eq(await c.who(), None, "who")


@suite.case("expiry: a new token of the same user in time keeps the calls")
async def _(t):
    c, name = await t.connect(), user()
    await c.signed_in(token(name, "admin", kind="short:"))
    call = await holding(c)
    await c.signed_in(token(name, "admin", auth="a2"))
    await asyncio.sleep(0.8)
    await live(c, call)
    eq(await c.who(), name, "who")


@suite.case("expiry: a new token with an expiry brings that to running calls")
async def _(t):
    c, name = await t.connect(), user()
    await c.signed_in(token(name, "admin"))
    call = await holding(c)
    await c.signed_in(token(name, "admin", kind="short:"))
    await call.error("unauthenticated")


@suite.case("expiry: a token of the handshake expires as well")
async def _(t):
    name = user()
    c = await t.connect(headers={"Authorization": f"Bearer short:user:{name}:a1:admin"})
    call = await holding(c)
    await call.error("unauthenticated")
    eq(await c.who(), None, "who")


# --- the same user again --------------------------------------------------------------------
@suite.case("again: the same user's running calls go on")
async def _(t):
    c, name = await t.connect(), user()
    await c.signed_in(token(name, "admin"))
    one, two = await holding(c), await holding(c, "logged_in.hold")
    for auth in ("a2", "a3", "a1"):
        await c.signed_in(token(name, "admin", auth))
    await live(c, one, two)


@suite.case("again: without the needed scope ends only the calls that need it")
async def _(t):
    c, name = await t.connect(), user()
    await c.signed_in(token(name, "admin"))
    one, two = await holding(c), await holding(c, "logged_in.hold")
    await c.signed_in(token(name, "other"))
    await one.error("permission_denied")
    await live(c, two)


@suite.case("again: running calls take over the new authentication id")
async def _(t):
    c, d, name = await t.connect(), await t.connect(), user()
    await c.signed_in(token(name, "admin", "a1"))
    call = await holding(c)
    await c.signed_in(token(name, "admin", "a2"))
    await (await d.start("identity.revoke_token", name, "a1")).end()
    await live(c, call)
    eq(await c.who(), name, "who")
    await (await d.start("identity.revoke_token", name, "a2")).end()
    await call.error("unauthenticated")
    eq(await c.who(), None, "who")


@suite.case("again: running calls take over the new scopes")
async def _(t):
    c, d, name = await t.connect(), await t.connect(), user()
    await c.signed_in(token(name, "admin"))
    call = await holding(c)
    await c.signed_in(token(name, "admin,other"))
    await (await d.start("identity.revoke_scopes", name, ["other"])).end()
    await live(c, call)
    await (await d.start("identity.revoke_scopes", name, ["admin"])).end()
    await call.error("permission_denied")


# --- revocation -----------------------------------------------------------------------------
async def pair(t, scopes="admin", auth="a1"):
    """A user's connection, somebody else's, and the user."""
    c, d, name = await t.connect(), await t.connect(), user()
    await c.signed_in(token(name, scopes, auth))
    return c, d, name


@suite.case("revoke_user: ends every protected call, not public ones, nor the connection")
async def _(t):
    c, d, name = await pair(t)
    calls = [await holding(c), await holding(c), await holding(c, "logged_in.hold"),
             await holding(c, "authenticated.echo_int")]
    public = await holding(c, "streaming.echo_int")
    await (await d.start("identity.revoke_user", name)).end()
    for call in calls:
        await call.error("unauthenticated")
    await live(c, public)
    await c.send(public.item(1), public.done())
    await public.end(1)


@suite.case("revoke_user: the connection is nobody's, until the next AUTH")
async def _(t):
    c, d, name = await pair(t)
    await (await d.start("identity.revoke_user", name)).end()
    eq(await c.who(), None, "who")
    await (await c.start("authenticated.hold")).error("unauthenticated")
    await c.signed_in(token(name, "admin"))
    await holding(c)


@suite.case("revoke_user: on every connection of the user, and no other's")
async def _(t):
    c, d, name = await pair(t)
    e, f = await t.connect(), await t.connect()
    await e.signed_in(token(name, "admin", "a2"))
    await f.signed_in(token(name + "x", "admin"))
    one, two, other = await holding(c), await holding(e), await holding(f)
    await (await d.start("identity.revoke_user", name)).end()
    await one.error("unauthenticated")
    await two.error("unauthenticated")
    await live(f, other)
    eq(await f.who(), name + "x", "who")


@suite.case("revoke_user: by a call on the connection itself")
async def _(t):
    c, _, name = await pair(t)
    call = await holding(c)
    await (await c.start("identity.revoke_user", name)).end()
    await call.error("unauthenticated")
    eq(await c.who(), None, "who")


@suite.case("revoke_user: of somebody who is not there")
async def _(t):
    c, d, name = await pair(t)
    call = await holding(c)
    for other in ("", "nobody", name[:-1], name.upper()):
        await (await d.start("identity.revoke_user", other)).end()
    await live(c, call)


@suite.case("revoke_token: ends calls of that authentication, not of another")
async def _(t):
    c, d, name = await pair(t)
    e = await t.connect()
    await e.signed_in(token(name, "admin", "a2"))
    one, two = await holding(c), await holding(e)
    await (await d.start("identity.revoke_token", name, "a1")).end()
    await one.error("unauthenticated")
    await live(e, two)
    eq(await c.who(), None, "who")
    eq(await e.who(), name, "who")


@suite.case("revoke_token: of another user or id ends nothing")
async def _(t):
    c, d, name = await pair(t)
    call = await holding(c)
    for other, auth in ((name, "a2"), (name, ""), (name + "x", "a1"), ("", "a1")):
        await (await d.start("identity.revoke_token", other, auth)).end()
    await live(c, call)
    eq(await c.who(), name, "who")


@suite.case("revoke_scopes: ends the calls that need one of them, with permission_denied")
async def _(t):
    c, d, name = await pair(t, "admin,other")
    one, two, public = await holding(c), await holding(c, "logged_in.hold"), \
        await holding(c, "streaming.echo_int")
    await (await d.start("identity.revoke_scopes", name, ["x", "admin"])).end()
    await one.error("permission_denied")
    await live(c, two, public)
    eq(await c.who(), name, "who")


@suite.case("revoke_scopes: the connection has lost it, until the next AUTH")
async def _(t):
    c, d, name = await pair(t)
    await (await d.start("identity.revoke_scopes", name, ["admin"])).end()
    await (await c.start("authenticated.hold")).error("permission_denied")
    await holding(c, "logged_in.hold")
    await c.signed_in(token(name, "admin"))
    await holding(c)


@suite.case("revoke_scopes: unrelated ones, none, or another user's end nothing")
async def _(t):
    c, d, name = await pair(t, "admin,other")
    call = await holding(c)
    for other, scopes in ((name, ["other"]), (name, []), (name, ["Admin", "admi", ""]),
                          (name + "x", ["admin"])):
        await (await d.start("identity.revoke_scopes", other, scopes)).end()
    await live(c, call)
    await holding(c)


@suite.case("revoked: an input in the middle, and a result without credit")
async def _(t):
    c, d, name = await pair(t)
    echo = await holding(c, "authenticated.echo_int")
    await c.send(echo.item(1))
    await echo.take(1)
    stalled = await c.start("authenticated.simple_stream", credit=0)
    await c.until(lambda: stalled.opened, "OPENED")
    await (await d.start("identity.revoke_user", name)).end()
    await echo.error("unauthenticated")
    await stalled.error("unauthenticated", [])
    await c.send(echo.item(2), echo.done())
    await c.quiet()


@suite.case("revoked: 50 calls at once")
async def _(t):
    c, d, name = await pair(t)
    calls = [c.make("authenticated.hold") for _ in range(50)]
    await c.send(*[k.open for k in calls])
    await c.until(lambda: all(k.opened for k in calls), "every OPENED")
    await (await d.start("identity.revoke_user", name)).end()
    for k in calls:
        await k.error("unauthenticated")


# --- revocation of what is pending ----------------------------------------------------------
async def pending(t, scopes="admin"):
    """An AUTH that will take 200 ms, and somebody else's connection."""
    c, d, name = await t.connect(), await t.connect(), user()
    await c.send(c.auth(token(name, scopes, kind="slow:")))
    await c.ping()
    return c, d, name


async def decided(c):
    await c.until(lambda: c.authed, "AUTHED")
    return c.authed[0]


@suite.case("pending: revoke_user refuses it")
async def _(t):
    c, d, name = await pending(t)
    await (await d.start("identity.revoke_user", name)).end()
    ok(not c.authed, "AUTHED was too early for this case")
    code, _, who = await decided(c)
    eq((CODES[code], who), ("unauthenticated", {}), "AUTHED")
    eq(await c.who(), None, "who")


@suite.case("pending: revoke_user refuses it, and the calls that it holds")
async def _(t):
    c, d, name = await pending(t)
    call, public = await c.start("authenticated.hold"), await c.start("plain.hello", "x")
    await (await d.start("identity.revoke_user", name)).end()
    await call.error("unauthenticated")
    await public.result("Hello, x!")


@suite.case("pending: revoke_token of its id refuses it")
async def _(t):
    c, d, name = await pending(t)
    await (await d.start("identity.revoke_token", name, "a1")).end()
    code, _, who = await decided(c)
    eq((CODES[code], who), ("unauthenticated", {}), "AUTHED")


@suite.case("pending: revoke_token of another id does not")
async def _(t):
    c, d, name = await pending(t)
    await (await d.start("identity.revoke_token", name, "a2")).end()
    await (await d.start("identity.revoke_user", name + "x")).end()
    eq((await decided(c))[2], {"user": name}, "AUTHED")
    await holding(c)


@suite.case("pending: revoke_scopes takes them from it")
async def _(t):
    c, d, name = await pending(t, "admin,other")
    await (await d.start("identity.revoke_scopes", name, ["admin"])).end()
    eq((await decided(c))[2], {"user": name}, "AUTHED")
    await (await c.start("authenticated.hold")).error("permission_denied")
    await holding(c, "logged_in.hold")


@suite.case("pending: a refused one leaves who was there before")
async def _(t):
    c, d, name, other = await t.connect(), await t.connect(), user(), user()
    await c.signed_in(token(other, "admin"))
    call = await holding(c)
    await c.send(c.auth(token(name, "admin", kind="slow:")))
    await c.ping()
    await (await d.start("identity.revoke_user", name)).end()
    await c.until(lambda: len(c.authed) == 2, "AUTHED")
    eq(CODES[c.authed[1][0]], "unauthenticated", "code")
    await live(c, call)
    eq(await c.who(), other, "who")


@suite.case("pending: a slow token of the handshake is refused, too")
async def _(t):
    name, d = user(), await t.connect()
    c = await t.connect(headers={"Authorization": f"Bearer slow:user:{name}:a1:admin"})
    call = await c.start("authenticated.hold")
    await (await d.start("identity.revoke_user", name)).end()
    await call.error("unauthenticated")
    eq(await c.who(), None, "who")

suite.main()
