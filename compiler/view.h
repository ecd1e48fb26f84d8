/*
 * What a template sees: a tree of texts, lists and objects, made by a back end from the
 * checked schema and read by template.c.
 *
 * Invariant: a view is complete before a template runs over it; every object of a list has
 * the same names, but for those behind a flag that is not set, so that a name that is
 * missing is a mistake in the template.  Names are
 * string literals and compared by text.  Everything is in the arena.
 */
#ifndef SPYGEN_VIEW_H
#define SPYGEN_VIEW_H

#include "arena.h"

#include <stdbool.h>

enum view_kind {
	VIEW_TEXT,
	VIEW_LIST,
	VIEW_OBJECT,
};

struct view {
	enum view_kind kind;
	const char *text; /* TEXT */
	struct vec parts; /* LIST: struct view *; OBJECT: struct view_name * */
};

struct view_name {
	const char *name;
	struct view *value;
};

struct view *view_object(struct arena *a);

/* Names of an object.  A flag is a text, "1" or "". NULL counts as "". */
void view_text(struct arena *a, struct view *object, const char *name, const char *text);
void view_flag(struct arena *a, struct view *object, const char *name, bool flag);
struct view *view_list(struct arena *a, struct view *object, const char *name);

/* Elements of a list. */
struct view *view_add(struct arena *a, struct view *list);
void view_add_text(struct arena *a, struct view *list, const char *text);

/* NULL when the object has no such name. */
const struct view *view_get(const struct view *object, const char *name, size_t len);

/* What `if` asks: a text that is not empty, a list that is not, any object. */
bool view_true(const struct view *v);

#endif
