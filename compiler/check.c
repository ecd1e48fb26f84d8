/*
 * The phases of checking.  Each goes over all files before the next begins, so that the
 * order of declarations and files does not matter to the user.  Start in check.h.
 */
#include "check.h"

#include <string.h>

static const char *stem_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t n = strlen(name);

	if (n > 4 && !strcmp(name + n - 4, ".spy"))
		n -= 4;
	return arena_strndup(a, name, n);
}

static void check_package(struct check *c, struct unit *unit)
{
	struct schema *schema = unit->schema;
	const struct ast_package *p;
	size_t i;

	for (i = 0; i < unit->ast->packages.n; i++) {
		p = unit->ast->packages.at[i];
		if (i) {
			const struct ast_package *first = unit->ast->packages.at[0];

			diag_error(c->diag, p->span, "a file has only one package");
			diag_note(c->diag, first->span, "the first is here");
			continue;
		}
		schema->package = p->name.text;
		schema->span = p->name.span;
		schema->doc = ast_doc(c->arena, p->attrs);
		schema->c_prefix = check_attrs(c, p->attrs, ON_PACKAGE).c_name;
		schema->attributes = check_written(c, p->attrs);
		check_snake_name(c, p->name, "a package");
		if (p->late)
			diag_error(c->diag, p->span,
				   "the package stands before everything else");
		if (check_is_builtin(p->name.text))
			diag_error(c->diag, p->name.span, "'%s' is a built-in type",
				   p->name.text);
		if (!strcmp(p->name.text, "spy") && !c->runtime)
			diag_error(c->diag, p->name.span,
				   "the package 'spy' is reserved for the runtime");
	}
}

/* The files a file needs, each behind those it imports itself. */
static void collect(struct check *c, struct schema *schema, struct vec *all)
{
	size_t i, k;

	for (i = 0; i < schema->n_imports; i++) {
		const struct schema *from = schema->imports[i];

		for (k = 0; k < from->n_all; k++) {
			size_t n = 0;

			while (n < all->n && all->at[n] != from->all[k])
				n++;
			if (n == all->n)
				vec_push(c->arena, all, from->all[k]);
		}
	}
	vec_push(c->arena, all, schema);
}

static void start_schema(struct check *c, struct unit *unit)
{
	struct schema *schema = ARENA_NEW(c->arena, struct schema);
	struct vec imports = { 0 }, texts = { 0 }, all = { 0 };
	size_t i;

	unit->schema = schema;
	schema->path = unit->path;
	schema->stem = stem_of(c->arena, unit->path);
	schema->span.start = schema->span.end = unit->ast->source->base;
	check_package(c, unit);
	check_imports(c, unit);
	for (i = 0; i < unit->ast->imports.n; i++) {
		const struct ast_import *import = unit->ast->imports.at[i];
		size_t n = strlen(import->path.text);

		if (!unit->imports[i])
			continue;
		vec_push(c->arena, &imports, unit->imports[i]->schema);
		vec_push(c->arena, &texts,
			 arena_strndup(c->arena, import->path.text + 1, n - 2));
	}
	schema->imports = (struct schema **)imports.at;
	schema->import_texts = (const char **)texts.at;
	schema->n_imports = imports.n;
	collect(c, schema, &all);
	schema->all = (struct schema **)all.at;
	schema->n_all = all.n;
	check_declare(c, unit);
}

static void check_parts(struct check *c, struct symbol *s)
{
	switch (s->decl.kind) {
	case DECL_UNION:
		check_union(c, s);
		break;
	case DECL_MODEL:
	case DECL_EXCEPTION:
		check_record(c, s);
		break;
	case DECL_ENUM:
	case DECL_ENDPOINT:
		break;
	}
}

void check_units(struct check *c)
{
	size_t i;

	for (i = 0; i < c->units->n; i++)
		start_schema(c, c->units->at[i]);
	for (i = 0; i < c->symbols.n; i++)
		check_parents(c, c->symbols.at[i]);
	for (i = 0; i < c->symbols.n; i++)
		check_children(c, c->symbols.at[i]);
	/* enums first: a default may name a value of an enum declared below it */
	for (i = 0; i < c->symbols.n; i++)
		if (((struct symbol *)c->symbols.at[i])->decl.kind == DECL_ENUM)
			check_enum(c, c->symbols.at[i]);
	for (i = 0; i < c->symbols.n; i++)
		if (((struct symbol *)c->symbols.at[i])->decl.kind != DECL_ENUM)
			check_parts(c, c->symbols.at[i]);
	for (i = 0; i < c->symbols.n; i++)
		check_inherited(c, c->symbols.at[i]);
	for (i = 0; i < c->symbols.n; i++)
		if (((struct symbol *)c->symbols.at[i])->decl.kind == DECL_ENDPOINT)
			check_endpoint(c, c->symbols.at[i]);
	check_cycles(c);
	for (i = 0; i < c->units->n; i++)
		check_uses(c, c->units->at[i]);
}
