"""MessagePack by hand, for tests: every form of a value, and a strict reader.

pack() gives the one encoding that a sender may use; the *_forms() give all that a receiver has
to accept, the shortest first; Raw goes as it is. Reader refuses what is not the shortest form.
Read next: wire.py.
"""
import struct
from collections import namedtuple

class Raw(bytes):
    """Encoded already."""


class F32(float):
    """Goes as, or came as, a float of 32 bits."""


class Pairs(tuple):
    """A map by its pairs, for keys that are doubled or cannot be hashed."""


Ext = namedtuple("Ext", "type data")


def uint(n, size):
    """One of the unsigned forms, of 1, 2, 4 or 8 bytes."""
    return Raw(bytes([0xCB + size.bit_length()]) + n.to_bytes(size, "big"))


def sint(n, size):
    return Raw(bytes([0xCF + size.bit_length()]) + n.to_bytes(size, "big", signed=True))


def int_forms(n):
    """Every encoding of an integer, the shortest first."""
    forms = [Raw(struct.pack("b", n))] if -32 <= n <= 127 else []
    for size in (1, 2, 4, 8):
        if 0 <= n < 1 << 8 * size:
            forms.append(uint(n, size))
        if -(1 << 8 * size - 1) <= n < 1 << 8 * size - 1:
            forms.append(sint(n, size))
    return sorted(forms, key=len)


def sized(n, small, heads):
    """Heads that carry a length: `small` is (first byte, limit) or None; then (byte, size)."""
    forms = [bytes([small[0] | n])] if small and n < small[1] else []
    return forms + [bytes([b]) + n.to_bytes(s, "big") for b, s in heads if n < 1 << 8 * s]


def str_heads(n):
    return sized(n, (0xA0, 32), ((0xD9, 1), (0xDA, 2), (0xDB, 4)))


def bin_heads(n):
    return sized(n, None, ((0xC4, 1), (0xC5, 2), (0xC6, 4)))


def array_heads(n):
    return sized(n, (0x90, 16), ((0xDC, 2), (0xDD, 4)))


def map_heads(n):
    return sized(n, (0x80, 16), ((0xDE, 2), (0xDF, 4)))


def ext_heads(n):
    fixed = {1: 0xD4, 2: 0xD5, 4: 0xD6, 8: 0xD7, 16: 0xD8}
    return ([bytes([fixed[n]])] if n in fixed else []) + sized(
        n, None, ((0xC7, 1), (0xC8, 2), (0xC9, 4)))


def str_forms(text):
    data = text.encode() if isinstance(text, str) else text
    return [Raw(head + data) for head in str_heads(len(data))]


def bin_forms(data):
    return [Raw(head + data) for head in bin_heads(len(data))]


def array_forms(items):
    body = b"".join(pack(item) for item in items)
    return [Raw(head + body) for head in array_heads(len(items))]


def map_forms(pairs):
    body = b"".join(pack(k) + pack(v) for k, v in pairs)
    return [Raw(head + body) for head in map_heads(len(pairs))]


def ext_forms(number, data):
    tail = struct.pack("b", number) + data
    return [Raw(head + tail) for head in ext_heads(len(data))]


def time_bodies(seconds, nanoseconds=0):
    """The timestamp's forms, without their head, the shortest first."""
    bodies = []
    if nanoseconds == 0 and 0 <= seconds < 1 << 32:
        bodies.append(struct.pack(">I", seconds))
    if 0 <= seconds < 1 << 34 and nanoseconds < 1 << 30:
        bodies.append(struct.pack(">Q", nanoseconds << 34 | seconds))
    return bodies + [struct.pack(">Iq", nanoseconds, seconds)]


def stamp(seconds, nanoseconds=0):
    return ext_forms(-1, time_bodies(seconds, nanoseconds)[0])[0]


def bigint(n):
    size = (n if n >= 0 else ~n).bit_length() // 8 + 1
    return ext_forms(3, n.to_bytes(size, "big", signed=True))[0]


def uuid(data):
    return ext_forms(2, data)[0]


def typed(name, value):
    """An object: a value by its own type."""
    return ext_forms(1, pack(name) + pack(value))[0]


def pack(value):
    """The one encoding of a value; what is Raw goes as it is."""
    if isinstance(value, Raw):
        return value
    if value is None:
        return Raw(b"\xc0")
    if isinstance(value, bool):
        return Raw(b"\xc3" if value else b"\xc2")
    if isinstance(value, int):
        return int_forms(value)[0]
    if isinstance(value, F32):
        return Raw(b"\xca" + struct.pack(">f", value))
    if isinstance(value, float):
        return Raw(b"\xcb" + struct.pack(">d", value))
    if isinstance(value, str):
        return str_forms(value)[0]
    if isinstance(value, bytes):
        return bin_forms(value)[0]
    if isinstance(value, Ext):
        return ext_forms(value.type, value.data)[0]
    if isinstance(value, dict):
        return map_forms(value.items())[0]
    if isinstance(value, Pairs):
        return map_forms(value)[0]
    return array_forms(value)[0]


