/*
 * `spygen fmt`: files in canonical layout.
 *
 * Invariant: a file is written only when its new text says the same: fmt_same() holds
 * old and new against each other without the printer's help.  A file with a syntax error
 * is left alone.  Next: print.h for the layout.
 */
#ifndef SPYGEN_FMT_H
#define SPYGEN_FMT_H

#include "diag.h"
#include "str.h"

/* The canonical text of a source; NULL after a diagnostic. */
const char *fmt_text(struct strs *names, struct diag *diag, const struct source *source);

/* Whether two texts have the same tokens and comments, in the same order; commas and
   semicolons count only where they separate two things. */
bool fmt_same(const char *before, const char *after);

/* The command; gives the exit status. */
int fmt_command(int argc, char **argv, bool color);

#endif
