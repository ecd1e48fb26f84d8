/*
 * MessagePack out, in its shortest form. The bytes are made by msgpack-c's own templates,
 * inlined over a bare pointer (but for integers and short strings, see there):
 * spy_write_*() write without asking for room, spy_pack_*() append to a buffer.
 *
 * Invariant: nothing here writes more than SPY_PACK_MAX bytes besides the body of a string,
 * bin or extension. Next: encode.h for typed values, unpack.h for the way back.
 */
#ifndef SPY_CORE_PACK_H
#define SPY_CORE_PACK_H

#include <time.h>

#include <msgpack/pack_define.h>
#include <msgpack/timestamp.h>

#include <core/buf.h>

/* The longest fixed-size value: an extension head and the 16 bytes of a uuid; a timestamp
 * takes 15. Rounded up so that whole words may be stored. */
#define SPY_PACK_MAX 24

/* Extension types. */
#define SPY_EXT_TIME   (-1)
#define SPY_EXT_OBJECT 1
#define SPY_EXT_UUID   2
#define SPY_EXT_BIGINT 3

/* msgpack-c's templates, as spy_put_nil() and so on: what they call a packer is here the
 * address of the write position. */
static inline int spy_put_bytes(uint8_t **at, const void *data, size_t n)
{
	memcpy(*at, data, n);
	*at += n;
	return 0;
}

#define msgpack_pack_inline_func(name)		   static inline int spy_put##name
#define msgpack_pack_inline_func_fixint(name)	   static inline int spy_put_fix##name
#define msgpack_pack_user			   uint8_t **
#define msgpack_pack_append_buffer(user, bytes, n) return spy_put_bytes(user, bytes, n)
#define msgpack_pack_ext			   spy_put_ext
#include <msgpack/pack_template.h>
#undef msgpack_pack_inline_func_fixint
#undef msgpack_pack_ext

/* spy_write_NAME(at, value) gives the new write position: passed by value, so that it stays
 * in a register where a caller puts one value after the other. */
#define SPY_WRITE(name, type)                                            \
	static inline uint8_t *spy_write_##name(uint8_t *at, type value) \
	{                                                                \
		spy_put_##name(&at, value);                              \
		return at;                                               \
	}
SPY_WRITE(uint64, uint64_t)
SPY_WRITE(float, float)
SPY_WRITE(double, double)
SPY_WRITE(array, size_t)
SPY_WRITE(map, size_t)
SPY_WRITE(str, size_t)
SPY_WRITE(bin, size_t)
#undef SPY_WRITE

static inline uint8_t *spy_write_ext(uint8_t *at, size_t n, int8_t type)
{
	spy_put_ext(&at, n, type);
	return at;
}

static inline uint8_t *spy_write_time(uint8_t *at, int64_t seconds, uint32_t nanoseconds)
{
	msgpack_timestamp stamp = { seconds, nanoseconds };

	spy_put_timestamp(&at, &stamp);
	return at;
}

/* An integer as a head and a body of so many bits. */
static inline uint8_t *spy_write_8(uint8_t *at, uint8_t head, uint8_t body)
{
	at[0] = head;
	at[1] = body;
	return at + 2;
}

static inline uint8_t *spy_write_16(uint8_t *at, uint8_t head, uint16_t body)
{
	at[0] = head;
	_msgpack_store16(at + 1, body);
	return at + 3;
}

static inline uint8_t *spy_write_32(uint8_t *at, uint8_t head, uint32_t body)
{
	at[0] = head;
	_msgpack_store32(at + 1, body);
	return at + 5;
}

static inline uint8_t *spy_write_64(uint8_t *at, uint8_t head, uint64_t body)
{
	at[0] = head;
	_msgpack_store64(at + 1, body);
	return at + 9;
}

/* The same decisions as in msgpack-c's template, but without the small array in which that
 * puts head and body together: it costs a sixth of encoding the reference message. */
