/*
 * The nodes of the syntax tree as the grammar makes them.  Start in parse.y; syntax.h
 * declares these.
 */
#include "syntax.h"

#include <string.h>

void *node_copy(struct parse *p, const void *from, size_t size)
{
	void *to = arena_alloc(p->arena, size);

	memcpy(to, from, size);
	return to;
}

void node_push(struct parse *p, struct vec *v, void *item)
{
	vec_push(p->arena, v, item);
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

void node_skip(struct parse *p, struct span at)
{
	const char *s = p->source->text + (at.start - p->source->base), *start;
	const char *end = s + (at.end - at.start);

	for (; s < end; s++) {
		const char *word;

		for (start = s; s < end && is_name_char(*s);)
			s++;
		if (s == start)
			continue;
		word = intern(p->names, start, (size_t)(s - start));
		map_put(p->arena, &p->file->skipped, word, p);
	}
	p->lost = true;
}

void node_attr(struct parse *p, struct ast_attrs *attrs, struct ast_name name,
	       const struct vec *args, struct span at)
{
	struct ast_attr *attr = ARENA_NEW(p->arena, struct ast_attr);

	attr->name = name;
	attr->args = *args;
	attr->span = at;
	node_push(p, &attrs->list, attr);
}

struct ast_decl *node_decl(struct parse *p, enum ast_kind kind, struct ast_attrs *attrs,
			   struct ast_name name, struct span at)
{
	struct ast_decl *d = ARENA_NEW(p->arena, struct ast_decl);

	d->kind = kind;
	d->attrs = attrs;
	d->name = name;
	d->span = at;
	d->broken = p->lost;
	p->astray = false;
	p->lost = false;
	node_push(p, &p->file->decls, d);
	return d;
}

struct ast_type *node_type(struct parse *p, struct ast_name package, struct ast_name name,
			   struct span at)
{
	struct ast_type *type = ARENA_NEW(p->arena, struct ast_type);

	type->package = package;
	type->name = name;
	type->span = at;
	return type;
}

struct ast_type *node_question(struct ast_type *type, struct span at)
{
	type->questions++;
	type->question = at;
	type->span.end = at.end;
	return type;
}
