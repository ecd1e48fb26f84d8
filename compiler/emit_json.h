/*
 * The JSON back end's own parts: emit_json.c has the file and its declarations,
 * emit_json_types.c types and defaults.
 *
 * Invariant: as emit_json.c says.
 */
#ifndef SPYGEN_EMIT_JSON_H
#define SPYGEN_EMIT_JSON_H

#include "json.h"
#include "schema.h"

struct emit_json {
	struct json json;
	const struct source *source;
	size_t at; /* where the last span began, with its place */
	size_t line, column;
};

/* NULL is null. */
void json_type(struct json *j, const char *name, const struct type *type);
void json_default(struct json *j, const char *name, const struct type *type,
		  const struct value *v);

#endif
