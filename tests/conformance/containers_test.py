#!/usr/bin/python3
"""Lists, sets, maps, tuples, models, unions, and how they evolve; through streams of items and
through plain.echo. Items that do not fit end their stream: CANCEL, then ERROR."""
from suite import *
from types_model import FIELDS, types

suite = Suite()
SENTINEL = {"echo_data": [1], "echo_animals": [0, [["rex"], []]], "echo_shapes": [0, [1.0]],
            "echo_lists": [1], "echo_data_lists": None, "echo_sets": [1], "echo_maps": {},
            "echo_bytes": b"", "echo_int": 1, "echo_nullable_int": None, "echo_any": None}


def passes(method, what, *values, want=None):
    """Items come back as they should be sent, or as the list `want` says."""
    async def run(t):
        c = await t.connect()
        got = await c.echo("streaming." + method, *values)
        eq([bytes(g) for g in got], [bytes(pack(v)) for v in (want or values)], "items")
    suite.add(f"{method}: {what}", run)


def refused(method, what, *values):
    """An item that does not fit: what came before is echoed; CANCEL, then ERROR."""
    async def run(t):
        c = await t.connect()
        for value in values:
            call = c.make("streaming." + method)
            good = SENTINEL[method]
            await c.send(call.open, call.item(good), call.item(value), call.item(good))
            await call.error("invalid_argument", [good])
            eq([f[0] for f in call.log if f[0] not in (CREDIT, OPENED)], [ITEM, CANCEL, ERROR],
               f"frames after {pack(value)[:40].hex()}")
        await c.ping()
    suite.add(f"{method}: {what} is invalid_argument", run)


STRANGERS = {"nil": None, "true": True, "an integer": 1, "a float": 1.5, "a str": "1",
             "bin": b"1", "a time": stamp(1), "a bigint": bigint(1), "an empty array": [],
             "an empty map": {}, "an unknown extension": Ext(99, b"1"),
             "an object": typed("conformance.SimpleData", [1])}


def refuses_others(method, *fitting):
    for what, value in STRANGERS.items():
        if what not in fitting:
            refused(method, what, value)

# --- streams of scalars ---------------------------------------------------------------------
passes("echo_int", "every size", 0, -1, 127, 128, 1 << 40, -1 << 63, (1 << 63) - 1)
passes("echo_int", "longer forms", *int_forms(77), *int_forms(-3),
       want=[77] * len(int_forms(77)) + [-3] * len(int_forms(-3)))
refused("echo_int", "out of range", 1 << 63, (1 << 64) - 1)
refuses_others("echo_int", "an integer")
passes("echo_nullable_int", "nil and numbers", None, 1, None, -1 << 63, None)
refuses_others("echo_nullable_int", "an integer", "nil")
passes("echo_bytes", "every size", b"", b"\0", b"x" * 255, b"x" * 256, b"y" * 70000)
passes("echo_bytes", "longer forms", *bin_forms(b"ab"), want=[b"ab"] * 3)
refuses_others("echo_bytes", "bin")

# --- models ---------------------------------------------------------------------------------
passes("echo_data", "one field", [0], [-1], [1 << 62])
passes("echo_data", "an array in every form", *array_forms([5]), want=[[5]] * 3)
passes("echo_data", "surplus elements are skipped", [5, None], [5, "secret"], [5, 1, 2, {"a": [3]}],
       [5] + [None] * 100, want=[[5]] * 4)
passes("echo_data", "a secret from the client is no field",
       [5, "secret"], [6, 12345], want=[[5], [6]])
passes("echo_data", "surplus elements are cut only",
       [5, str_forms(b"\xff")[0], Ext(99, b"x"), Pairs([(1, 1), (1, 1), ([], 0)]), "\0"],
       want=[[5]])
refused("echo_data", "no field", [])
refused("echo_data", "nil for the field", [None])
refused("echo_data", "a field of another type", ["5"], [5.0], [True], [[5]], [b"\5"], [1 << 63])
refused("echo_data", "nil for the field, with surplus behind it", [None, 5])
refuses_others("echo_data")
refused("echo_data", "a map of fields", {"num": 5}, {0: 5})

# --- sealed models --------------------------------------------------------------------------
REX, TOM = [0, [["rex"], ["sit", "roll"]]], [1, [["tom"], 7]]
passes("echo_animals", "each child", REX, TOM, REX, [0, [[""], []]], [1, [["tom"], -128]])
passes("echo_animals", "a missing field with a default", [1, [["tom"]]], want=[[1, [["tom"], 9]]])
passes("echo_animals", "nil for a field with a default", [1, [["tom"], None]],
       want=[[1, [["tom"], 9]]])
