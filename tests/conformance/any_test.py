#!/usr/bin/python3
"""Values of type `any`: through echo_any, and as the field `anything` of Types."""
import math

from suite import *
from types_model import types

suite = Suite()


def meant(value):
    """A value without the form that it came in."""
    if isinstance(value, Ext):
        return ("time",) + read_time(value.data) if value.type == -1 else value
    if isinstance(value, list):
        return [meant(v) for v in value]
    if isinstance(value, dict):
        return {meant(k): meant(v) for k, v in value.items()}
    return value


def passes(what, *values):
    """Each comes back with the same value; both ways, as an item and as a field. Whether it
    comes in the form in which it came is free, so longer forms are compared by value."""
    async def as_items(t):
        c = await t.connect()
        c.strict = False
        got = await c.echo("streaming.echo_any", *values)
        eq(len(got), len(values), "number of items")
        for g, v in zip(got, values):
            if bytes(g) != bytes(pack(v)):
                eq(meant(unpack(g)), meant(unpack(pack(v))), "item")
    suite.add(f"any: {what}", as_items)

    async def as_field(t):
        c = await t.connect()
        c.strict = False
        for value in values:
            call = await c.start("plain.echo", types(anything=value))
            got, want = unpack(await call.raw_result()), unpack(types(anything=value))
            eq(meant(got), meant(want), "Types")
    suite.add(f"any in a field: {what}", as_field)


def refused(what, *values):
    async def as_items(t):
        c = await t.connect()
        for value in values:
            call = c.make("streaming.echo_any")
            await c.send(call.open, call.item("before"), call.item(value), call.item(1))
            await call.error("invalid_argument", ["before"])
            eq(call.cancels, [1], f"streams cancelled after {pack(value)[:40].hex()}")
        await c.ping()
    suite.add(f"any: {what} is invalid_argument", as_items)

    async def as_field(t):
        c = await t.connect()
        for value in values:
            call = await c.start("plain.echo", types(anything=value))
            await call.error("invalid_argument")
        await c.ping()
    suite.add(f"any in a field: {what} is invalid_argument", as_field)


