/*
 * Shared by encode.c and encode_any.c. Functions take the write position and give the new
 * one, or NULL after spy_encoder_fail(); those that put only a head or a fixed-size value
 * expect SPY_PACK_MAX free bytes.
 */
#ifndef SPY_CORE_ENCODER_H
#define SPY_CORE_ENCODER_H

#include <core/encode.h>
#include <core/field.h>
#include <core/pack.h>
#include <core/unique.h>
#include <core/utf8.h>
#include <core/wire.h>

struct spy_encoder {
	struct spy_buf *buf;
	uint8_t *limit; /* SPY_PACK_MAX before the end of the buffer's memory */
	unsigned flags; /* enum spy_encode_flag */
	unsigned depth; /* containers that are open, through objects too */
	int error;
};

static inline uint8_t *spy_encoder_fail(struct spy_encoder *e, int error)
{
	e->error = error;
	return NULL;
}

uint8_t *spy_encoder_grow(struct spy_encoder *e, uint8_t *at, size_t n);

/* Room for a body of `n` bytes and then for SPY_PACK_MAX more. */
static inline uint8_t *spy_encoder_room(struct spy_encoder *e, uint8_t *at, size_t n)
{
	if (SPY_UNLIKELY(e->limit - at < (ptrdiff_t)n))
		return spy_encoder_grow(e, at, n);
	return at;
}

/* Into one more container. */
static inline bool spy_encoder_enter(struct spy_encoder *e)
{
	if (SPY_LIKELY(e->depth < SPY_NESTING_MAX)) {
		e->depth++;
		return true;
	}
	e->error = SPY_EINVALID_ARGUMENT;
	return false;
}

static inline __attribute__((always_inline)) uint8_t *
spy_encode_text(struct spy_encoder *e, uint8_t *at, const char *text, size_t n,
		uint32_t max)
{
	if (SPY_UNLIKELY(n > max) && (n > UINT32_MAX || spy_utf8_count(text, n) > max))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	at = spy_encoder_room(e, at, n);
	if (SPY_UNLIKELY(!at))
		return NULL;
	at = spy_write_text_head(at, n);
	if (SPY_UNLIKELY(!spy_copy_ascii(at, text, n)) && !spy_utf8_valid(text, n))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	return at + n;
}

uint8_t *spy_encode_bytes(struct spy_encoder *e, uint8_t *at, struct spy_bytes bytes,
			  uint32_t max);
uint8_t *spy_encode_time(struct spy_encoder *e, uint8_t *at, int64_t seconds,
			 uint64_t nanoseconds);
uint8_t *spy_encode_uuid(uint8_t *at, const struct spy_uuid *uuid);
uint8_t *spy_encode_bigint(struct spy_encoder *e, uint8_t *at, struct spy_bytes digits);
uint8_t *spy_encode_any(struct spy_encoder *e, uint8_t *at, const struct spy_any *any);
/* A value by its type, which has no nil; asks for its room itself. */
uint8_t *spy_encode_typed(struct spy_encoder *e, uint8_t *at, const struct spy_type *type,
			  uint32_t max, const void *value);

/* Fails when an element or key is there twice. */
uint8_t *spy_encoder_unique(struct spy_encoder *e, uint8_t *at,
			    const struct spy_elements *elements);

/* Where the value begins in the buffer; then spy_encoder_finish(). */
static inline uint8_t *spy_encoder_start(struct spy_encoder *e, struct spy_buf *buf,
					 unsigned flags)
{
	e->buf = buf;
	e->flags = flags;
	e->depth = 0;
	if (SPY_UNLIKELY(buf->cap - buf->len < SPY_PACK_MAX))
		return spy_encoder_grow(e, buf->data ? buf->data + buf->len : NULL, 0);
	e->limit = buf->data + buf->cap - SPY_PACK_MAX;
	return buf->data + buf->len;
}

/* `at` is where the value ends, or NULL: then the buffer is as it was with `mark` bytes. */
int spy_encoder_finish(struct spy_encoder *e, size_t mark, const uint8_t *at);

#endif
