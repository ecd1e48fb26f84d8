/*
 * Names: interned strings, the two spellings the language knows, and the search for the
 * name that was meant.
 *
 * Invariant: two interned strings are equal exactly when their pointers are.
 */
#ifndef SPYGEN_STR_H
#define SPYGEN_STR_H

#include "arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer names would not fit the lines of generated code. */
#define NAME_MAX_LEN 80

struct strs {
	struct arena *arena;
	struct str_entry **table;
	size_t n;
	size_t room; /* a power of two, or 0 */
};

void strs_init(struct strs *s, struct arena *a);
const char *intern(struct strs *s, const char *text, size_t len);
const char *intern_z(struct strs *s, const char *text);

/* A map from interned strings to anything; a key that is there already is kept. */
struct map {
	struct map_entry *table;
	size_t n;
	size_t room;
};

void *map_get(const struct map *m, const char *key);
/* What stood there before, in which case it stays; NULL when the key is new. */
void *map_put(struct arena *a, struct map *m, const char *key, void *value);

bool is_pascal(const char *name); /* ChatMessage */
bool is_snake(const char *name);  /* sent_at */
/* The other spelling of a name; in the arena. */
const char *to_pascal(struct arena *a, const char *name);
const char *to_snake(struct arena *a, const char *name);

/*
 * Looks for the name that was meant.  Offer every candidate; `best` is NULL when none is
 * near enough.
 */
struct guess {
	const char *wanted;
	const char *best;
	size_t distance;
};

struct guess guess_start(const char *wanted);
void guess_offer(struct guess *g, const char *candidate);

#endif
