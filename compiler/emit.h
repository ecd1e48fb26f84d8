/*
 * What main.c asks of the back ends.
 *
 * Invariant: a back end reads a checked schema and cannot fail for a reason that lies in
 * the schema; only writing files or a user's templates can go wrong.
 */
#ifndef SPYGEN_EMIT_H
#define SPYGEN_EMIT_H

#include "schema.h"

struct diag;

struct emit_options {
	const char *out_dir;	   /* "." by default */
	const char *templates_dir; /* NULL: the built-in ones */
	bool server;		   /* write the server's files */
	bool client;		   /* write the client's files */
	const char *depfile;	   /* NULL: none; else for make and ninja */
	const char *const *inputs; /* every file that was read */
	size_t n_inputs;
};

/* 0, or -1 when a diagnostic says why not. */
int emit_c(const struct schema *schema, const struct emit_options *options,
	   struct diag *diag);

#endif
