/*
 * Arena: a list of blocks, the newest in front.  Blocks double in size up to a limit, so
 * that a small schema costs one page and a large one few calls of malloc().  Start in
 * arena.h.
 */
#include "arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_FIRST = 16 << 10,
	BLOCK_LARGEST = 1 << 20,
};

struct arena_block {
	struct arena_block *older;
	size_t size;
	size_t used;
	max_align_t data[];
};

void arena_init(struct arena *a)
{
	memset(a, 0, sizeof(*a));
}

void arena_free(struct arena *a)
{
	struct arena_block *b, *older;

	for (b = a->block; b; b = older) {
		older = b->older;
		free(b);
	}
	a->block = NULL;
	a->used = 0;
}

static _Noreturn void out_of_memory(struct arena *a)
{
	if (a->fail_set)
		longjmp(a->fail, 1);
	abort();
}

static struct arena_block *add_block(struct arena *a, size_t need)
{
	size_t size = a->block ? a->block->size * 2 : BLOCK_FIRST;
	struct arena_block *b;

	if (size > BLOCK_LARGEST)
		size = BLOCK_LARGEST;
	if (size < need)
		size = need;
	if (size > SIZE_MAX - sizeof(*b) || !(b = calloc(1, sizeof(*b) + size)))
		out_of_memory(a);
	b->size = size;
	b->older = a->block;
	return a->block = b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct arena_block *b = a->block;
	void *p;

	if (size > SIZE_MAX - align)
		out_of_memory(a);
	size = (size + align - 1) / align * align;
	if (!b || b->size - b->used < size)
		b = add_block(a, size);
	p = (char *)b->data + b->used;
	b->used += size;
	a->used += size;
	return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		out_of_memory(a);
	return arena_alloc(a, n * size);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	if (len)
		memcpy(copy, s, len);
	return copy;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list ap, again;
	char *s;
	int n;

	va_start(ap, format);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	s = arena_alloc(a, n < 0 ? 1 : (size_t)n + 1);
	if (n > 0)
		vsnprintf(s, (size_t)n + 1, format, again);
	va_end(again);
	return s;
}

void vec_push(struct arena *a, struct vec *v, void *item)
{
	if (v->n == v->room) {
		size_t room = v->room ? v->room * 2 : 8;
		void **at = arena_array(a, room, sizeof(*at));

		if (v->n)
			memcpy(at, v->at, v->n * sizeof(*at));
		v->at = at;
		v->room = room;
	}
	v->at[v->n++] = item;
}
