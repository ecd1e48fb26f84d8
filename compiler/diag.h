/*
 * Diagnostics: collected during the run, sorted by place and rendered at its end.
 *
 * Invariant: each message says one mistake in one sentence, starts in lower case, has no
 * full stop, quotes the user's text in '...', and names the fix when it is known.  After
 * DIAG_ERRORS_MAX errors nothing more is taken; diag_full() lets a pass stop early.
 */
#ifndef SPYGEN_DIAG_H
#define SPYGEN_DIAG_H

#include "arena.h"
#include "source.h"

#include <stdbool.h>
#include <stdio.h>

/* Who has made more mistakes than this wants to repair the first ones first. */
#define DIAG_ERRORS_MAX 20

enum severity {
	SEVERITY_ERROR,
	SEVERITY_WARNING,
	SEVERITY_NOTE,
};

struct diag {
	struct arena *arena;
	struct sources *sources;
	struct vec messages; /* struct message *, see diag.c */
	size_t n_errors;
	size_t n_warnings;
	size_t max; /* of each; DIAG_ERRORS_MAX at first */
	bool every; /* several of a kind at one place are several mistakes */
	bool too_many;
	bool no_memory; /* the run ended for want of memory */
	bool dropped;	/* the last error was not taken: nor are its notes */
};

void diag_init(struct diag *d, struct arena *a, struct sources *s);

/* A mistake at a place in a source file. */
void diag_error(struct diag *d, struct span at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void diag_warning(struct diag *d, struct span at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Belongs to the error or warning before it. */
void diag_note(struct diag *d, struct span at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A mistake of a file as a whole, or of no schema file at all: "PATH: error: ...". */
void diag_file_error(struct diag *d, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* With a line of a file that is no source, such as a template. */
void diag_line_error(struct diag *d, const char *path, size_t line, const char *format,
		     ...) __attribute__((format(printf, 4, 5)));

bool diag_full(const struct diag *d);

/* Writes everything, in order of place, to `out`. */
void diag_print(const struct diag *d, FILE *out, bool color);

#endif