passes("echo_animals", "surplus in the child", [1, [["tom"], 8, "x"]], want=[[1, [["tom"], 8]]])
passes("echo_animals", "surplus in the parent's part", [1, [["tom", 5, "x"], 8]],
       [0, [["rex", None], ["a"], 1]], want=[[1, [["tom"], 8]], [0, [["rex"], ["a"]]]])
passes("echo_animals", "numbers and arrays in every form",
       *[Raw(h + n + pack(TOM[1])) for h in array_heads(2) for n in int_forms(1)],
       want=[TOM] * 3 * len(int_forms(1)))
refused("echo_animals", "a number that is no child's", [2, [["x"], 1]], [-1, [["x"], 1]],
        [255, [["x"], 1]], [256, [["x"], 1]], [1 << 32, [["x"], []]], [(1 << 64) - 1, [["x"], []]])
refused("echo_animals", "a number of another type", ["0", REX[1]], [None, REX[1]], [0.0, REX[1]],
        [True, REX[1]], [[0], REX[1]])
refused("echo_animals", "the child's array alone", REX[1], TOM[1], [["tom"], 9])
refused("echo_animals", "a number without its child", [0], [1])
refused("echo_animals", "a child that is nil", [0, None], [1, None])
refused("echo_animals", "a child without its parent's part", [1, [9]], [0, [["a"]]], [1, []])
refused("echo_animals", "a parent's part that is nil, or another type", [1, [None, 9]],
        [1, ["tom", 9]], [1, [{}, 9]])
refused("echo_animals", "a parent's part without its field", [1, [[], 9]], [1, [[None], 9]])
refused("echo_animals", "a child's field out of range", [1, [["tom"], 128]], [1, [["tom"], -129]])
refused("echo_animals", "one child's array under the other's number", [0, TOM[1]], [1, REX[1]])
refused("echo_animals", "a missing field without a default", [0, [["rex"]]])
refused("echo_animals", "a list with a stranger in it", [0, [["rex"], ["a", 1]]],
        [0, [["rex"], [None]]], [0, [["rex"], {"a": "b"}]])
refuses_others("echo_animals")

# --- unions ---------------------------------------------------------------------------------
passes("echo_shapes", "each member", [0, [1.5]], [1, [-2.0]], [0, [float("inf")]])
passes("echo_shapes", "the value's own rules hold", [0, [3]], [1, [F32(0.5)]], [0, [1.0, "more"]],
       want=[[0, [3.0]], [1, [0.5]], [0, [1.0]]])
passes("echo_shapes", "numbers and arrays in every form",
       *[Raw(h + n + pack([0.5])) for h in array_heads(2) for n in int_forms(0)],
       want=[[0, [0.5]]] * 3 * len(int_forms(0)))
refused("echo_shapes", "a number that is no member's", [2, [1.0]], [-1, [1.0]], [256, [1.0]],
        [1 << 32, [1.0]], [(1 << 64) - 1, [1.0]])
refused("echo_shapes", "a number of another type", ["0", [1.0]], [None, [1.0]], [0.0, [1.0]],
        [False, [1.0]])
refused("echo_shapes", "a member that is nil", [0, None])
refused("echo_shapes", "a member that does not fit", [0, []], [0, ["x"]], [1, [None]], [0, {}],
        [0, 1.0])
refused("echo_shapes", "a number without its member", [0])
refuses_others("echo_shapes")
refused("echo_shapes", "the member alone", [1.5])

# --- lists ----------------------------------------------------------------------------------
passes("echo_lists", "every length", [], [1], [3, 1, 2, 1], [1] * 15, [1] * 16,
       list(range(1000)))
passes("echo_lists", "70,000 elements", [0] * 70000)
passes("echo_lists", "an array in every form", *array_forms([1, 2]), *array_forms([]),
       want=[[1, 2]] * 3 + [[]] * 3)
passes("echo_lists", "elements in longer forms", int_forms(5), want=[[5] * len(int_forms(5))])
refused("echo_lists", "a stranger among the elements", ["x"], [1, None], [1, 2, 1.5], [[1]],
        [1 << 63], [1] * 1000 + ["x"])
refuses_others("echo_lists", "an empty array")
passes("echo_data_lists", "nil, empty, with nils", None, [], [None], [[1], None, [2]],
       [[i] for i in range(100)], None)
