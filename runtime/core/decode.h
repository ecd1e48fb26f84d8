/*
 * Typed values in: by the tables of type.h, in one pass, into an arena. Everything points
 * into the arena, nothing into the input.
 *
 * Any input is fine: the answer is 0, SPY_EINVALID_ARGUMENT for what does not fit the type,
 * SPY_ERESOURCE_EXHAUSTED for what would take more memory than the arena's rule allows, or
 * SPY_ENOMEM. What was decoded keeps the rules that encode.h checks: it can be encoded
 * again.
 */
#ifndef SPY_CORE_DECODE_H
#define SPY_CORE_DECODE_H

#include <spy/type.h>

#include <core/arena.h>
#include <core/unpack.h>

enum spy_decode_flag {
	/* The form for the server bus. Without it server-only fields are no fields: they
	 * get what spy_value_init() gives them. */
	SPY_DECODE_BUS = 1 << 0,
	/* The outermost tuple is a method's arguments and evolves as a model does. */
	SPY_DECODE_ARGS = 1 << 1,
	/* Keep the arena's `budget` as the caller has set it; else it becomes what the
	 * arena holds now and the rule of arena.h for this length. */
	SPY_DECODE_BUDGET = 1 << 2,
};

/* A value that stands alone. The whole input has to be that value. `box` receives a pointer
 * to its C representation in the arena, NULL for nil. The arena is not reset. */
int spy_decode(struct spy_arena *arena, const struct spy_field *item, const uint8_t *data,
	       size_t len, unsigned flags, const void **box);
/* The same by a bare type: never nil, no @max. */
int spy_decode_type(struct spy_arena *arena, const struct spy_type *type,
		    const uint8_t *data, size_t len, unsigned flags, const void **value);

/* An object's two parts, unread; SPY_EINVALID_ARGUMENT when the slice is no object. For
 * exceptions in ERROR and for the bus: look the name up, then spy_decode_type() the value. */
int spy_decode_object(const uint8_t *data, size_t len, struct spy_slice *name,
		      struct spy_slice *value);

/* Whether `type` is `ancestor` or extends it; a pointer to the one is then also a pointer to
 * the other. */
bool spy_type_extends(const struct spy_type *type, const struct spy_type *ancestor);

/* spy_value_init() with the time and randomness of `env`. */
void spy_value_init_env(const struct spy_type *type, void *value,
			const struct spy_env *env);

#endif
