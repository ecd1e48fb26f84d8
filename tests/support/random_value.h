/*
 * Values of any type, made up at random from its table alone: valid ones, that can be
 * encoded. Every piece is a block of its own, so that a sanitizer sees each byte too many.
 */
#ifndef TESTS_SUPPORT_RANDOM_VALUE_H
#define TESTS_SUPPORT_RANDOM_VALUE_H

#include <spy/type.h>

struct random_values {
	uint64_t seed; /* not 0 */
	void **blocks;
	size_t count, room;
	/* What objects inside `any` may be: NULL-terminated. */
	const struct spy_type *const *objects;
};

/* A new value; `depth` bounds nesting and with it the size. Lives until the next
 * random_free(). */
void *random_value(struct random_values *r, const struct spy_type *type, unsigned depth);
void random_free(struct random_values *r);

/* From 0 to `bound` - 1. */
uint64_t random_below(struct random_values *r, uint64_t bound);

#endif