passes("nil and booleans", None, True, False)
passes("integers of every size", *[s * ((1 << b) + d) for b in (0, 5, 7, 8, 16, 31, 32, 62)
                                   for s in (1, -1) for d in (-1, 0, 1)],
       -1 << 63, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
passes("integers in longer forms", *int_forms(1), *int_forms(-1), *int_forms(300))
passes("floats of both widths", 0.0, -0.0, 1.5, 0.1, F32(0.5), F32(-1.25), math.inf, -math.inf,
       F32("inf"), 5e-324, 1.7e308)
passes("str", "", "x", "ä日😀", "x" * 31, "x" * 32, "x" * 256, "x" * 65536)
passes("str in longer forms", *str_forms(""), *str_forms("abc"))
passes("bin", b"", b"\0\xff", b"x" * 256, b"x" * 65536, *bin_forms(b"abc"))
passes("time", *[stamp(*at) for at in ((0, 0), (1, 1), (1 << 33, 5), (-1, 0), (1 << 40, 9))])
passes("time in longer forms", *[f for b in time_bodies(7) for f in ext_forms(-1, b)])
passes("uuid", *ext_forms(2, bytes(range(16))))
passes("bigint", *[bigint(n) for n in (0, -1, 1 << 70, -1 << 64, 1 << 5000)])
passes("arrays", [], [1, [2, [3, []]]], [None] * 16, list(range(1000)), *array_forms([1]))
passes("maps", {}, {"a": 1}, {"a": {"b": {"c": None}}}, {i: str(i) for i in range(100)},
       *map_forms([("a", 1)]))
passes("maps with keys of several kinds", Pairs([(1, "a"), ("1", "b"), (True, "c"), (-1, "d")]))
passes("maps with a key of time or uuid", Pairs([(stamp(5), 1), (uuid(bytes(16)), 2)]))
passes("everything in everything", [{"a": [None, True, 1.5, {"b": b"x", "c": [stamp(1)]}]},
                                    [[{}]], uuid(bytes(16)), bigint(5)])
passes("an object of a known type", typed("conformance.SimpleData", [5]),
       typed("conformance.Circle", [1.5]), typed("conformance.Mood", 5),
       typed("conformance.Shape", [0, [1.0]]),
       typed("conformance.ExceptionWithData", ["m", stamp(1), [], None]))
passes("an object of an unknown type", typed("foo.Bar", [1, 2]), typed("foo.Bar", None),
       typed("x", {"a": 1}), typed("chat.ChatMessage", "x" * 1000))
passes("objects in containers", [typed("foo.Bar", [1])], {"k": typed("conformance.Circle", [2.0])})
passes("objects in objects", typed("a.B", [typed("c.D", [typed("e.F", None)])]))
passes("an object whose value does not fit its type, which nobody asks for",
       typed("conformance.SimpleData", ["x"]), typed("conformance.SimpleData", []),
       typed("conformance.Circle", None), typed("conformance.Mood", 77))
passes("an object in every form of extension", *ext_forms(1, pack("foo.Bar") + pack([1])))

for what, data in {"a lead byte alone": b"\xc3", "ff": b"\xff", "a surrogate": b"\xed\xa0\x80",
                   "overlong": b"\xc0\xaf", "beyond Unicode": b"\xf4\x90\x80\x80"}.items():
    bad = str_forms(data)[0]
    refused(f"no UTF-8 ({what}), on any level", bad, [bad], {"a": bad}, Pairs([(bad, 1)]),
            [[[{"a": [1, bad]}]]])
refused("an unknown extension", *[Ext(n, b"1234") for n in (0, 4, 5, 99, 127, -2, -128)],
        [Ext(7, b"")], {"a": Ext(7, b"x" * 300)})
refused("a timestamp of a wrong length", *[Ext(-1, bytes(n)) for n in (0, 1, 3, 5, 7, 9, 11, 13)])
refused("a uuid of a wrong length", *[Ext(2, bytes(n)) for n in (0, 1, 15, 17)])
refused("a bigint without a byte", Ext(3, b""))
refused("a timestamp with too many nanoseconds",
        *[Ext(-1, body) for body in time_bodies(5, 10 ** 9)])
refused("a map with a key that is no scalar", Pairs([([], 1)]), Pairs([({}, 1)]),
        [Pairs([(1, 2), ([1], 1)])])
refused("a map with a key twice", Pairs([(1, 1), (1, 1)]), Pairs([("a", 1), ("b", 2), ("a", 3)]),
        [{"x": Pairs([(True, 1), (True, 2)])}])
refused("a map with a key twice in different forms",
        *[Pairs([(1, 1), (form, 2)]) for form in int_forms(1)[1:]],
        *[Pairs([("a", 1), (form, 2)]) for form in str_forms("a")[1:]])
refused("a large map with a key twice", Pairs([(i, 0) for i in range(2000)] + [(1234, 0)]))


@suite.case("any: NaN stays NaN")
async def _(t):
    c = await t.connect()
    got = await c.echo("streaming.echo_any", math.nan, F32("nan"), [math.nan])
    ok(math.isnan(unpack(got[0])) and math.isnan(unpack(got[1])) and math.isnan(unpack(got[2])[0]),
       f"{got}")


@suite.case("any: garbage in an object harms nobody")
async def _(t):
    c = await t.connect()
    c.strict = False
    c.on_item = lambda *_: None
    for body in (b"", b"\xc1", b"\xa5ab", pack(5), pack("a.B"), pack("a.B") + b"\xc1",
                 pack("a.B") + b"\xdd\xff\xff\xff\xff", pack("a.B") + pack(1) + pack(2),
                 str_forms(b"\xff")[0] + pack(1), pack("") + pack(1), pack("a\0b") + pack(1),
                 pack("x" * 70000) + pack(1), pack("a.B") + b"\x91" * 5000):
        for form in ext_forms(1, body)[:1]:
            call = c.make("streaming.echo_any")
            await c.send(call.open, call.item(form), call.done())
            await call.until_end()
            ok(call.over.code in (0, 3), f"{body[:20].hex()}: {call.over}")
    await c.ping()


@suite.case("any: 30,000 objects in one array")
async def _(t):
    c = await t.connect()
    value = [typed("conformance.Circle", [1.0])] * 30000
    eq(await c.echo("streaming.echo_any", value), [pack(value)], "items")


@suite.case("any: a map of 60,000 entries")
async def _(t):
    c = await t.connect()
    value = {i * 7919: i for i in range(60000)}
    eq(await c.echo("streaming.echo_any", value), [pack(value)], "items")

suite.main()
