#!/usr/bin/python3
"""Values of single fields: every row of the table of values, in the forms that pass, and what
comes back for the others. Most travel as one field of the model Types, through plain.echo.
Read next: containers_test.py, any_test.py."""
import math
import struct

from suite import *
from types_model import FIELDS, types

suite = Suite()


async def echo_field(c, name, raw):
    """How the call ended that echoes Types with this field, and what came back in it."""
    call = await c.start("plain.echo", types(**{name: raw}))
    ended = await call.until_end()
    if ended.code:
        return ended, None
    reader = Reader(ended.raw)
    eq(reader.take(3), b"\xdc\x00" + bytes([len(FIELDS)]), "head of Types")
    found = {}
    for field in FIELDS:
        start = reader.at
        reader.value()
        found[field] = Raw(ended.raw[start:reader.at])
    for field, value in FIELDS.items():
        if field != name:
            eq(found[field], pack(value), f"the field {field}")
    return ended, found[name]


def passes(name, what, values, want=None):
    """Each comes back as `want`, or as it should have been sent, or as a function says."""
    async def run(t):
        c = await t.connect()
        for value in values:
            ended, got = await echo_field(c, name, value)
            ok(got is not None, f"{pack(value)[:40].hex()} was refused: {ended}")
            if callable(want):
                ok(want(unpack(got)), f"{pack(value).hex()} came back as {got.hex()}")
            else:
                eq(got, pack(value if want is None else want), f"{pack(value)[:40].hex()}")
    suite.add(f"{name}: {what}", run)


def refused(name, what, *values):
    """Each refuses the call with invalid_argument; the connection lives."""
    async def run(t):
        c = await t.connect()
        for value in values:
            ended, got = await echo_field(c, name, value)
            ok(got is None, f"{pack(value)[:40].hex()} was taken, as {got and got[:40].hex()}")
            eq(CODES[ended.code], "invalid_argument", f"code for {pack(value)[:40].hex()}")
    suite.add(f"{name}: {what} is invalid_argument", run)


STRANGERS = {"nil": None, "true": True, "an integer": 1, "a float": 1.5, "a str": "1",
             "bin": b"1", "a time": stamp(1), "a uuid": uuid(bytes(16)), "a bigint": bigint(1),
             "an array": [1], "a map": {1: 1}, "an unknown extension": Ext(99, b"1"),
             "an object": typed("conformance.SimpleData", [1])}


def refuses_others(name, *fitting):
    for what, value in STRANGERS.items():
        if what not in fitting:
            refused(name, what, value)

# --- bool -----------------------------------------------------------------------------------
passes("a_bool", "true and false", [True, False])
refuses_others("a_bool", "true")
refused("a_bool", "0 and 1", 0, 1)

# --- integers -------------------------------------------------------------------------------
WIDTHS = {"an_int8": (-1 << 7, (1 << 7) - 1), "an_int16": (-1 << 15, (1 << 15) - 1),
          "an_int32": (-1 << 31, (1 << 31) - 1), "an_int": (-1 << 63, (1 << 63) - 1),
          "a_uint8": (0, (1 << 8) - 1), "a_uint16": (0, (1 << 16) - 1),
          "a_uint32": (0, (1 << 32) - 1), "a_uint64": (0, (1 << 64) - 1),
          "a_duration": (-1 << 63, (1 << 63) - 1)}
EDGES = sorted({sign * ((1 << bits) + step) for bits in (0, 5, 7, 8, 15, 16, 31, 32, 53, 62, 63, 64)
                for sign in (1, -1) for step in (-1, 0, 1)})
