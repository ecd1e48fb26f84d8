/*
 * One arena per run: everything the compiler makes is allocated from it and freed at
 * once by arena_free().  Nothing is freed singly, so no structure in the compiler needs
 * a destructor.
 *
 * Invariant: memory from the arena is zeroed, aligned for any type, and stays where it
 * is until arena_free().  Running out of memory jumps to `arena.fail`, which the owner
 * of the arena (compile.c) sets; no allocation below it can return NULL.
 */
#ifndef SPYGEN_ARENA_H
#define SPYGEN_ARENA_H

#include <setjmp.h>
#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *block; /* the newest block, linked to the older ones */
	size_t used;		   /* bytes handed out, for statistics and tests */
	jmp_buf fail;		   /* where to go when malloc() has no more */
	int fail_set;		   /* not set: abort() instead */
};

void arena_init(struct arena *a);
void arena_free(struct arena *a);

/* Zeroed memory; never NULL.  A size of 0 gives a valid pointer, too. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_array(struct arena *a, size_t n, size_t size);

/* Copies `len` bytes and adds a NUL. */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

/* A growing array of pointers. */
struct vec {
	void **at;
	size_t n;
	size_t room;
};

void vec_push(struct arena *a, struct vec *v, void *item);

#endif