passes("echo_data_lists", "surplus in the elements", [[1, "secret"], None], want=[[[1], None]])
refused("echo_data_lists", "a stranger among the elements", [1], [[]], [[None]], [{}], [[1], "x"],
        [[["x"]]])
refuses_others("echo_data_lists", "nil", "an empty array")

# --- sets -----------------------------------------------------------------------------------
passes("echo_sets", "order is kept", [], [3, 1, 2], [-1, 1, 0], list(range(1000, 0, -1)))
passes("echo_sets", "20,000 elements", list(range(20000)))
passes("echo_sets", "an array in every form", *array_forms([2, 1]), want=[[2, 1]] * 3)
refused("echo_sets", "an element twice", [1, 1], [1, 2, 1], [0, 0], [-1, 5, -1],
        list(range(1000)) + [500], [1] * 5)
refused("echo_sets", "an element twice in different forms",
        *[[1, form] for form in int_forms(1)[1:]], *[[form, -1] for form in int_forms(-1)[1:]],
        [uint(200, 1), uint(200, 8)], [sint(200, 2), uint(200, 2)])
refused("echo_sets", "a stranger among the elements", ["x"], [None], [1, 1.0], [[1]])
refuses_others("echo_sets", "an empty array")

# --- maps -----------------------------------------------------------------------------------
passes("echo_maps", "order is kept", {}, {"b": [2], "a": [1]}, {"": [0]},
       {str(i): [i] for i in range(500, 0, -1)})
passes("echo_maps", "17 and 16 and 15 entries", *[{str(i): [i] for i in range(n)}
                                                 for n in (15, 16, 17)])
passes("echo_maps", "a map in every form", *map_forms([("a", [1])]), *map_forms([]),
       want=[{"a": [1]}] * 3 + [{}] * 3)
passes("echo_maps", "keys in every form",
       *[Pairs([(form, [1])]) for form in str_forms("key")], want=[{"key": [1]}] * 4)
passes("echo_maps", "surplus in the values", {"a": [1, "secret"]}, want=[{"a": [1]}])
refused("echo_maps", "a key twice", Pairs([("a", [1]), ("a", [1])]),
        Pairs([("a", [1]), ("b", [2]), ("a", [3])]), Pairs([("", [1]), ("", [2])]))
refused("echo_maps", "a key twice in different forms",
        *[Pairs([("a", [1]), (form, [2])]) for form in str_forms("a")[1:]])
refused("echo_maps", "a key of another type", {1: [1]}, Pairs([(None, [1])]), {b"a": [1]},
        Pairs([(["a"], [1])]), {True: [1]})
refused("echo_maps", "a key that is no text", Pairs([(str_forms(b"\xff")[0], [1])]),
        Pairs([("a\0", [1])]))
refused("echo_maps", "a value of another type", {"a": 1}, {"a": None}, {"a": []}, {"a": {}})
refused("echo_maps", "an array of pairs", [["a", [1]]])
refuses_others("echo_maps", "an empty map")


# --- fields of Types that are containers ----------------------------------------------------
def field(name, what, *values, want=None):
    async def run(t):
        c = await t.connect()
        for i, value in enumerate(values):
            call = await c.start("plain.echo", types(**{name: value}))
            await call.result(types(**{name: want[i] if want else value}))
    suite.add(f"{name}: {what}", run)


def bad_field(name, what, *values):
    async def run(t):
        c = await t.connect()
        for value in values:
            await (await c.start("plain.echo", types(**{name: value}))).error("invalid_argument")
        await c.ping()
    suite.add(f"{name}: {what} is invalid_argument", run)


field("a_tuple", "with and without its second value", [1, "x"], [0, None], [-1, ""])
field("a_tuple", "an array in every form", *array_forms([1, "x"]), want=[[1, "x"]] * 3)
bad_field("a_tuple", "another length", [], [1], [1, "x", 2], [1, None, None], [1, "x", None])
bad_field("a_tuple", "a stranger in it", [None, "x"], ["x", 1], [1, 2], [1, b"x"])
bad_field("a_tuple", "no array", None, {}, 1, "ab")
field("a_set", "order is kept", [], ["z", "a", "m"], ["a", "A", "ä", "a\u0308", ""])
bad_field("a_set", "an element twice", ["a", "a"], ["", "b", ""],
          [str(i) for i in range(300)] + ["7"])