for field, (low, high) in WIDTHS.items():
    inside = [n for n in EDGES if low <= n <= high]
    outside = [n for n in EDGES if not low <= n <= high and -1 << 63 <= n < 1 << 64]
    passes(field, "the edges of its range, and of MessagePack's forms", inside)
    for edge in sorted({low, high, 0, 1, 100}):
        passes(field, f"{edge} in every form", int_forms(edge), edge)
    if outside:
        refused(field, "what is out of its range", *outside)
        refused(field, "what is out of its range, in long forms",
                *[f for n in outside for f in int_forms(n)[1:]])
    refuses_others(field, "an integer")
    refused(field, "a float with an integral value", 1.0, F32(1.0), 0.0, -0.0)

# --- floats ---------------------------------------------------------------------------------
FLT_MAX = struct.unpack(">f", bytes.fromhex("7f7fffff"))[0]
FLT_MIN = struct.unpack(">f", bytes.fromhex("00000001"))[0]
FLOATS = [0.0, -0.0, 1.5, -1.5, 1e10, FLT_MAX, -FLT_MAX, FLT_MIN, 2.0 ** -126, 0.1]
passes("a_float", "floats of 32 bits", [F32(x) for x in FLOATS])
passes("a_float", "infinities", [F32("inf"), F32("-inf")])
passes("a_float", "infinity of 64 bits", [math.inf], F32("inf"))
passes("a_float", "minus infinity of 64 bits", [-math.inf], F32("-inf"))
passes("a_float", "NaN in both widths",
       [F32("nan"), math.nan, Raw(b"\xcb\xff\xf8" + bytes(5) + b"\x01"),
        Raw(b"\xca\x7f\x80\0\x01")],
       lambda got: isinstance(got, F32) and math.isnan(got))
for number in (1.5, -0.0, FLT_MAX, -FLT_MAX, FLT_MIN):
    passes("a_float", f"{number} in 64 bits", [number], F32(number))
passes("a_float", "a number of 64 bits that has to be rounded", [0.1], F32(0.1))
passes("a_float", "one third, rounded to the nearest", [1 / 3], Raw(bytes.fromhex("ca3eaaaaab")))
passes("a_float", "a number too small for it becomes 0", [1e-300], F32(0.0))
passes("a_float", "a negative number too small for it becomes -0", [-1e-300], F32(-0.0))
for number in (0, 1, -1, 1 << 24, (1 << 24) + 2, -1 << 63, (1 << 64) - 1):
    passes("a_float", f"the integer {number}, in every form", int_forms(number), F32(number))
refused("a_float", "a finite number beyond its range", 3.5e38, -3.5e38, 1e39, 1.7e308, -1.7e308)
passes("a_double", "floats of 64 bits",
       FLOATS + [1.7976931348623157e308, 5e-324, 2.0 ** -1022, math.pi, 1e300])
passes("a_double", "infinities", [math.inf, -math.inf])
passes("a_double", "infinity of 32 bits", [F32("inf")], math.inf)
passes("a_double", "NaN in both widths", [F32("nan"), math.nan],
       lambda got: not isinstance(got, F32) and math.isnan(got))
for number in (1.5, -0.0, FLT_MAX, FLT_MIN):
    passes("a_double", f"{number} in 32 bits", [F32(number)], float(number))
for number in (0, 1, -1, 1 << 53, -1 << 63, (1 << 63) - 1, 1 << 63, (1 << 64) - 1):
    passes("a_double", f"the integer {number}, in every form", int_forms(number), float(number))
for field in ("a_float", "a_double"):
    refuses_others(field, "an integer", "a float")

# --- string ---------------------------------------------------------------------------------
passes("a_string", "lengths at the edges of the forms",
       ["", "x", "x" * 31, "x" * 32, "x" * 255, "x" * 256, "x" * 65535, "x" * 65536])
passes("a_string", "scripts, and characters of every length",
       ["äöü", "日本語", "😀🏽", "\u007f\u0080\u07ff\u0800\uffff\U00010000\U0010ffff",
        "\ufeffx", "\ufffd\ufffe", "\ud7ff\ue000", "e\u0301", "\u202e", "\x01\x1f\t\r\n"])
