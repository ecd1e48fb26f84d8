/*
 * Cutting and head reading, see unpack.h. spy_skip() walks a value with one counter per
 * open container: how many values it still waits for.
 */
#include <spy/error.h>

#include <core/pack.h>
#include <core/wire.h>

enum shape { BAD, FIXED, BODY, EXT, ARRAY, MAP };

/* From c0 to df: what it is, and the number of bytes that are fixed (FIXED, without the
 * first) or that say a length or count. An EXT has one more for its type. */
static const struct {
	uint8_t shape, n;
} heads[32] = {
	{ FIXED, 0 }, { BAD, 0 },   { FIXED, 0 }, { FIXED, 0 }, /* nil, c1, false, true */
	{ BODY, 1 },  { BODY, 2 },  { BODY, 4 },		/* bin */
	{ EXT, 1 },   { EXT, 2 },   { EXT, 4 },			/* ext */
	{ FIXED, 4 }, { FIXED, 8 },				/* float */
	{ FIXED, 1 }, { FIXED, 2 }, { FIXED, 4 }, { FIXED, 8 }, /* uint */
	{ FIXED, 1 }, { FIXED, 2 }, { FIXED, 4 }, { FIXED, 8 }, /* int */
	{ EXT, 0 },   { EXT, 0 },   { EXT, 0 },	  { EXT, 0 },	{ EXT, 0 }, /* fixext */
	{ BODY, 1 },  { BODY, 2 },  { BODY, 4 },			    /* str */
	{ ARRAY, 2 }, { ARRAY, 4 }, { MAP, 2 },	  { MAP, 4 },
};

/* One head with its body, if it has one; `count` values follow as its content. */
static const uint8_t *skip_head(const uint8_t *at, const uint8_t *end, uint64_t *count,
				bool *opens)
{
	uint8_t c = *at;
	uint64_t n;
	unsigned shape;

	*count = 0;
	*opens = false;
	if (c < 0x80 || c >= 0xe0)
		return at + 1;
	if (c < 0xa0) {
		*opens = true;
		*count = c < 0x90 ? 2 * (uint64_t)(c & 15) : (c & 15);
		return at + 1;
	}
	if (c < 0xc0) {
		n = c & 31;
		return (uint64_t)(end - at) > n ? at + 1 + n : NULL;
	}
	shape = heads[c - 0xc0].shape;
	n = heads[c - 0xc0].n;
	if (shape == BAD || (uint64_t)(end - at) <= n)
		return NULL;
	if (shape == FIXED)
		return at + 1 + n;
	at++;
	if (shape == EXT && n == 0)
		*count = 1u << (c - 0xd4);
	else
		*count = spy_load_be(at, n);
	at += n;
	if (shape == ARRAY || shape == MAP) {
		*opens = true;
		*count <<= shape == MAP;
		return at;
	}
	n = *count + (shape == EXT);
	*count = 0;
	if ((uint64_t)(end - at) < n)
		return NULL;
	*opens = shape == EXT && (int8_t)*at == SPY_EXT_OBJECT;
	return at + n;
}

/* By the first byte: the bytes of a scalar or a short string, which open nothing; 0 for
 * whatever skip_head() has to look at. In order: integers; strings; nil; booleans; floats;
 * integers again. */
static const uint8_t simple_sizes[256] = {
	[0x00 ... 0x7f] = 1, [0xa0] = 1,	 [0xa1] = 2,  [0xa2] = 3,  [0xa3] = 4,
	[0xa4] = 5,	     [0xa5] = 6,	 [0xa6] = 7,  [0xa7] = 8,  [0xa8] = 9,
	[0xa9] = 10,	     [0xaa] = 11,	 [0xab] = 12, [0xac] = 13, [0xad] = 14,
	[0xae] = 15,	     [0xaf] = 16,	 [0xb0] = 17, [0xb1] = 18, [0xb2] = 19,
	[0xb3] = 20,	     [0xb4] = 21,	 [0xb5] = 22, [0xb6] = 23, [0xb7] = 24,
	[0xb8] = 25,	     [0xb9] = 26,	 [0xba] = 27, [0xbb] = 28, [0xbc] = 29,
	[0xbd] = 30,	     [0xbe] = 31,	 [0xbf] = 32, [0xc0] = 1,  [0xc2] = 1,
	[0xc3] = 1,	     [0xca] = 5,	 [0xcb] = 9,  [0xcc] = 2,  [0xcd] = 3,
	[0xce] = 5,	     [0xcf] = 9,	 [0xd0] = 2,  [0xd1] = 3,  [0xd2] = 5,
	[0xd3] = 9,	     [0xe0 ... 0xff] = 1
};

const uint8_t *spy_skip(const uint8_t *at, const uint8_t *end, unsigned depth)
{
	uint64_t left[SPY_NESTING_MAX + 1];
	unsigned base = depth;
	uint64_t here = 1; /* what the innermost container waits for */
	uint64_t count;
	bool opens;
	size_t size;

	for (;;) {
		while (here) {
			if (at == end)
				return NULL;
			if (!(size = simple_sizes[*at]))
				break;
			if (size > (size_t)(end - at))
				return NULL;
			at += size;
			here--;
		}
		if (!here) {
			if (depth == base)
				return at;
			here = left[--depth];
			continue;
		}
		if (!(at = skip_head(at, end, &count, &opens)) ||
		    (opens && depth == SPY_NESTING_MAX) || count > (uint64_t)(end - at))
			return NULL;
		here--;
		if (count) {
			left[depth++] = here;
			here = count;
		}
	}
}

