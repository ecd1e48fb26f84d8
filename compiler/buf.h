/*
 * A growing text in the arena, for what is printed piece by piece.
 *
 * Invariant: `text` ends with a NUL that `len` does not count; it is NULL only while
 * nothing has been added.
 */
#ifndef SPYGEN_BUF_H
#define SPYGEN_BUF_H

#include "arena.h"

#include <stddef.h>

struct buf {
	struct arena *arena;
	char *text;
	size_t len;
	size_t room;
};

void buf_add(struct buf *b, const char *text, size_t len);
void buf_put(struct buf *b, const char *text);
void buf_fill(struct buf *b, char c, size_t n);
void buf_printf(struct buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Never NULL. */
const char *buf_text(const struct buf *b);

#endif