for text in ("", "héllo", "x" * 40, "x" * 300):
    passes("a_string", f"{len(text)} characters in every form", str_forms(text), text)
BAD_UTF8 = {"a lone continuation": b"\x80", "a lead byte alone": b"\xc3",
            "a lead byte and no continuation": b"\xc3(", "two bytes of three": b"\xe2\x82",
            "three bytes of four": b"\xf0\x9f\x98", "overlong '/'": b"\xc0\xaf",
            "overlong NUL": b"\xc0\x80", "overlong in three": b"\xe0\x80\xaf",
            "overlong in four": b"\xf0\x80\x80\xaf", "overlong U+07FF": b"\xe0\x9f\xbf",
            "overlong U+FFFF": b"\xf0\x8f\xbf\xbf", "a high surrogate": b"\xed\xa0\x80",
            "a low surrogate": b"\xed\xbf\xbf", "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
            "U+110000": b"\xf4\x90\x80\x80", "f5": b"\xf5\x80\x80\x80",
            "five bytes": b"\xf8\x88\x80\x80\x80", "six bytes": b"\xfc\x84\x80\x80\x80\x80",
            "fe": b"\xfe", "ff": b"\xff", "one continuation too many": b"\xc3\xa4\x80"}
for what, data in BAD_UTF8.items():
    refused("a_string", f"{what}, at the start, in the middle, at the end",
            *[str_forms(a + data + b)[0] for a, b in
              ((b"", b""), (b"", b"abc" * 20), (b"abc" * 20, b""), (b"x" * 17, b"y" * 17))])
    refused("a_uri", f"{what} (no UTF-8)", str_forms(b"x" + data)[0])
refused("a_string", "U+0000, wherever it stands",
        "\0", "a\0", "\0a", "a\0b", "x" * 100 + "\0" + "y" * 100)
refuses_others("a_string", "a str")

# --- bytes ----------------------------------------------------------------------------------
passes("some_bytes", "lengths at the edges of the forms",
       [b"", b"\0", bytes(range(256)), b"x" * 255, b"x" * 65535, b"x" * 65536])
for data in (b"", b"abc", b"x" * 300):
    passes("some_bytes", f"{len(data)} bytes in every form", bin_forms(data), data)
refuses_others("some_bytes", "bin")

# --- time -----------------------------------------------------------------------------------
TIMES = [(0, 0), (1, 0), (1700000000, 0), ((1 << 32) - 1, 0), (1 << 32, 0), ((1 << 34) - 1, 0),
         ((1 << 34) - 1, 999999999), (1 << 34, 0), (1 << 34, 1), (0, 1), (0, 999999999), (5, 500),
         (-1, 0), (-1, 999999999), (-1 << 40, 7), ((1 << 63) - 1, 999999999), (-1 << 63, 0)]
for seconds, nanoseconds in TIMES:
    passes("a_time", f"{seconds} s {nanoseconds} ns in every form",
           [form for body in time_bodies(seconds, nanoseconds) for form in ext_forms(-1, body)],
           stamp(seconds, nanoseconds))
for nanoseconds in (10 ** 9, (1 << 30) - 1):
    refused("a_time", f"{nanoseconds} ns",
            *[pack(Ext(-1, body)) for body in time_bodies(5, nanoseconds)])
refused("a_time", "2^32-1 ns", Ext(-1, struct.pack(">Iq", 0xFFFFFFFF, 5)))
for size in (0, 1, 2, 3, 5, 7, 9, 11, 13, 16, 100):
    refused("a_time", f"a timestamp of {size} bytes", Ext(-1, bytes(size)))
for number in (-2, 0, 1, 2, 3, 127, -128):
    refused("a_time", f"extension {number}", Ext(number, bytes(4)), Ext(number, bytes(12)))
refuses_others("a_time", "a time")

