/*
 * Names: how they are spelled, that they are declared once, and what a type's name
 * means in a file.
 *
 * Invariant: a declaration is known by its full name; a file sees its own declarations
 * and those of the files it imports itself, the ones of another package only with the
 * package's name before them.  Start in check.h.
 */
#include "check.h"

#include <string.h>

const char *check_kind_text(const struct decl *decl)
{
	static const char *const texts[] = {
		[DECL_ENUM] = "an enum",	   [DECL_MODEL] = "a model",
		[DECL_EXCEPTION] = "an exception", [DECL_UNION] = "a union",
		[DECL_ENDPOINT] = "an endpoint",
	};

	return texts[decl->kind];
}

void check_type_name(struct check *c, struct ast_name name, const char *what)
{
	const char *better = to_pascal(c->arena, name.text);

	if (is_pascal(name.text))
		return;
	if (is_pascal(better))
		diag_error(c->diag, name.span,
			   "the name of %s is in PascalCase; did you mean '%s'?", what,
			   better);
	else
		diag_error(c->diag, name.span, "the name of %s is in PascalCase", what);
}

void check_snake_name(struct check *c, struct ast_name name, const char *what)
{
	const char *better = to_snake(c->arena, name.text);

	if (is_snake(name.text))
		return;
	if (is_snake(better))
		diag_error(c->diag, name.span,
			   "the name of %s is in snake_case; did you mean '%s'?", what,
			   better);
	else
		diag_error(c->diag, name.span, "the name of %s is in snake_case", what);
}

bool check_unique(struct check *c, struct map *seen, const struct ast_name *name,
		  const char *what)
{
	const struct ast_name *first =
		map_put(c->arena, seen, name->text, (void *)(uintptr_t)name);

	if (!first)
		return true;
	diag_error(c->diag, name->span, "%s '%s' is declared twice", what, name->text);
	diag_note(c->diag, first->span, "'%s' first declared here", name->text);
	return false;
}

bool check_is_builtin(const char *name)
{
	const char *const *builtin = type_builtin_names();

	while (*builtin && strcmp(*builtin, name))
		builtin++;
	return *builtin || !strcmp(name, "stream");
}

/* ---- declaring ---- */

static enum decl_kind kind_of(const struct ast_decl *ast)
{
	static const enum decl_kind kinds[] = {
		[AST_ENUM] = DECL_ENUM,		  [AST_MODEL] = DECL_MODEL,
		[AST_EXCEPTION] = DECL_EXCEPTION, [AST_UNION] = DECL_UNION,
		[AST_ENDPOINT] = DECL_ENDPOINT,
	};

	return kinds[ast->kind];
}

static const char *full_name(struct check *c, const char *package, const char *name)
{
	return intern_z(c->names,
			package ? arena_printf(c->arena, "%s.%s", package, name) : name);
}

static bool has_modifier(const struct ast_decl *ast, const char *text)
{
	size_t i;

	for (i = 0; i < ast->modifiers.n; i++) {
		const struct ast_name *name = ast->modifiers.at[i];

		if (!strcmp(name->text, text))
			return true;
	}
	return false;
}

static void check_modifiers(struct check *c, const struct ast_decl *ast)
{
	struct map seen = { 0 };
	size_t i;

	for (i = 0; i < ast->modifiers.n; i++) {
		struct ast_name *name = ast->modifiers.at[i];

		if (map_put(c->arena, &seen, name->text, name))
			diag_error(c->diag, name->span, "'%s' is given twice",
				   name->text);
	}
}

