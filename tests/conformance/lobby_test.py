#!/usr/bin/python3
"""Streaming endpoints: `lobby` is a streaming method called messages, with a session for each
call of it."""
from suite import *

suite = Suite()


def data(n):
    return typed("conformance.SimpleData", [n])


def circle(n):
    return typed("conformance.Circle", [float(n)])


def answers(numbers):
    """What comes back for these messages: every third is followed by a Circle."""
    out = []
    for count, n in enumerate(numbers, 1):
        out.append(data(n + 1))
        if count % 3 == 0:
            out.append(circle(count))
    return out


@suite.case("a message comes back with num + 1, an object")
async def _(t):
    c = await t.connect()
    call = await c.start("lobby.messages")
    await c.send(call.item([5]))
    await call.take(data(6))


for numbers in ([1, 2, 3], [0] * 12, [-1, -2, 127, 128, 255, 65535, -1 << 63], list(range(300))):
    async def talk(t, numbers=numbers):
        c = await t.connect()
        call = c.make("lobby.messages")
        await c.send(call.open, *[call.item([n]) for n in numbers], call.done())
        await call.end(*answers(numbers))
    suite.add(f"{len(numbers)} messages at once, first {numbers[0]}", talk)

    async def talk_slowly(t, numbers=numbers):
        c = await t.connect()
        call = await c.start("lobby.messages")
        for i, n in enumerate(numbers, 1):
            await c.send(call.item([n]))
            await c.until(lambda: len(call.items) >= len(answers(numbers[:i])), "the answer")
        await call.finish()
        await call.until_end()
        eq([bytes(i.raw) for i in call.items], [bytes(a) for a in answers(numbers)], "items")
    suite.add(f"{len(numbers)} messages one by one, first {numbers[0]}", talk_slowly)


@suite.case("every third message is followed by a Circle whose radius is the count")
async def _(t):
    c = await t.connect()
    call = await c.start("lobby.messages")
    await c.send(*[call.item([i]) for i in range(6)])
    await call.take(data(1), data(2), data(3), circle(3), data(4), data(5), data(6), circle(6))


@suite.case("each session counts for itself, on one connection")
async def _(t):
    c = await t.connect()
    one, two = await c.start("lobby.messages"), await c.start("lobby.messages")
    for i in range(2):
        await c.send(one.item([i]), two.item([i + 100]))
    await c.send(one.item([2]), one.done())
    await one.end(data(1), data(2), data(3), circle(3))
    await c.send(two.item([102]), two.done())
    await two.end(data(101), data(102), data(103), circle(3))


@suite.case("each session counts for itself, one after the other and elsewhere")
async def _(t):
    c, d = await t.connect(), await t.connect()
    for client in (c, d, c):
        call = client.make("lobby.messages")
        await client.send(call.open, *[call.item([0])] * 4, call.done())
        await call.end(*answers([0] * 4))


@suite.case("opened: OPENED comes before any message")
async def _(t):
    c = await t.connect()
    call = await c.start("lobby.messages")
    await c.until(lambda: call.opened, "OPENED")
    await c.quiet()
    eq(call.items, [], "items")


@suite.case("closed: END is answered by END")
async def _(t):
    c = await t.connect()
    call = await c.start("lobby.messages")
    await c.until(lambda: call.opened, "OPENED")
    await call.finish()
    await call.end()
    await c.quiet()


@suite.case("closed: by CANCEL, confirmed")
async def _(t):
    c = await t.connect()
    call = await c.start("lobby.messages")
    await c.send(call.item([1]))
    await call.take(data(2))
    await c.send(call.cancel(), call.item([2]))
    await call.error("cancelled")


@suite.case("closed: by ERROR from the client ends it with an error, behind the answers")
async def _(t):
    c = await t.connect()
    call = c.make("lobby.messages")
    await c.send(call.open, call.item([1]), call.item([2]), call.fail(5, "gone"))
    await call.until_end()
    ok(call.over.code, "it ended well")
    eq([bytes(i.raw) for i in call.items], [bytes(data(2)), bytes(data(3))], "items")


for what, bad in {"nil": None, "a str": "x", "no field": [], "a wrong field": ["x"],
                  "an object": data(1), "a Circle's object": circle(1), "nil for the field": [None],
                  "a float": [1.5], "out of range": [1 << 63]}.items():
    async def ill(t, bad=bad):
        c = await t.connect()
        call = c.make("lobby.messages")
        await c.send(call.open, call.item([1]), call.item(bad), call.item([2]))
        await call.error("invalid_argument", [data(2)])
        eq(call.cancels, [1], "streams cancelled")
        again = await c.start("lobby.messages")
        await c.send(again.item([1]), again.done())
        await again.end(data(2))
    suite.add(f"ill-typed: {what} ends it with invalid_argument", ill)


@suite.case("messages: surplus and secret fields are skipped")
async def _(t):
    c = await t.connect()
    call = c.make("lobby.messages")
    await c.send(call.open, call.item([1, "secret"]), call.item([2, None, {"x": 1}]), call.done())
    await call.end(data(2), data(3))


@suite.case("messages: the largest number harms nobody")
async def _(t):
    c = await t.connect()
    call = c.make("lobby.messages")
    await c.send(call.open, call.item([(1 << 63) - 1]), call.done())
    await call.until_end()
    await c.ping()


@suite.case("messages: answers wait for credit, and the session for its reader")
async def _(t):
    c = await t.connect()
    call = c.make("lobby.messages", credit=0)
    await c.send(call.open, *[call.item([i]) for i in range(6)], call.done())
    await c.quiet()
    eq(call.items, [], "items without credit")
    await c.send(call.grant(1))
    await c.until(lambda: call.items, "an item")
    await c.quiet()
    eq(len(call.items), 1, "items on one byte of credit")
    await c.send(call.grant(100000))
    await call.end(*answers(range(6)))


@suite.case("messages: 50 lobbies on one connection")
async def _(t):
    c = await t.connect()
    calls = [c.make("lobby.messages") for _ in range(50)]
    await c.send(*[k.open for k in calls])
    for i in range(30):
        await c.send(*[k.item([i]) for k in calls])
    for k in calls:
        await c.send(k.done())
        await k.end(*answers(range(30)))


@suite.case("messages: thousands through one lobby")
async def _(t):
    c = await t.connect()
    call = await c.start("lobby.messages")
    for i in range(5000):
        await call.put([i])
    await call.finish()
    await call.end(*answers(range(5000)))


@suite.case("messages: arguments are surplus, options count")
async def _(t):
    c = await t.connect()
    call = c.make("lobby.messages", 1, "x", timeout=100)
    await c.send(call.open, call.item([1]))
    await call.take(data(2))
    await call.error("deadline_exceeded")


@suite.case("messages: a second stream does not exist")
async def _(t):
    c = await t.connect()
    call = await c.start("lobby.messages")
    await c.send(call.item([1], stream=2))
    await c.fatal()


@suite.case("messages: 200 sessions opened and closed in one message")
async def _(t):
    c = await t.connect()
    for _ in range(4):
        calls = [c.make("lobby.messages") for _ in range(50)]
        await c.send(*[part for k in calls for part in (k.open, k.item([1]), k.done())])
        for k in calls:
            await k.end(data(2))

suite.main()
