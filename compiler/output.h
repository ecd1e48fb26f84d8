/*
 * Files that the compiler writes: only those whose text has changed, each by a temporary
 * file that takes the place of the old one, so that nobody ever sees half a file and make
 * rebuilds nothing in vain.
 *
 * Invariant: a failure leaves the old file as it was and a diagnostic with the system's
 * reason.
 */
#ifndef SPYGEN_OUTPUT_H
#define SPYGEN_OUTPUT_H

#include "buf.h"
#include "diag.h"

struct output {
	struct diag *diag;
	const char *dir;
	struct vec paths; /* const char *: every file of this run, written or unchanged */
	struct vec later; /* struct output_text *, see output_later() */
	struct vec inputs; /* const char *: what they came from; for output_depfile() */
};

/* Makes the folder, with those above it, when it does not exist. */
int output_init(struct output *o, const char *dir, struct diag *diag);

int output_file(struct output *o, const char *name, const char *text, size_t len);

/* Remembers a file for output_all(), so that nothing is written before everything has been
 * made. */
void output_later(struct output *o, const char *name, const struct buf *text);
int output_all(struct output *o);

/*
 * Rules for make and ninja: every file of this run depends on every input, and each input
 * but the first has an empty rule, so that make does not stop when one is gone.  Always
 * written: its time is that of the last run.
 */
int output_depfile(struct output *o, const char *path);

#endif
