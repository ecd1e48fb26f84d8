/*
 * A file in canonical layout: what `spygen fmt` and `spygen import` write.
 *
 * Invariant: the tokens and their order stay as they are, and so do the comments and
 * theirs; only white space changes, and commas and semicolons that may be absent.
 * Printing what was printed gives the same text again.
 *
 * The layout: 4 spaces; one field, method or documented enum value per line; an enum, and
 * a model of one field, on one line where it fits; the types of fields that follow each
 * other without an empty line stand under each other; empty lines stay, at most one
 * together; between declarations of several lines there is always one.  Comments behind
 * an item stay there, all others stand above the item that they were found in.
 * Next: print_parts.h, print_gaps.h.
 */
#ifndef SPYGEN_PRINT_H
#define SPYGEN_PRINT_H

#include "ast.h"
#include "buf.h"

/* What is longer is broken where the layout knows a place. */
#define PRINT_WIDTH 90

/* `file` must have been parsed without an error. */
void print_file(struct buf *out, const struct ast_file *file);

#endif