# --- uuid -----------------------------------------------------------------------------------
passes("a_uuid", "any 16 bytes", [uuid(bytes(16)), uuid(b"\xff" * 16), uuid(bytes(range(16)))])
passes("a_uuid", "16 bytes in every form", ext_forms(2, bytes(range(16))), uuid(bytes(range(16))))
for size in (0, 1, 15, 17, 32, 36):
    refused("a_uuid", f"a uuid of {size} bytes", *ext_forms(2, bytes(size)))
for number in (-1, 0, 1, 3, 4, 99):
    refused("a_uuid", f"16 bytes of extension {number}", Ext(number, bytes(16)))
refused("a_uuid", "its text", "00000000-0000-0000-0000-000000000000")
refused("a_uuid", "16 bytes of bin", bytes(16))
refuses_others("a_uuid", "a uuid")

# --- uri ------------------------------------------------------------------------------------
passes("a_uri", "absolute URIs", [
    "http://example.com", "https://example.com:8080/a/b;c=d?e=f&g#h", "urn:isbn:0451450523",
    "mailto:a@b.example", "ftp://user:pass@host/file.txt", "tel:+1-816-555-1212", "file:///etc/x",
    "http://192.0.2.1/", "http://[2001:db8::7]/c=GB?objectClass?one", "http://[::1]:80/",
    "http://[::]/", "http://[::ffff:192.0.2.1]/", "http://[1:2:3:4:5:6:7:8]", "http://[1::8]",
    "http://[v1.fe:x]/", "x-y.z+1:abc", "a:", "a:b:c", "http://", "http://:80", "http://a:",
    "http://%41%ff/", "data:,x", "http://a/~._-!$&'()*+,;=:@", "HTTP://EXAMPLE.COM/%7Efoo",
    "ws://a/" + "x" * 5000, "a:/b//c", "http://256.256.256.256/"])
passes("a_uri", "relative references", [
    "", "a", "/", "/a/b", "./a:b", "../..", "//host/path", "//", "?q", "?a/b?c", "#", "#f/?",
    "a?b#c", "a/b:c", "%20", ";x=y", "/a//b", ".", "@", "?", "//[::1]"])
passes("a_uri", "a reference in every form of str", str_forms("http://a/b"), "http://a/b")
for what, bad in {
        "a space": ("a b", " a", "a ", "http://a b/"),
        "a wrong percent encoding": ("%", "a%", "%2", "%zz", "%2g", "http://%/", "?%4", "#%"),
        "a control character": ("a\nb", "a\tb", "a\rb", "a\x7fb", "\x01"),
        "U+0000": ("\0", "a\0"), "other than ASCII": ("http://exämple/", "/日本"),
        "a character that has to be encoded": ("<a>", "a\"b", "{a}", "a|b", "a\\b", "a^b", "a`b"),
        "brackets outside of a host": ("/[a]", "a[", "?[]", "#[]", "a:[b]", "http://a[::1]/"),
        "a second fragment": ("a#b#c", "##"),
        "a colon in the first segment": (":a", "1a:b", ":", "%41:b", "+a:b", "a_b:c", "@:x"),
        "a wrong port": ("http://a:b/", "http://a:8 0/", "http://a:-1", "http://[::1]8/",
                         "http://[::1]:x", "//a:1:2"),
        "a wrong IP literal": ("http://[", "http://[]", "http://[::1", "http://[::1]]",
                               "http://[1.2.3.4]/", "http://[:1]/", "http://[1:2:3:4:5:6:7]/",
                               "http://[1:2:3:4:5:6:7:8:9]/", "http://[1::2::3]/",
                               "http://[12345::]/", "http://[g::]/", "http://[::1%25eth0]/",
                               "http://[::256.1.1.1]/", "http://[::1.2.3]/", "http://[v.x]/",
                               "http://[vg.x]/", "http://[v1.]/", "http://[:::]/",
                               "http://[1:2:3:4:5:6:7::8:9]"),
        "two signs @ in an authority": ("http://a@b@c/",)}.items():
    refused("a_uri", what, *bad)
