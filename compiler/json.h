/*
 * Writing JSON: values one after the other into a text, laid out for people and for diff,
 * with a value a line; what is opened by a `_line` function stands on one line as a whole.
 *
 * Invariant: whatever is put in comes out as valid JSON in UTF-8, when every object and
 * list that was opened is closed.  In an object each value has a name, in a list none (NULL).
 */
#ifndef SPYGEN_JSON_H
#define SPYGEN_JSON_H

#include "buf.h"

#include <stdbool.h>
#include <stdint.h>

struct json {
	struct buf *out;
	unsigned depth;
	unsigned line; /* open objects and lists from the one that stands on one line */
	bool more;     /* something stands before the next value, in what is open */
};

void json_object(struct json *j, const char *name);
void json_list(struct json *j, const char *name);
void json_object_line(struct json *j, const char *name);
void json_list_line(struct json *j, const char *name);
void json_object_end(struct json *j);
void json_list_end(struct json *j);

/* NULL is null. */
void json_string(struct json *j, const char *name, const char *text);
void json_string_len(struct json *j, const char *name, const char *text, size_t len);
void json_bool(struct json *j, const char *name, bool value);
void json_int(struct json *j, const char *name, int64_t value);
/* Finite; the fewest digits that give the same number. */
void json_double(struct json *j, const char *name, double value);
void json_null(struct json *j, const char *name);

#endif
