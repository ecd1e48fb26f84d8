/*
 * MessagePack out, in its shortest form. The bytes are made by msgpack-c's own templates,
 * inlined over a bare pointer: spy_put_*() append without asking for room, spy_pack_*() ask
 * for it first and append to a buffer.
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

static inline int spy_put_bytes(uint8_t **at, const void *data, size_t n)
{
	memcpy(*at, data, n);
	*at += n;
	return 0;
}

/* spy_put_nil(), _int64(), _uint64(), _float(), _double(), _array(), _map(), _str(),
 * _bin(), _ext(), _timestamp(): msgpack-c's, with `uint8_t **at` for its packer. */
#define msgpack_pack_inline_func(name)	      static inline int spy_put##name
#define msgpack_pack_inline_func_fixint(name) static inline int spy_put_fix##name
#define msgpack_pack_user		      uint8_t **
#define msgpack_pack_append_buffer(user, data_, len_) \
	return spy_put_bytes(user, data_, len_)
#define msgpack_pack_ext spy_put_ext
#include <msgpack/pack_template.h>
#undef msgpack_pack_inline_func_fixint
#undef msgpack_pack_ext

static inline void spy_put_bool(uint8_t **at, bool value)
{
	*(*at)++ = value ? 0xc3 : 0xc2;
}

/* spy_pack_NAME(buf, value): the same into a buffer, checked. */
#define SPY_PACK(name, type)                                                \
	static inline void spy_pack_##name(struct spy_buf *buf, type value) \
	{                                                                   \
		uint8_t *at = spy_buf_room(buf, SPY_PACK_MAX);              \
                                                                            \
		if (at) {                                                   \
			spy_put_##name(&at, value);                         \
			buf->len = (size_t)(at - buf->data);                \
		}                                                           \
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
		spy_put_str(&at, n);
		if (n)
			memcpy(at, text, n);
		buf->len = (size_t)(at + n - buf->data);
	}
}

static inline void spy_pack_bin(struct spy_buf *buf, const void *data, size_t n)
{
	uint8_t *at = spy_buf_room(buf, SPY_PACK_MAX + n);

	if (at) {
		spy_put_bin(&at, n);
		if (n)
			memcpy(at, data, n);
		buf->len = (size_t)(at + n - buf->data);
	}
}

/* The head; `n` bytes follow. */
static inline void spy_pack_ext(struct spy_buf *buf, size_t n, int8_t type)
{
	uint8_t *at = spy_buf_room(buf, SPY_PACK_MAX);

	if (at) {
		spy_put_ext(&at, n, type);
		buf->len = (size_t)(at - buf->data);
	}
}

static inline void spy_pack_time(struct spy_buf *buf, struct timespec time)
{
	msgpack_timestamp stamp = { time.tv_sec, (uint32_t)time.tv_nsec };
	uint8_t *at = spy_buf_room(buf, SPY_PACK_MAX);

	if (at) {
		spy_put_timestamp(&at, &stamp);
		buf->len = (size_t)(at - buf->data);
	}
}

#endif
