/*
 * The lines of a block: fields, values, parameters, members of a union.
 *
 * Invariant: lines are collected before the first is printed, because those that follow
 * each other without an empty line are aligned with each other.  Next: print.c.
 */
#ifndef SPYGEN_PRINT_LINES_H
#define SPYGEN_PRINT_LINES_H

#include "ast.h"
#include "print_gaps.h"
#include "buf.h"

enum { INDENT = 4 };

struct printer {
	struct arena *arena;
	struct buf *out;
	struct gaps gaps;
};

struct line {
	uint32_t start;		   /* of the first token, doc comments aside */
	uint32_t end;		   /* behind the separator */
	struct ast_member *member; /* a field or parameter, or: */
	const char *text;
	const char *separator;
	struct vec leads;	     /* struct lead * */
	const struct span *trailing; /* or NULL */
};

/* A line whose last token ends at `end`; what separates it from the next is looked for. */
struct line *line_add(struct printer *p, struct vec *lines, uint32_t start, uint32_t end,
		      const char *separator);
void lines_add_members(struct printer *p, struct vec *lines, const struct vec *members,
		       const char *separator);

/* All in one line, without comments: "a: int; b: int;". */
const char *lines_joined(struct printer *p, const struct vec *lines);
void lines_print(struct printer *p, const struct vec *lines, bool aligned, size_t indent);

/* Comments and empty lines above an item; `first`: no empty line above the first. */
void leads_print(struct printer *p, const struct vec *leads, bool first, size_t indent);
/* What stands behind an item on its line, and the line's end. */
void line_end(struct printer *p, uint32_t end);

/* Where a thing starts that has attributes before the token at `start`. */
uint32_t start_of(const struct ast_attrs *attrs, uint32_t start);

#endif
