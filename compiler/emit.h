/*
 * What main.c asks of the back ends: texts for `out`, which main.c writes when all of them
 * have been made.
 *
 * Invariant: a back end reads a checked schema with C names and cannot fail for a reason
 * that lies in the schema; only a user's templates can go wrong.
 */
#ifndef SPYGEN_EMIT_H
#define SPYGEN_EMIT_H

#include "schema.h"

struct output;

struct emit_options {
	const char *templates_dir; /* NULL: the built-in ones */
	bool server;		   /* the server's files */
	bool client;		   /* the client's; without the server's, nothing of what
				      only servers know */
	bool internal;		   /* documents show what only servers know */
};

/* 0, or -1 when a diagnostic says why not. */
typedef int emit_fn(const struct schema *schema, const struct emit_options *options,
		    struct output *out);

emit_fn emit_c;	   /* NAME.h, NAME.c, NAME.server.h, NAME.client.h */
emit_fn emit_json; /* NAME.json: the schema for other generators */
emit_fn emit_md;   /* NAME.md: the reference of endpoints and types */

#endif
