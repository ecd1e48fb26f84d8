/*
 * Shared by decode.c and decode_any.c. Functions take the read position and give the new
 * one, or NULL: then `error` says why, SPY_EINVALID_ARGUMENT unless something else was set.
 */
#ifndef SPY_CORE_DECODER_H
#define SPY_CORE_DECODER_H

#include <core/decode.h>
#include <core/field.h>
#include <core/pack.h>
#include <core/unique.h>
#include <core/wire.h>

struct spy_decoder {
	const uint8_t *end;
	struct spy_arena *arena;
	unsigned flags; /* enum spy_decode_flag */
	unsigned depth; /* containers that are open */
	int error;
};

static inline void *spy_decoder_alloc(struct spy_decoder *d, size_t size)
{
	void *memory = spy_arena_alloc(d->arena, size);

	if (SPY_UNLIKELY(!memory))
		d->error = d->arena->error;
	return memory;
}

/* Into one more container. */
static inline bool spy_decoder_enter(struct spy_decoder *d)
{
	return SPY_LIKELY(d->depth++ < SPY_NESTING_MAX);
}

/* A checked, NUL-terminated copy of a str. */
static inline const uint8_t *spy_decode_text(struct spy_decoder *d, const uint8_t *at,
					     const char **text, uint32_t *len)
{
	char *copy;
	uint32_t n;

	at = spy_get_str(at, d->end, &n);
	if (SPY_UNLIKELY(!at))
		return NULL;
	copy = (char *)spy_decoder_alloc(d, (size_t)n + 1);
	if (SPY_UNLIKELY(!copy))
		return NULL;
	if (SPY_UNLIKELY(!spy_copy_ascii(copy, at, n)) && !spy_utf8_valid(at, n))
		return NULL;
	copy[n] = '\0';
	*text = copy;
	*len = n;
	return at + n;
}

/* A copy of the body of a bin or an extension. */
static inline bool spy_decode_body(struct spy_decoder *d, const uint8_t *at, uint32_t len,
				   const uint8_t **data)
{
	uint8_t *copy = NULL;

	if (len) {
		copy = (uint8_t *)spy_decoder_alloc(d, len);
		if (!copy)
			return false;
		memcpy(copy, at, len);
	}
	*data = copy;
	return true;
}

const uint8_t *spy_decode_any(struct spy_decoder *d, const uint8_t *at,
			      struct spy_any *any);

/* An extension with a fixed meaning: its body, or NULL when it is another. */
static inline const uint8_t *spy_get_typed_ext(struct spy_decoder *d, const uint8_t *at,
					       int8_t want, uint32_t *len)
{
	int8_t type;

	at = spy_get_ext(at, d->end, &type, len);
	return at && type == want ? at : NULL;
}

/* A scalar of one of the kinds that decode.c has no case for. */
const uint8_t *spy_decode_scalar(struct spy_decoder *d, const uint8_t *at, unsigned kind,
				 const struct spy_type *type, uint32_t max, void *value);

/* False when an element or key is there twice. */
bool spy_decoder_unique(struct spy_decoder *d, const struct spy_elements *elements);

/* The same for a whole set or map, which may be shortened: `raw` are an enum's numbers as
 * they came, or NULL. */
bool spy_decoder_check(struct spy_decoder *d, const struct spy_type *type,
		       struct spy_list *list, const struct spy_any *raw);

#endif