static inline uint8_t *spy_write_int64(uint8_t *at, int64_t value)
{
	if ((uint64_t)value + 32 < 160) {
		*at = (uint8_t)value;
		return at + 1;
	}
	if (value >= 0) {
		if (value <= UINT8_MAX)
			return spy_write_8(at, 0xcc, (uint8_t)value);
		if (value <= UINT16_MAX)
			return spy_write_16(at, 0xcd, (uint16_t)value);
		if (value <= UINT32_MAX)
			return spy_write_32(at, 0xce, (uint32_t)value);
		return spy_write_64(at, 0xcf, (uint64_t)value);
	}
	if (value >= INT8_MIN)
		return spy_write_8(at, 0xd0, (uint8_t)value);
	if (value >= INT16_MIN)
		return spy_write_16(at, 0xd1, (uint16_t)value);
	if (value >= INT32_MIN)
		return spy_write_32(at, 0xd2, (uint32_t)value);
	return spy_write_64(at, 0xd3, (uint64_t)value);
}

/* The head of a str, as spy_write_str() with the short ones in line. */
static inline uint8_t *spy_write_text_head(uint8_t *at, size_t n)
{
	if (n < 32) {
		at[0] = (uint8_t)(0xa0 | n);
		return at + 1;
	}
	if (n > UINT8_MAX)
		return spy_write_str(at, n);
	at[0] = 0xd9;
	at[1] = (uint8_t)n;
	return at + 2;
}

static inline uint8_t *spy_write_bool(uint8_t *at, bool value)
{
	*at = value ? 0xc3 : 0xc2;
	return at + 1;
}

/* spy_pack_NAME(buf, value): the same into a buffer, checked. */
#define SPY_PACK(name, type)                                                          \
	static inline void spy_pack_##name(struct spy_buf *buf, type value)           \
	{                                                                             \
		uint8_t *at = spy_buf_room(buf, SPY_PACK_MAX);                        \
                                                                                      \
		if (at)                                                               \
			buf->len = (size_t)(spy_write_##name(at, value) - buf->data); \
	}
SPY_PACK(bool, bool)
SPY_PACK(int64, int64_t)
SPY_PACK(uint64, uint64_t)
SPY_PACK(float, float)
SPY_PACK(double, double)
SPY_PACK(array, size_t) /* the head; as many values follow */
SPY_PACK(map, size_t)	/* the head; as many keys with values follow */
#undef SPY_PACK

static inline void spy_pack_nil(struct spy_buf *buf)
{
	uint8_t *at = spy_buf_room(buf, 1);

	if (at) {
		*at = 0xc0;
		buf->len++;
	}
}

/* `n` below 2^32. */
static inline void spy_pack_str(struct spy_buf *buf, const char *text, size_t n)
{
	uint8_t *at = spy_buf_room(buf, SPY_PACK_MAX + n);

	if (at) {
		at = spy_write_str(at, n);
		if (n)
			memcpy(at, text, n);
		buf->len = (size_t)(at + n - buf->data);
	}
}

static inline void spy_pack_bin(struct spy_buf *buf, const void *data, size_t n)
{
	uint8_t *at = spy_buf_room(buf, SPY_PACK_MAX + n);

	if (at) {
		at = spy_write_bin(at, n);
		if (n)
			memcpy(at, data, n);
		buf->len = (size_t)(at + n - buf->data);
	}
}

/* The head; `n` bytes follow. */
static inline void spy_pack_ext(struct spy_buf *buf, size_t n, int8_t type)
{
	uint8_t *at = spy_buf_room(buf, SPY_PACK_MAX);

	if (at)
		buf->len = (size_t)(spy_write_ext(at, n, type) - buf->data);
}

static inline void spy_pack_time(struct spy_buf *buf, struct timespec time)
{
	uint8_t *at = spy_buf_room(buf, SPY_PACK_MAX);

	if (at)
		buf->len =
			(size_t)(spy_write_time(at, time.tv_sec, (uint32_t)time.tv_nsec) -
				 buf->data);
}

#endif