bad_field("a_set", "an element twice in different forms",
          *[["a", form] for form in str_forms("a")[1:]])
field("an_int_map", "keys of every size", {0: "", -1: "x", 1 << 62: "y", -1 << 63: "z"})
field("an_int_map", "keys in every form", *[Pairs([(form, "x")]) for form in int_forms(7)],
      want=[{7: "x"}] * len(int_forms(7)))
bad_field("an_int_map", "a key twice", Pairs([(1, "a"), (1, "b")]),
          *[Pairs([(1, "a"), (form, "a")]) for form in int_forms(1)[1:]])
bad_field("an_int_map", "a key of another type", {"1": "a"}, Pairs([(None, "a")]), {1.0: "a"},
          Pairs([(1 << 63, "a")]))
field("a_map", "surplus in the values", {"k": [1, "secret"]}, want=[{"k": [1]}])
field("nested", "to the bottom", [], [{}], [{"a": []}], [{"a": [None, [1]], "b": [[2], [3]]}, {}],
      [{str(i): [[i]] * 3 for i in range(20)}] * 3)
field("nested", "surplus at the bottom", [{"a": [[1, 2, 3]]}], want=[[{"a": [[1]]}]])
bad_field("nested", "a stranger on any level", None, [None], [[]], [{"a": None}], [{"a": [1]}],
          [{"a": [[]]}], [{"a": [["x"]]}], [{1: []}], {"a": []})
bad_field("nested", "a key twice far inside", [{}, Pairs([("a", []), ("a", [])])])
field("a_union", "each member", [0, [1.0]], [1, [2.0]])
bad_field("a_union", "a member that does not exist", [2, [1.0]], [3, None], 0, None, [])
field("a_model", "surplus is skipped", [5, "secret"], want=[[5]])
bad_field("a_model", "nil, or a model without its field", None, [], [None])

# --- evolution ------------------------------------------------------------------------------
NAMES = list(FIELDS)
VALUES = [pack(v) for v in FIELDS.values()]


def evolved(what, sent, want=None):
    """`sent` is the array of Types; `want` the fields that come back, else it is refused."""
    async def run(t):
        c = await t.connect()
        call = await c.start("plain.echo", sent)
        if want is None:
            await call.error("invalid_argument")
            await c.ping()
        else:
            await call.result(types(**want))
    suite.add(f"evolution: {what}", run)


LAST = {"defaulted": 42, "maybe_list": None, "maybe_data": None, "maybe_int": None,
        "anything": None}
gone = {}
for name, default in LAST.items():
    gone = {**gone, name: default}
    evolved(f"all from {name} on is missing: defaults", VALUES[:NAMES.index(name)], dict(gone))
    evolved(f"nil for {name}", types(**{name: None}), {name: default})
evolved("nested is missing: no default", VALUES[:NAMES.index("nested")])
evolved("everything is missing", [])
evolved("all but the first is missing", VALUES[:1])
for name in NAMES[:NAMES.index("anything")]:
    evolved(f"nil for {name}, which has no default", types(**{name: None}))
evolved("an enum's own default is not the field's: missing",
        VALUES[:NAMES.index("an_enum")])
evolved("one surplus element", VALUES + [None], {})
evolved("many surplus elements", VALUES + [1, "x", {"a": [1]}, 2.5] * 50, {})
evolved("surplus elements that no type allows",
        VALUES + [str_forms(b"\xff")[0], Ext(50, b"x"), Ext(-1, b"12345"), "\0"], {})
for index, head in enumerate(array_heads(len(VALUES))[1:]):
    evolved(f"a longer head of the array ({len(head)} bytes)", Raw(head + b"".join(VALUES)), {})
evolved("a map in place of the array", FIELDS)


@suite.case("evolution: every field in a longer form at once")
async def _(t):
    c = await t.connect()

    def longest(value):
        if isinstance(value, Raw) and value[0] in (0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xC7):
            ext = unpack(value)
            return ext_forms(ext.type, ext.data)[-1]
        if isinstance(value, (bool, float, Raw)) or value is None:
            return pack(value)
        if isinstance(value, int):
            return int_forms(value)[-1]
        if isinstance(value, str):
            return str_forms(value)[-1]
        if isinstance(value, bytes):
            return bin_forms(value)[-1]
        if isinstance(value, dict):
            return map_forms([(longest(k), longest(v)) for k, v in value.items()])[-1]
        return array_forms([longest(v) for v in value])[-1]
    call = await c.start("plain.echo", longest(list(FIELDS.values())))
    await call.result(types())


