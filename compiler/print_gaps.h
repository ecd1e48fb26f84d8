/*
 * What stands between the tokens of a file: comments, empty lines, punctuation.
 *
 * Invariant: the comments of a file are taken in their order, each once.  `gap` is where
 * the last thing that was taken ends, so empty lines are looked for behind it.
 * Next: print.c.
 */
#ifndef SPYGEN_PRINT_GAPS_H
#define SPYGEN_PRINT_GAPS_H

#include "ast.h"
#include "buf.h"

struct gaps {
	const struct source *source;
	const struct vec *comments; /* struct span * */
	size_t next;		    /* the first one not taken */
	uint32_t gap;
};

/* A comment, or the item itself (`comment` NULL), and whether a line is free above it. */
struct lead {
	const struct span *comment;
	bool blank;
};

void gaps_init(struct gaps *g, const struct ast_file *file);

/* Behind `c`, when that is the next character from `at` on but for space and comments;
   else `at`. */
uint32_t gaps_after(const struct gaps *g, uint32_t at, char c);

/* Whether a comment that is still to be taken starts before `end`. */
bool gaps_comment_before(const struct gaps *g, uint32_t end);

/*
 * Takes the comments that stand before `head_end` for the item that starts at `start`;
 * gives struct lead *, the last of which is the item.
 */
struct vec gaps_leads(struct gaps *g, struct arena *a, uint32_t start, uint32_t head_end);

/*
 * Takes the comment that stands behind an item, on its last line, or NULL.  Comments
 * inside the item that nobody has taken count as well.
 */
const struct span *gaps_trailing(struct gaps *g, uint32_t end);

bool comment_is_doc(const struct gaps *g, const struct span *comment);
void comment_print(struct buf *b, const struct gaps *g, const struct span *comment);

#endif