class Breach(Exception):
    """What came breaks a rule."""


LENGTHS = {0xD9: 1, 0xDA: 2, 0xDB: 4, 0xC4: 1, 0xC5: 2, 0xC6: 4, 0xDC: 2, 0xDD: 4, 0xDE: 2,
           0xDF: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4, 0xD4: 0, 0xD5: 0, 0xD6: 0, 0xD7: 0, 0xD8: 0}


class Reader:
    """Reads one value after the other. `strict`: only the form that a sender may choose."""

    def __init__(self, data, strict=True):
        self.data, self.at, self.strict = data, 0, strict

    def take(self, n):
        if self.at + n > len(self.data):
            raise Breach("a value is cut short")
        self.at += n
        return self.data[self.at - n:self.at]

    def check(self, form, best, what):
        if self.strict and bytes(form) != bytes(best):
            raise Breach(f"{what} in the form {form[:12].hex()}, "
                         f"shortest is {best[:12].hex()}")

    def value(self):
        start = self.at
        b = self.take(1)[0]
        if b <= 0x7F or b >= 0xE0:
            return b if b <= 0x7F else b - 256
        if b in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[b]
        if b in (0xCA, 0xCB):
            wide = b == 0xCB
            number = struct.unpack(">d" if wide else ">f", self.take(8 if wide else 4))[0]
            return number if wide else F32(number)
        if 0xCC <= b <= 0xD3:
            n = int.from_bytes(self.take(1 << (b & 3)), "big", signed=b >= 0xD0)
            self.check(self.data[start:self.at], int_forms(n)[0], f"the integer {n}")
            return n
        if 0x80 <= b <= 0xBF:
            n = b & (0x1F if b >= 0xA0 else 0x0F)
            head = 0xD9 if b >= 0xA0 else 0xDC if b >= 0x90 else 0xDE
        elif b in LENGTHS:
            n = int.from_bytes(self.take(LENGTHS[b]), "big")
            n = 1 << (b - 0xD4) if 0xD4 <= b <= 0xD8 else n
            head = b
        else:
            raise Breach(f"no MessagePack: {b:02x}")
        form = self.data[start:self.at]
        return self.rest(head, n, form)

    def rest(self, head, n, form):
        if head in (0xD9, 0xDA, 0xDB):
            self.check(form, str_heads(n)[0], "a str")
            try:
                return self.take(n).decode()
            except UnicodeDecodeError:
                raise Breach("a str is no UTF-8") from None
        if head in (0xC4, 0xC5, 0xC6):
            self.check(form, bin_heads(n)[0], "a bin")
            return bytes(self.take(n))
        if head in (0xDC, 0xDD):
            self.check(form, array_heads(n)[0], "an array")
            return [self.value() for _ in range(n)]
        if head in (0xDE, 0xDF):
            self.check(form, map_heads(n)[0], "a map")
            pairs = [(self.value(), self.value()) for _ in range(n)]
            try:
                return dict(pairs) if len(dict(pairs)) == n else Pairs(pairs)
            except TypeError:
                return Pairs(pairs)
        self.check(form, ext_heads(n)[0], "an extension")
        number, data = struct.unpack("b", self.take(1))[0], bytes(self.take(n))
        if self.strict:
            self.extension(number, data)
        return Ext(number, data)

    def extension(self, number, data):
        if number == -1:
            seconds, nanoseconds = read_time(data)
            self.check(data, time_bodies(seconds, nanoseconds)[0], "a timestamp")
        elif number == 2 and len(data) != 16:
            raise Breach("a uuid of other than 16 bytes")
        elif number == 3:
            n = int.from_bytes(data, "big", signed=True)
            self.check(ext_forms(3, data)[0], bigint(n), "a bigint")
        elif number == 1:
            inner = Reader(data)
            if not isinstance(inner.value(), str):
                raise Breach("an object without its name")
            inner.value()
            if inner.at != len(data):
                raise Breach("an object with something behind it")
        elif number not in (1, 2):
            raise Breach(f"unknown extension {number}")


def read_time(body):
    if len(body) == 4:
        return struct.unpack(">I", body)[0], 0
    if len(body) == 8:
        bits = struct.unpack(">Q", body)[0]
        return bits & (1 << 34) - 1, bits >> 34
    if len(body) != 12:
        raise Breach("a timestamp of a length that does not exist")
    nanoseconds, seconds = struct.unpack(">Iq", body)
    return seconds, nanoseconds


def unpack(data, strict=False):
    reader = Reader(data, strict)
    value = reader.value()
    if reader.at != len(data):
        raise Breach("something behind the value")
    return value


def read_object(value):
    """(name, value, encoded value) of an object."""
    if not isinstance(value, Ext) or value.type != 1:
        raise Breach(f"no object: {value!r}")
    reader = Reader(value.data, False)
    name = reader.value()
    at = reader.at
    return name, reader.value(), Raw(value.data[at:])
