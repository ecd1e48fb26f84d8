"""plain.sessions, asked so that the asking does not count; and calls that wait."""
from suite import *

MS = 1000000
LONG = 3600 * 1000 * MS


class Counter:
    """Asks a connection of its own for plain.sessions, and knows what its own calls add."""

    @classmethod
    async def start(cls, t):
        self = cls()
        self.client, self.asked = await t.connect(), 0
        self.open, self.closed = 0, 0
        self.open, self.closed = await self.now()
        return self

    async def now(self):
        """(open, closed) since the start, calls of this counter not counted."""
        call = await self.client.start("plain.sessions")
        is_open, closed = unpack(await call.raw_result())
        self.asked += 1
        return is_open - self.open, closed - (self.asked - 1) - self.closed

    async def becomes(self, want):
        got = None
        for _ in range(150):
            got = await self.now()
            if got == want:
                return
            await asyncio.sleep(0.02)
        eq(got, want, "sessions (open, closed)")

    async def stays(self, want):
        await self.becomes(want)
        await asyncio.sleep(0.1)
        eq(await self.now(), want, "sessions (open, closed)")


async def waiting(c, method="streaming.echo_int", *args, **options):
    call = await c.start(method, *args, **options)
    if METHODS[call.method].streams or METHODS[call.method].result == "s":
        await c.until(lambda: call.opened or call.over, "OPENED")
        ok(not call.over, f"{method}: {call.over}")
    return call