refuses_others("a_uri", "a str")

# --- bigint ---------------------------------------------------------------------------------
passes("a_bigint", "numbers of every length", [
    bigint(n) for k in (0, 1, 6, 7, 8, 9, 15, 16, 31, 63, 64, 65, 127, 128, 1000, 8 * 300)
    for n in (0, 1 << k, -1 << k, (1 << k) - 1, (-1 << k) - 1)])
passes("a_bigint", "a number of 20,000 bytes", [bigint(1 << 159990)])
passes("a_bigint", "0 is one byte 00", ext_forms(3, b"\0"), Raw(b"\xd4\x03\x00"))
passes("a_bigint", "-129 in every form of extension", ext_forms(3, b"\xff\x7f"), bigint(-129))
refused("a_bigint", "no byte at all", *ext_forms(3, b""))
refuses_others("a_bigint", "a bigint")
refused("a_bigint", "a plain integer of any size", 0, 127, -1, 1 << 63, (1 << 64) - 1)


@suite.case("a_bigint: a longer body is refused, or comes back shortest")
async def _(t):
    c = await t.connect()
    for body, n in ((b"\0\0", 0), (b"\0\1", 1), (b"\xff\xff", -1), (b"\xff\x80", -128),
                    (b"\0" * 40 + b"\x7f", 127)):
        ended, got = await echo_field(c, "a_bigint", Ext(3, body))
        if got is None:
            eq(CODES[ended.code], "invalid_argument", "code")
        else:
            eq(got, bigint(n), "field")

# --- enum -----------------------------------------------------------------------------------
passes("an_enum", "declared numbers", [0, 5, 6])
for number in (0, 5, 6):
    passes("an_enum", f"{number} in every form", int_forms(number), number)
for number in (1, 4, 7, 255, 256, 261, -1, -5, 1 << 32, (1 << 32) + 5, 1 << 63, (1 << 64) - 1,
               -1 << 63):
    passes("an_enum", f"{number} is not declared and becomes the enum's default",
           int_forms(number), 0)
refuses_others("an_enum", "an integer")
refused("an_enum", "its name", "happy")
refused("an_enum", "a float with a declared value", 5.0, F32(5))

# --- fields that may be absent --------------------------------------------------------------
passes("maybe_int", "nil or a value", [None, 0, -1, 1 << 40])
refuses_others("maybe_int", "nil", "an integer")
refused("maybe_int", "what is out of its range", 1 << 63, (1 << 64) - 1)
passes("maybe_data", "nil or a value", [None, [5], [-5]])
refuses_others("maybe_data", "nil", "an array")
refused("maybe_data", "a model without its field", [], [None])
passes("maybe_list", "nil, empty, with nils", [None, [], [None], [1, None, 2], [None] * 20])
refuses_others("maybe_list", "nil", "an array")
refused("maybe_list", "a list with a stranger in it", ["x"], [1, "x"], [None, 1.5], [[1]])
passes("defaulted", "any value", [0, 42, -1, 1 << 62])
passes("defaulted", "nil is its default", [None], 42)
refuses_others("defaulted", "nil", "an integer")


# --- limits ---------------------------------------------------------------------------------
def bounded(what, *texts, fits=True):
    async def run(t):
        c = await t.connect()
        for text in texts:
            call = await c.start("plain.bounded", text)
            if fits:
                await call.result(text)
            else:
                await call.error("invalid_argument")
    suite.add(f"bounded: {what}", run)


bounded("up to 10 characters pass", "", "a", "a" * 10, "0123456789")
bounded("11 characters are invalid_argument", "a" * 11, "a" * 1000, "a" * 100000, fits=False)
bounded("10 characters of two to four bytes pass", "é" * 10, "日" * 10, "😀" * 10)
bounded("11 characters of two to four bytes are invalid_argument", "é" * 11, "日" * 11,
        "😀" * 11, fits=False)

suite.main()