enum spy_wire spy_read_peek(const struct spy_reader *reader)
{
	static const uint8_t kinds[32] = {
		SPY_WIRE_NIL,	SPY_WIRE_NONE,	SPY_WIRE_BOOL,	SPY_WIRE_BOOL,
		SPY_WIRE_BIN,	SPY_WIRE_BIN,	SPY_WIRE_BIN,	SPY_WIRE_EXT,
		SPY_WIRE_EXT,	SPY_WIRE_EXT,	SPY_WIRE_FLOAT, SPY_WIRE_FLOAT,
		SPY_WIRE_INT,	SPY_WIRE_INT,	SPY_WIRE_INT,	SPY_WIRE_INT,
		SPY_WIRE_INT,	SPY_WIRE_INT,	SPY_WIRE_INT,	SPY_WIRE_INT,
		SPY_WIRE_EXT,	SPY_WIRE_EXT,	SPY_WIRE_EXT,	SPY_WIRE_EXT,
		SPY_WIRE_EXT,	SPY_WIRE_STR,	SPY_WIRE_STR,	SPY_WIRE_STR,
		SPY_WIRE_ARRAY, SPY_WIRE_ARRAY, SPY_WIRE_MAP,	SPY_WIRE_MAP,
	};
	uint8_t c;

	if (spy_read_done(reader))
		return SPY_WIRE_NONE;
	c = *reader->at;
	if (c < 0x80 || c >= 0xe0)
		return SPY_WIRE_INT;
	if (c >= 0xc0)
		return (enum spy_wire)kinds[c - 0xc0];
	return c < 0x90 ? SPY_WIRE_MAP : c < 0xa0 ? SPY_WIRE_ARRAY : SPY_WIRE_STR;
}

/* What every reading function ends with: `at` is where it got to, or NULL. */
static int move(struct spy_reader *reader, const uint8_t *at)
{
	if (!at)
		return SPY_EPROTOCOL;
	reader->at = at;
	return 0;
}

int spy_cut(struct spy_reader *reader, struct spy_slice *value)
{
	const uint8_t *start = reader->at;
	int r = move(reader, spy_skip(start, reader->end, 0));

	if (!r && value)
		*value = (struct spy_slice){ start, (size_t)(reader->at - start) };
	return r;
}

int spy_read_array(struct spy_reader *reader, uint32_t *count)
{
	if (spy_read_done(reader))
		return SPY_EPROTOCOL;
	return move(reader, spy_get_array(reader->at, reader->end, count));
}

int spy_read_map(struct spy_reader *reader, uint32_t *count)
{
	if (spy_read_done(reader))
		return SPY_EPROTOCOL;
	return move(reader, spy_get_map(reader->at, reader->end, count));
}

int spy_read_nil(struct spy_reader *reader)
{
	if (spy_read_done(reader) || *reader->at != 0xc0)
		return SPY_EPROTOCOL;
	return move(reader, reader->at + 1);
}

int spy_read_bool(struct spy_reader *reader, bool *value)
{
	if (spy_read_done(reader) || (*reader->at & 0xfe) != 0xc2)
		return SPY_EPROTOCOL;
	*value = *reader->at & 1;
	return move(reader, reader->at + 1);
}

int spy_read_int(struct spy_reader *reader, int64_t *value)
{
	const uint8_t *at;
	int64_t bits;
	bool large;

	if (spy_read_done(reader))
		return SPY_EPROTOCOL;
	at = spy_get_int(reader->at, reader->end, &bits, &large);
	if (!at || large)
		return SPY_EPROTOCOL;
	*value = bits;
	return move(reader, at);
}

int spy_read_uint(struct spy_reader *reader, uint64_t *value)
{
	const uint8_t *at;
	int64_t bits;
	bool large;

	if (spy_read_done(reader))
		return SPY_EPROTOCOL;
	at = spy_get_int(reader->at, reader->end, &bits, &large);
	if (!at || (bits < 0 && !large))
		return SPY_EPROTOCOL;
	*value = (uint64_t)bits;
	return move(reader, at);
}

/* The body that a head announced, which has been checked to be there. */
static int body(struct spy_reader *reader, const uint8_t *at, uint32_t len,
		struct spy_slice *slice)
{
	if (!at)
		return SPY_EPROTOCOL;
	*slice = (struct spy_slice){ at, len };
	return move(reader, at + len);
}

int spy_read_str(struct spy_reader *reader, struct spy_slice *text)
{
	const uint8_t *at = NULL;
	uint32_t len = 0;

	if (!spy_read_done(reader))
		at = spy_get_str(reader->at, reader->end, &len);
	return body(reader, at, len, text);
}

int spy_read_bin(struct spy_reader *reader, struct spy_slice *bytes)
{
	const uint8_t *at = NULL;
	uint32_t len = 0;

	if (!spy_read_done(reader))
		at = spy_get_bin(reader->at, reader->end, &len);
	return body(reader, at, len, bytes);
}

int spy_read_ext(struct spy_reader *reader, int8_t *type, struct spy_slice *slice)
{
	const uint8_t *at = NULL;
	uint32_t len = 0;

	if (!spy_read_done(reader))
		at = spy_get_ext(reader->at, reader->end, type, &len);
	return body(reader, at, len, slice);
}

int spy_read_time(struct spy_reader *reader, struct timespec *time)
{
	struct spy_reader r = *reader;
	struct timespec stamp = { 0 };
	struct spy_slice slice;
	int8_t type;

	if (spy_read_ext(&r, &type, &slice) || type != SPY_EXT_TIME ||
	    !spy_get_stamp(slice.data, (uint32_t)slice.len, &stamp))
		return SPY_EPROTOCOL;
	*time = stamp;
	*reader = r;
	return 0;
}
