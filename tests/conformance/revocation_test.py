#!/usr/bin/python3
"""How an identity ends: it expires, the same user comes again, it is revoked, in whole or in
part, also while its AUTH is pending."""
from people import *
from suite import *

suite = Suite()
suite.AT_ONCE = 8  # so that what takes 200 ms is still pending when it should


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
    ok(0.45 < took < 8, f"took {took:.3f} s")
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
