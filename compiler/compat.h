/*
 * spygen check NEW --against OLD: what a change of a schema does to those who were built
 * from the older one.
 *
 * Invariant: a change is an error when a value or call that is legal on one side is
 * refused by the other, or read as another; a warning when programs have to be looked at;
 * otherwise nothing is said.  Both schemas are checked ones.  compat_rules.h has the rules,
 * docs/compatibility.md their reasons.
 */
#ifndef SPYGEN_COMPAT_H
#define SPYGEN_COMPAT_H

#include "compile.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Holds n newer schemas against n older ones of the same run; into run->diag.  `allowed`
 * has one entry per rule, or is NULL.  Out of memory it leaves by run->arena.fail.
 */
void compat_compare(struct compile *run, struct schema *const *now,
		    struct schema *const *then, size_t n, const bool *allowed);

/* The subcommand; its exit status. */
int compat_command(int argc, char **argv, bool color);

#endif
