/*
 * The source files of one run and places in them.
 *
 * Invariant: all files are laid end to end in one space of 32-bit offsets, so a span of
 * two offsets names the file as well; no structure has to carry a file beside it.  Line
 * and column are computed when a diagnostic needs them, never before.  Next: diag.h.
 */
#ifndef SPYGEN_SOURCE_H
#define SPYGEN_SOURCE_H

#include "arena.h"

#include <stddef.h>
#include <stdint.h>

/* A schema of 1,000 models is about 500 KB; what is larger than this is no schema. */
#define SOURCE_FILE_MAX ((size_t)4 << 20)
/* All files of a run together; keeps offsets within 32 bits. */
#define SOURCE_TOTAL_MAX ((size_t)1 << 30)

/* Where something stands: from `start` up to, not including, `end`. */
struct span {
	uint32_t start;
	uint32_t end;
};

struct source {
	const char *path; /* as it is shown to the user */
	const char *text; /* `len` bytes and two NULs */
	size_t len;
	uint32_t base; /* offset of the first byte */
};

struct sources {
	struct arena *arena;
	struct vec files; /* struct source *, in order of `base` */
	uint32_t next;
};

struct place {
	const struct source *source;
	size_t line;	   /* from 1 */
	size_t column;	   /* from 1, in characters; a tab is one */
	size_t line_start; /* bytes within the text */
	size_t line_end;   /* without the line's end */
	size_t at;
};

void sources_init(struct sources *s, struct arena *a);

/* Copies the text.  NULL: all files together are larger than SOURCE_TOTAL_MAX. */
struct source *source_add(struct sources *s, const char *path, const char *text,
			  size_t len);

/* The file that an offset is in; NULL when there is none. */
const struct source *source_of(const struct sources *s, uint32_t offset);
int source_place(const struct sources *s, uint32_t offset, struct place *place);

/* Length in bytes of the valid UTF-8 character at `s`, 0 when it is none. */
size_t utf8_next(const char *s, size_t len, uint32_t *code);

static inline struct span span_join(struct span a, struct span b)
{
	return (struct span){ a.start, b.end };
}

#endif
