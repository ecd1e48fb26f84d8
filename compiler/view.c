/* Making and reading view trees.  Start in view.h. */
#include "view.h"

#include <string.h>

static struct view *make(struct arena *a, enum view_kind kind)
{
	struct view *v = ARENA_NEW(a, struct view);

	v->kind = kind;
	return v;
}

static struct view *put(struct arena *a, struct view *object, const char *name,
			struct view *value)
{
	struct view_name *n = ARENA_NEW(a, struct view_name);

	n->name = name;
	n->value = value;
	vec_push(a, &object->parts, n);
	return value;
}

static struct view *make_text(struct arena *a, const char *text)
{
	struct view *v = make(a, VIEW_TEXT);

	v->text = text ? text : "";
	return v;
}

struct view *view_object(struct arena *a)
{
	return make(a, VIEW_OBJECT);
}

void view_text(struct arena *a, struct view *object, const char *name, const char *text)
{
	put(a, object, name, make_text(a, text));
}

void view_flag(struct arena *a, struct view *object, const char *name, bool flag)
{
	view_text(a, object, name, flag ? "1" : "");
}

struct view *view_list(struct arena *a, struct view *object, const char *name)
{
	return put(a, object, name, make(a, VIEW_LIST));
}

struct view *view_add(struct arena *a, struct view *list)
{
	struct view *object = view_object(a);

	vec_push(a, &list->parts, object);
	return object;
}

void view_add_text(struct arena *a, struct view *list, const char *text)
{
	vec_push(a, &list->parts, make_text(a, text));
}

const struct view *view_get(const struct view *object, const char *name, size_t len)
{
	size_t i;

	if (object->kind != VIEW_OBJECT)
		return NULL;
	for (i = 0; i < object->parts.n; i++) {
		const struct view_name *n = object->parts.at[i];

		if (!strncmp(n->name, name, len) && !n->name[len])
			return n->value;
	}
	return NULL;
}

bool view_true(const struct view *v)
{
	switch (v->kind) {
	case VIEW_TEXT:
		return v->text[0];
	case VIEW_LIST:
		return v->parts.n > 0;
	case VIEW_OBJECT:
		return true;
	}
	return false;
}