/* What the kind of a declaration needs besides the common part. */
static void start_body(struct check *c, struct symbol *s)
{
	struct decl *decl = &s->decl;
	enum type_kind kind = TYPE_MODEL;

	switch (decl->kind) {
	case DECL_ENUM:
		decl->enumeration = ARENA_NEW(c->arena, struct enumeration);
		decl->enumeration->decl = decl;
		kind = TYPE_ENUM;
		break;
	case DECL_UNION:
		decl->variant = ARENA_NEW(c->arena, struct variant);
		decl->variant->decl = decl;
		kind = TYPE_UNION;
		break;
	case DECL_ENDPOINT:
		decl->endpoint = ARENA_NEW(c->arena, struct endpoint);
		decl->endpoint->decl = decl;
		return;
	case DECL_MODEL:
	case DECL_EXCEPTION:
		decl->record = ARENA_NEW(c->arena, struct record);
		decl->record->decl = decl;
		decl->record->sealed = has_modifier(s->ast, "sealed");
		decl->record->immutable = has_modifier(s->ast, "immutable");
		kind = decl->record->sealed	      ? TYPE_SEALED
		       : decl->kind == DECL_EXCEPTION ? TYPE_EXCEPTION
						      : TYPE_MODEL;
		break;
	}
	decl->type = type_of_decl(c->types, decl, kind);
}

void check_count(struct check *c, struct ast_name name, size_t n, const char *what)
{
	if (n > COUNT_MAX)
		diag_error(c->diag, name.span, "'%s' has %zu %s; at most %d are possible",
			   name.text, n, what, COUNT_MAX);
}

static void check_spelling(struct check *c, const struct ast_decl *ast,
			   const struct decl *decl)
{
	if (decl->kind == DECL_ENDPOINT)
		check_snake_name(c, ast->name, "an endpoint");
	else if (check_is_builtin(decl->name))
		diag_error(c->diag, ast->name.span,
			   "'%s' is a built-in type; choose another name", decl->name);
	else
		check_type_name(c, ast->name, check_kind_text(decl));
}

static struct symbol *declare(struct check *c, struct unit *unit,
			      const struct ast_decl *ast)
{
	static const enum place_bit places[] = {
		[DECL_ENUM] = ON_ENUM,	       [DECL_MODEL] = ON_RECORD,
		[DECL_EXCEPTION] = ON_RECORD,  [DECL_UNION] = ON_UNION,
		[DECL_ENDPOINT] = ON_ENDPOINT,
	};
	struct symbol *s = ARENA_NEW(c->arena, struct symbol), *first;
	struct decl *decl = &s->decl;
	struct attrs attrs;

	s->ast = ast;
	s->unit = unit;
	s->broken = ast->broken;
	decl->kind = kind_of(ast);
	decl->name = ast->name.text;
	decl->full_name = full_name(c, unit->schema->package, decl->name);
	decl->schema = unit->schema;
	decl->span = ast->name.span;
	decl->doc = ast_doc(c->arena, ast->attrs);
	check_spelling(c, ast, decl);
	check_modifiers(c, ast);
	start_body(c, s);
	attrs = check_attrs(c, ast->attrs, places[decl->kind]);
	decl->attributes = check_written(c, ast->attrs);
	decl->server = attrs.server;
	decl->deprecated = attrs.deprecated;
	decl->c_name = attrs.c_name;
	if (decl->kind == DECL_ENDPOINT) {
		decl->endpoint->login = attrs.login;
		decl->endpoint->scopes = attrs.scopes;
		decl->endpoint->n_scopes = attrs.n_scopes;
	}
	first = map_put(c->arena, &c->by_name, decl->full_name, s);
	if (first) {
		diag_error(c->diag, decl->span, "'%s' is declared twice", decl->name);
		diag_note(c->diag, first->decl.span, "'%s' first declared here",
			  decl->name);
	}
	vec_push(c->arena, &c->symbols, s);
	return s;
}

void check_declare(struct check *c, struct unit *unit)
{
	struct schema *schema = unit->schema;
	struct ast_file *ast = unit->ast;
	size_t i;

	schema->n_decls = ast->decls.n;
	schema->decls = arena_array(c->arena, ast->decls.n, sizeof(struct decl *));
	for (i = 0; i < ast->decls.n; i++)
		schema->decls[i] = &declare(c, unit, ast->decls.at[i])->decl;
	if (!ast->decls.n && !ast->skipped.n && !ast->cut) {
		uint32_t start = ast->source->base;

		diag_error(c->diag, (struct span){ start, start },
			   "the file declares nothing");
	}
}

