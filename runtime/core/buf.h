/*
 * An output buffer: bytes that grow at the end, with room left free in front of the first
 * one, so that a transport can write its own header there and send without copying.
 *
 * Running out of memory is remembered, not reported: append at will, ask `failed` once at
 * the end. What was in the buffer before stays intact either way. A zeroed struct is an
 * empty buffer. Next: pack.h puts MessagePack into it.
 */
#ifndef SPY_CORE_BUF_H
#define SPY_CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that may be overwritten in front of `data`: enough for what libwebsockets asks for
 * (LWS_PRE, 4 + 10 bytes rounded up) and a multiple of the alignment malloc() gives. */
#define SPY_BUF_HEADROOM 32

struct spy_buf {
	uint8_t *data; /* after the headroom; NULL as long as nothing was appended */
	size_t len;
	size_t cap;  /* usable from `data` on */
	bool failed; /* memory ran out: what was appended since is not complete */
};

/* Makes room for `n` more bytes; false (and `failed`) without memory. */
bool spy_buf_grow(struct spy_buf *buf, size_t n);

/* Frees the memory; the buffer is empty and usable again. */
void spy_buf_free(struct spy_buf *buf);

/* The end of the buffer with at least `n` free bytes, or NULL without memory. Add what was
 * written to `len`. */
static inline uint8_t *spy_buf_room(struct spy_buf *buf, size_t n)
{
	if (__builtin_expect(buf->cap - buf->len < n, 0) && !spy_buf_grow(buf, n))
		return NULL;
	return buf->data + buf->len;
}

static inline void spy_buf_append(struct spy_buf *buf, const void *data, size_t n)
{
	uint8_t *end = n ? spy_buf_room(buf, n) : NULL;

	if (end) {
		memcpy(end, data, n);
		buf->len += n;
	}
}

/* Back to an earlier `len`; the memory is kept. */
static inline void spy_buf_truncate(struct spy_buf *buf, size_t len)
{
	buf->len = len;
}

/* Empty again, keeps the memory, forgets a failure. */
static inline void spy_buf_reset(struct spy_buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

/* The block as malloc() gave it, headroom included; free() it. The data starts at
 * SPY_BUF_HEADROOM. The buffer is empty afterwards; NULL when it had no memory. */
static inline uint8_t *spy_buf_take(struct spy_buf *buf)
{
	uint8_t *block = buf->data ? buf->data - SPY_BUF_HEADROOM : NULL;

	*buf = (struct spy_buf){ 0 };
	return block;
}

#endif