# --- echo_types and parameters --------------------------------------------------------------
@suite.case("echo_types: items of every type come back equal")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.echo_types")
    for _ in range(300):
        await call.put(types(an_int8=_ % 100))
    await call.finish()
    await call.end(*[types(an_int8=i % 100) for i in range(300)])


@suite.case("echo_types: a missing tail, then a whole one")
async def _(t):
    c = await t.connect()
    got = await c.echo("streaming.echo_types", VALUES[:-1], types(defaulted=1))
    eq(got, [types(defaulted=42), types(defaulted=1)], "items")


for name, bad in (("a_string", str_forms(b"\xff")[0]), ("an_int8", 128), ("a_set", ["a", "a"]),
                  ("a_uri", "a b"), ("a_tuple", [1]), ("defaulted", "x")):
    async def bad_item(t, name=name, bad=bad):
        c = await t.connect()
        call = c.make("streaming.echo_types")
        await c.send(call.open, call.item(types()), call.item(types(**{name: bad})),
                     call.item(types()))
        await call.error("invalid_argument", [types()])
        eq(call.cancels, [1], "streams cancelled")
        await c.ping()
    suite.add(f"echo_types: {name} that does not fit ends the stream", bad_item)


def arguments(what, method, args, result=None):
    async def run(t):
        c = await t.connect()
        call = await c.start(method, *args)
        if result is None:
            await call.error("invalid_argument")
            await c.ping()
        else:
            await call.result(result)
    suite.add(f"arguments: {what}", run)


arguments("a missing one has its default", "plain.hello", [], "Hello, world!")
arguments("nil for one with a default", "plain.hello", [None], "Hello, world!")
arguments("given", "plain.hello", ["Zoë"], "Hello, Zoë!")
arguments("empty text is no default", "plain.hello", [""], "Hello, !")
arguments("surplus ones are skipped", "plain.hello", ["x", 1, None, {"a": 2}], "Hello, x!")
arguments("surplus ones are cut only", "plain.hello",
          ["x", str_forms(b"\xff")[0], Ext(60, b""), "\0"], "Hello, x!")
arguments("of another type", "plain.hello", [5])
arguments("no UTF-8", "plain.hello", [str_forms(b"\xc3\x28")[0]])
arguments("with U+0000", "plain.hello", ["a\0b"])
arguments("a missing one without a default", "plain.double_it", [])
arguments("nil for one without a default", "plain.double_it", [None])
arguments("out of range", "plain.double_it", [1 << 63])
arguments("a float for an integer", "plain.double_it", [1.0])
arguments("a missing one before another", "streaming.flood", [1])
arguments("a model that is missing", "plain.echo", [])
arguments("a model that is nil", "plain.echo", [None])
arguments("a delay that is missing", "streaming.never_reads", [])
arguments("a delay of another type", "streaming.delayed", ["1s"])


@suite.case("arguments: an array in every form")
async def _(t):
    c = await t.connect()
    for args in array_forms(["x"]):
        call = c.make("plain.hello")
        await c.send(frame(OPEN, call.number, call.method, args))
        await call.result("Hello, x!")


@suite.case("arguments: surplus ones for a method without any")
async def _(t):
    c = await t.connect()
    await (await c.start("plain.nothing", 1, "x", None)).end()
    await (await c.start("streaming.simple_stream", [2])).end(*range(10))


@suite.case("arguments: that do not fit refuse a streaming call, without OPENED")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.int_stream_from_value", "many")
    await call.error("invalid_argument", [])
    ok(not call.opened, "OPENED was sent")
    again = c.make("streaming.never_reads", "long")
    await c.send(again.open, again.item(1), again.done())
    await again.error("invalid_argument")
    await c.quiet(0.02)


@suite.case("flatten: items of lists of sets one by one, and a duplicate inside")
async def _(t):
    c = await t.connect()
    got = await c.echo("streaming.flatten", [[1, 2], [], [2, 3]], [], [[4]])
    eq([unpack(g) for g in got], [1, 2, 2, 3, 4], "items")
    call = c.make("streaming.flatten")
    await c.send(call.open, call.item([[1]]), call.item([[2], [3, 3]]))
    await call.error("invalid_argument", [1])


@suite.case("server-only: a result never has the field")
async def _(t):
    c = await t.connect()
    call = await c.start("streaming.simple_data_stream", 20)
    await call.end(*[[i] for i in range(20)])

suite.main()
