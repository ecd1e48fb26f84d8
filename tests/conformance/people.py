"""Users for tests of identity: no two cases have the same."""
import itertools

from suite import *

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