void check_imports(struct check *c, struct unit *unit)
{
	size_t i, k;

	for (i = 0; i < unit->ast->imports.n; i++) {
		const struct ast_import *import = unit->ast->imports.at[i];

		check_attrs(c, import->attrs, ON_IMPORT);
		if (import->attrs->docs.n)
			diag_error(c->diag, import->attrs->doc_span,
				   "an import has no documentation; use '//'");
		if (import->late)
			diag_error(c->diag, import->span,
				   "imports stand before all declarations");
		for (k = 0; k < i && unit->imports[i]; k++) {
			const struct ast_import *before = unit->ast->imports.at[k];

			if (unit->imports[k] != unit->imports[i])
				continue;
			diag_error(c->diag, import->path.span, "%s is imported twice",
				   import->path.text);
			diag_note(c->diag, before->path.span, "first imported here");
			break;
		}
	}
}

/* ---- finding ---- */

static bool imports(const struct unit *unit, const struct schema *schema)
{
	size_t i;

	if (unit->schema == schema)
		return true;
	for (i = 0; i < unit->schema->n_imports; i++)
		if (unit->schema->imports[i] == schema)
			return true;
	return false;
}

/* The names of other languages for what we have. */
static const char *foreign_name(const char *name)
{
	static const char *const names[][2] = {
		{ "String", "string" },	    { "str", "string" },
		{ "text", "string" },	    { "char", "string" },
		{ "boolean", "bool" },	    { "Bool", "bool" },
		{ "integer", "int" },	    { "long", "int64" },
		{ "short", "int16" },	    { "byte", "uint8" },
		{ "i8", "int8" },	    { "i16", "int16" },
		{ "i32", "int32" },	    { "i64", "int64" },
		{ "u8", "uint8" },	    { "u16", "uint16" },
		{ "u32", "uint32" },	    { "u64", "uint64" },
		{ "int8_t", "int8" },	    { "int16_t", "int16" },
		{ "int32_t", "int32" },	    { "int64_t", "int64" },
		{ "uint8_t", "uint8" },	    { "uint16_t", "uint16" },
		{ "uint32_t", "uint32" },   { "uint64_t", "uint64" },
		{ "size_t", "uint64" },	    { "unsigned", "uint32" },
		{ "f32", "float" },	    { "f64", "double" },
		{ "float32", "float" },	    { "float64", "double" },
		{ "number", "double" },	    { "real", "double" },
		{ "decimal", "double" },    { "binary", "bytes" },
		{ "blob", "bytes" },	    { "ByteData", "bytes" },
		{ "buffer", "bytes" },	    { "datetime", "time" },
		{ "DateTime", "time" },	    { "timestamp", "time" },
		{ "date", "time" },	    { "instant", "time" },
		{ "timespan", "duration" }, { "UuidValue", "uuid" },
		{ "guid", "uuid" },	    { "url", "uri" },
		{ "BigInt", "bigint" },	    { "dynamic", "any" },
		{ "object", "any" },	    { "array", "list" },
		{ "vector", "list" },	    { "dict", "map" },
		{ "dictionary", "map" },    { "hash", "map" },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i][0], name))
			return names[i][1];
	return NULL;
}

