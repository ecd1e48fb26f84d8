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

#include "diag.h"

struct output {
	struct diag *diag;
	const char *dir;
	struct vec paths; /* const char *: every file of this run, written or unchanged */
};

/* Makes the folder, with those above it, when it does not exist. */
int output_init(struct output *o, const char *dir, struct diag *diag);

int output_file(struct output *o, const char *name, const char *text, size_t len);

/*
 * Rules for make and ninja: every file of this run depends on every input, and each input
 * but the first has an empty rule, so that make does not stop when one is gone.  Always
 * written: its time is that of the last run.
 */
int output_depfile(struct output *o, const char *path, const struct vec *inputs);

#endif
