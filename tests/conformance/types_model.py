"""The model Types of conformance.spy as it travels: a field of every type."""
from forms import Raw, bigint, pack, stamp, uuid
from forms import F32

FIELDS = {
    "a_bool": True, "an_int8": -8, "an_int16": -1600, "an_int32": -320000, "an_int": 1 << 40,
    "a_uint8": 200, "a_uint16": 60000, "a_uint32": 4000000000, "a_uint64": (1 << 64) - 1,
    "a_float": F32(0.5), "a_double": 0.1, "a_string": "tëxt", "some_bytes": b"\0\1\xff",
    "a_time": stamp(1700000000, 5), "a_duration": -1500000000, "a_uuid": uuid(bytes(range(16))),
    "a_uri": "https://example.com/?q#f", "a_bigint": bigint(-1 << 70), "an_enum": 5,
    "a_model": [7], "a_union": [1, [2.5]], "a_list": [3, 1, 2], "a_set": ["b", "a"],
    "a_map": {"y": [1], "x": [2]}, "an_int_map": {-1: "minus", 300: ""}, "a_tuple": [9, None],
    "nested": [{"k": [[1], None]}, {}], "anything": {"any": [1.5, None, b"x"]},
    "maybe_int": 1, "maybe_data": [2], "maybe_list": [None, 3], "defaulted": 43,
}


def types(**changed):
    """Its array, with some of the fields changed."""
    for name in changed:
        assert name in FIELDS, name
    values = [pack(changed.get(name, value)) for name, value in FIELDS.items()]
    return Raw(b"\xdc\x00" + bytes([len(values)]) + b"".join(values))
