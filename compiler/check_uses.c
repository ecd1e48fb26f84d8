/*
 * Where types are used: server-only ones where a client can see them, deprecated ones
 * anywhere; and the lists of types that back ends need.
 *
 * Invariant: it runs last, so every type is there, or NULL when something else is wrong.
 * Start in check.h.
 */
#include "check.h"

struct use {
	struct check *c;
	struct unit *unit;
	struct vec types; /* const struct type * */
	struct vec items;
	struct map seen; /* by the type's own address */
	struct map seen_items;
	struct span at; /* of what uses the type */
	const char *name;
	bool hidden; /* the user is server-only itself */
	bool old;    /* the user is deprecated itself */
};

static void mark_import(struct use *u, const struct decl *decl)
{
	size_t i;

	for (i = 0; i < u->unit->ast->imports.n; i++)
		if (u->unit->imports[i] && u->unit->imports[i]->schema == decl->schema)
			((struct ast_import *)u->unit->ast->imports.at[i])->used = true;
}

static void use_decl(struct use *u, const struct decl *decl)
{
	mark_import(u, decl);
	if (decl->server && !u->hidden) {
		diag_error(u->c->diag, u->at,
			   "'%s' is visible to clients, but its type "
			   "'%s' is server-only",
			   u->name, decl->name);
		diag_note(u->c->diag, decl->span, "'%s' declared here", decl->name);
	}
	if (decl->deprecated && !u->old)
		diag_warning(u->c->diag, u->at, "'%s' is deprecated%s%s", decl->name,
			     *decl->deprecated ? ": " : "", decl->deprecated);
}

static void list_type(struct use *u, const struct type *type)
{
	size_t i;

	if (map_put(u->c->arena, &u->seen, (const char *)type, (void *)(uintptr_t)type))
		return;
	if (type->nullable)
		list_type(u, type->base);
	if (type->key)
		list_type(u, type->key);
	if (type->element)
		list_type(u, type->element);
	for (i = 0; i < type->n_items; i++)
		list_type(u, type->items[i]);
	vec_push(u->c->arena, &u->types, (void *)(uintptr_t)type);
}

static void use_parts(struct use *u, const struct type *type)
{
	size_t i;

	if (type->decl)
		use_decl(u, type->decl);
	if (type->key)
		use_parts(u, type->key);
	if (type->element)
		use_parts(u, type->element);
	for (i = 0; i < type->n_items; i++)
		use_parts(u, type->items[i]);
}

static void use_type(struct use *u, const struct type *type, const char *name,
		     struct span at)
{
	if (!type)
		return;
	u->name = name;
	u->at = at;
	use_parts(u, type);
	list_type(u, type);
}

static void use_item(struct use *u, const struct type *type)
{
	if (type && !map_put(u->c->arena, &u->seen_items, (const char *)type,
			     (void *)(uintptr_t)type))
		vec_push(u->c->arena, &u->items, (void *)(uintptr_t)type);
}

static void use_record(struct use *u, const struct record *r)
{
	bool hidden = u->hidden, old = u->old;
	size_t i;

	if (r->parent) {
		u->name = r->decl->name;
		u->at = r->decl->span;
		u->hidden = true; /* check_records.c has looked at that */
		use_decl(u, r->parent->decl);
		u->hidden = hidden;
	}
	for (i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];

		u->hidden = hidden || f->server;
		u->old = old || f->deprecated;
		use_type(u, f->type, f->name, f->span);
	}
	u->hidden = hidden;
	u->old = old;
}

static void use_method(struct use *u, const struct method *m)
{
	size_t i;

	u->old = m->deprecated != NULL;
	for (i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];

		use_type(u, p->type, p->name, p->span);
		if (p->stream)
			use_item(u, p->type);
	}
	use_type(u, m->result_type, m->name, m->span);
	if (m->result == RESULT_STREAM)
		use_item(u, m->result_type);
	for (i = 0; i < m->n_throws; i++) {
		u->name = m->name;
		u->at = m->span;
		use_decl(u, m->throws[i]->decl);
		list_type(u, m->throws[i]->decl->type);
	}
}

static void use_in(struct use *u, const struct decl *decl)
{
	size_t i;

	u->hidden = decl->server;
	u->old = decl->deprecated != NULL;
	switch (decl->kind) {
	case DECL_MODEL:
	case DECL_EXCEPTION:
		use_record(u, decl->record);
		break;
	case DECL_UNION:
		for (i = 0; i < decl->variant->n_members; i++)
			use_type(u, decl->variant->members[i], decl->name,
				 decl->variant->member_spans[i]);
		break;
	case DECL_ENDPOINT:
		for (i = 0; i < decl->endpoint->n_methods; i++)
			use_method(u, &decl->endpoint->methods[i]);
		break;
	case DECL_ENUM:
		break;
	}
	if (decl->type)
		list_type(u, decl->type);
}

static void unused_imports(struct check *c, struct unit *unit)
{
	size_t i;

	/* where something is wrong the use may be what is missing */
	for (i = 0; i < unit->ast->imports.n && !c->diag->n_errors; i++) {
		const struct ast_import *import = unit->ast->imports.at[i];

		if (!import->used)
			diag_warning(c->diag, import->path.span, "nothing of %s is used",
				     import->path.text);
	}
}

void check_uses(struct check *c, struct unit *unit)
{
	struct use u = { .c = c, .unit = unit };
	struct schema *schema = unit->schema;
	size_t i;

	for (i = 0; i < schema->n_decls; i++)
		use_in(&u, schema->decls[i]);
	schema->types = (const struct type **)u.types.at;
	schema->n_types = u.types.n;
	schema->stream_items = (const struct type **)u.items.at;
	schema->n_stream_items = u.items.n;
	unused_imports(c, unit);
}