/* The name of a type that was meant, as it has to be written in this file. */
static const char *meant(struct check *c, const struct unit *unit,
			 const struct ast_type *t)
{
	struct guess guess = guess_start(t->name.text);
	const char *const *builtin = type_builtin_names();
	const char *package = t->package.text;
	const struct symbol *s, *elsewhere = NULL;
	size_t i;

	if (!package && foreign_name(t->name.text))
		return foreign_name(t->name.text);
	for (; !package && *builtin; builtin++)
		guess_offer(&guess, *builtin);
	for (i = 0; i < c->symbols.n; i++) {
		s = c->symbols.at[i];
		if (s->decl.kind == DECL_ENDPOINT || !imports(unit, s->decl.schema))
			continue;
		if (!package && s->decl.name == t->name.text)
			elsewhere = s;
		if (package ? s->decl.schema->package == package
			    : s->decl.schema->package == unit->schema->package ||
				      !s->decl.schema->package)
			guess_offer(&guess, s->decl.name);
	}
	if (elsewhere)
		return elsewhere->decl.full_name;
	if (guess.best && package)
		return arena_printf(c->arena, "%s.%s", package, guess.best);
	return guess.best;
}

/* Whether syntax errors or failed imports explain that a name is unknown. */
static bool explained(const struct check *c, const struct unit *unit, const char *name)
{
	size_t i;

	if (unit->import_failed)
		return true;
	for (i = 0; i < c->units->n; i++) {
		const struct unit *u = c->units->at[i];

		if (u->ast->cut || u->ast->nameless || ast_in_skipped(u->ast, name))
			return true;
	}
	return false;
}

static void unknown_type(struct check *c, struct unit *unit, const struct ast_type *t)
{
	const char *name = t->package.text ? arena_printf(c->arena, "%s.%s",
							  t->package.text, t->name.text)
					   : t->name.text;
	const char *better;

	if (diag_full(c->diag) || explained(c, unit, t->name.text))
		return;
	/* the declaration may have lost its name to a syntax error */
	if (unit->ast->skipped.n &&
	    map_put(c->arena, &c->unknown, intern_z(c->names, name), c))
		return;
	better = meant(c, unit, t);
	if (!strcmp(name, "void"))
		diag_error(c->diag, t->span,
			   "there is no 'void'; a method without a result has no '->'");
	else if (better)
		diag_error(c->diag, t->span, "unknown type '%s'; did you mean '%s'?",
			   name, better);
	else
		diag_error(c->diag, t->span, "unknown type '%s'", name);
}

static bool package_known(struct check *c, struct unit *unit, const struct ast_name *name)
{
	struct guess guess = guess_start(name->text);
	bool failed = unit->import_failed || unit->ast->nameless;
	size_t i;

	for (i = 0; i < unit->schema->n_all; i++) {
		const struct schema *schema = unit->schema->all[i];

		if (!schema->package || !imports(unit, schema))
			continue;
		if (schema->package == name->text)
			return true;
		guess_offer(&guess, schema->package);
	}
	if (failed)
		return false;
	if (guess.best)
		diag_error(c->diag, name->span,
			   "unknown package '%s'; did you mean '%s'?", name->text,
			   guess.best);
	else
		diag_error(c->diag, name->span, "no imported file has the package '%s'",
			   name->text);
	return false;
}

struct symbol *check_find(struct check *c, struct unit *unit, const struct ast_type *t)
{
	const char *package = t->package.text ? t->package.text : unit->schema->package;
	struct symbol *s;

	if (t->package.text && !package_known(c, unit, &t->package))
		return NULL;
	s = map_get(&c->by_name, full_name(c, package, t->name.text));
	if (!s && !t->package.text)
		s = map_get(&c->by_name, t->name.text);
	if (!s) {
		unknown_type(c, unit, t);
		return NULL;
	}
	if (!imports(unit, s->decl.schema)) {
		if (explained(c, unit, t->name.text))
			return NULL;
		diag_error(c->diag, t->span,
			   "'%s' is declared in '%s', which this file "
			   "does not import",
			   t->name.text, s->decl.schema->path);
		diag_note(c->diag, s->decl.span, "'%s' declared here", t->name.text);
		return NULL;
	}
	if (s->decl.kind == DECL_ENDPOINT) {
		diag_error(c->diag, t->span, "'%s' is an endpoint, not a type",
			   t->name.text);
		return NULL;
	}
	return s;
}
