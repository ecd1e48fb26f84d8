/*
 * Duplicates among the elements of a set or the keys of a map, in linear time whatever the
 * elements are: SipHash under a key that a peer cannot know, so that nobody can choose
 * elements that collide.
 */
#ifndef SPY_CORE_UNIQUE_H
#define SPY_CORE_UNIQUE_H

#include <spy/type.h>

struct spy_elements {
	const struct spy_field *field; /* where the element or key lies in an item */
	const char *items;
	size_t stride, count;
};

/* Up to here everything is compared with everything, without a table. */
#define SPY_UNIQUE_SMALL 8

/* Slots that the table needs: none for few elements, else a power of two. */
size_t spy_unique_slots(size_t count);

/* The index of the first element that is there already, or `count`. `slots` is a table of
 * spy_unique_slots() numbers, any content; `key` is the secret. */
size_t spy_unique_check(const struct spy_elements *elements, uint32_t *slots,
			uint64_t key);

/* Moves the items together so that of equal elements only the first is left; gives their
 * number. */
size_t spy_unique_keep(const struct spy_elements *elements, uint32_t *slots,
		       uint64_t key);

/* Whether each of `b` is in `a`; both are free of duplicates. `slots` is for a->count. */
bool spy_unique_contains(const struct spy_elements *a, const struct spy_elements *b,
			 uint32_t *slots, uint64_t key,
			 bool (*also)(const void *a_item, const void *b_item,
				      const void *self),
			 const void *self);

#endif
