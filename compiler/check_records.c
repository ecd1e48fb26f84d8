/*
 * Enums, unions, models and exceptions.
 *
 * Invariant: parents are settled before fields are looked at, so a walk up the ancestors
 * always ends.  Start in check.h.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

/* ---- enums ---- */

/* Words that mean something as a default. */
static bool is_literal_word(const char *name)
{
	static const char *const words[] = { "true",   "false", "now",
					     "random", "nil",	"null" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], name))
			return true;
	return false;
}

/* False when the number is wrong. */
static bool check_number(struct check *c, const struct ast_value *ast,
			 struct enum_value *value, const struct enum_value *before)
{
	int64_t number;

	if (ast->number) {
		if (!check_int(c, ast->number, INT32_MIN, INT32_MAX,
			       "the number of an enum value", &number))
			return false;
		value->number = (int32_t)number;
		return true;
	}
	if (before && before->number == INT32_MAX) {
		diag_error(c->diag, ast->name.span,
			   "the number of '%s' would be larger than 32 bits",
			   value->name);
		return false;
	}
	value->number = before ? before->number + 1 : 0;
	return true;
}

static int by_number(const void *left, const void *right)
{
	const struct enum_value *a = *(struct enum_value *const *)left;
	const struct enum_value *b = *(struct enum_value *const *)right;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a < b ? -1 : a > b;
}

static void check_numbers(struct check *c, struct enumeration *e)
{
	struct enum_value **sorted = arena_array(c->arena, e->n_values, sizeof(*sorted));
	size_t i;

	for (i = 0; i < e->n_values; i++)
		sorted[i] = &e->values[i];
	qsort(sorted, e->n_values, sizeof(*sorted), by_number);
	for (i = 1; i < e->n_values; i++) {
		const struct enum_value *first = sorted[i - 1], *second = sorted[i];

		if (first->number != second->number || first->name == second->name)
			continue;
		diag_error(c->diag, second->span, "'%s' has the number %d, as '%s' has",
			   second->name, second->number, first->name);
		diag_note(c->diag, first->span, "'%s' declared here", first->name);
	}
}

static void check_fallback(struct check *c, const struct ast_decl *ast,
			   struct enumeration *e)
{
	struct guess guess;
	size_t i;

	if (!ast->fallback.text)
		return;
	guess = guess_start(ast->fallback.text);
	for (i = 0; i < e->n_values; i++) {
		if (e->values[i].name == ast->fallback.text) {
			e->fallback = &e->values[i];
			return;
		}
		guess_offer(&guess, e->values[i].name);
	}
	if (guess.best)
		diag_error(c->diag, ast->fallback.span,
			   "'%s' has no value '%s'; did you mean '%s'?", e->decl->name,
			   ast->fallback.text, guess.best);
	else
		diag_error(c->diag, ast->fallback.span, "'%s' has no value '%s'",
			   e->decl->name, ast->fallback.text);
}

void check_enum(struct check *c, struct symbol *s)
{
	struct enumeration *e = s->decl.enumeration;
	struct map seen = { 0 };
	bool good = true;
	size_t i;

	check_count(c, s->ast->name, s->ast->items.n, "values");
	e->n_values = s->ast->items.n;
	e->values = arena_array(c->arena, e->n_values, sizeof(struct enum_value));
	for (i = 0; i < e->n_values; i++) {
		const struct ast_value *ast = s->ast->items.at[i];
		struct enum_value *value = &e->values[i];
		struct attrs attrs = check_attrs(c, ast->attrs, ON_VALUE);

		value->name = ast->name.text;
		value->span = ast->name.span;
		value->doc = ast_doc(c->arena, ast->attrs);
		value->deprecated = attrs.deprecated;
		value->attributes = check_written(c, ast->attrs);
		value->c_name = attrs.c_name;
		check_snake_name(c, ast->name, "an enum value");
		if (is_literal_word(value->name))
			diag_error(c->diag, value->span,
				   "'%s' is reserved; choose another name", value->name);
		check_unique(c, &seen, &ast->name, "value");
		good &= check_number(c, ast, value, i ? value - 1 : NULL);
	}
	if (good)
		check_numbers(c, e);
	if (!s->broken)
		check_fallback(c, s->ast, e);
}

/* ---- unions ---- */

static bool may_be_member(struct check *c, const struct ast_type *ast,
			  const struct type *type)
{
	if (type->nullable) {
		diag_error(c->diag, ast->question,
			   "a member of a union cannot be "
			   "nullable; the union can, where it is used");
		return false;
	}
	if (type->kind == TYPE_UNION) {
		diag_error(c->diag, ast->span,
			   "a member of a union is a model; list the "
			   "members of '%s' instead",
			   type->text);
		return false;
	}
	if (type->kind != TYPE_MODEL &&
	    !(type->kind == TYPE_SEALED && type->decl->kind == DECL_MODEL)) {
		diag_error(c->diag, ast->span, "a member of a union is a model%s%s",
			   type->decl ? ", not " : "",
			   type->decl ? check_kind_text(type->decl) : "");
		return false;
	}
	return true;
}

void check_union(struct check *c, struct symbol *s)
{
	struct variant *v = s->decl.variant;
	size_t i, n = s->ast->items.n;
	struct map seen = { 0 };

	check_count(c, s->ast->name, n, "members");
	v->members = arena_array(c->arena, n, sizeof(struct type *));
	v->member_spans = arena_array(c->arena, n, sizeof(struct span));
	for (i = 0; i < n; i++) {
		const struct ast_type *ast = s->ast->items.at[i];
		const struct type *type = check_type(c, s->unit, ast);
		const struct ast_type *first;

		if (!type || !may_be_member(c, ast, type))
			continue;
		first = map_put(c->arena, &seen, type->text, (void *)(uintptr_t)ast);
		if (first) {
			diag_error(c->diag, ast->span, "'%s' is a member twice",
				   type->decl->name);
			diag_note(c->diag, first->span, "first listed here");
			continue;
		}
		v->members[v->n_members] = type;
		v->member_spans[v->n_members++] = ast->span;
	}
}

/* ---- models and exceptions: the family ---- */

static bool may_extend(struct check *c, struct symbol *s, const struct symbol *parent)
{
	const struct ast_type *ast = s->ast->extends;
	const char *own = check_kind_text(&s->decl);

	if (ast->questions || ast->has_args) {
		diag_error(c->diag, ast->span, "%s extends another by its name alone",
			   own);
		return false;
	}
	if (!parent)
		return false;
	if (parent->decl.kind != s->decl.kind) {
		diag_error(c->diag, ast->span, "%s cannot extend '%s', which is %s", own,
			   parent->decl.name, check_kind_text(&parent->decl));
		diag_note(c->diag, parent->decl.span, "'%s' declared here",
			  parent->decl.name);
		return false;
	}
	if (parent->decl.server && !s->decl.server) {
		diag_error(c->diag, ast->span,
			   "'%s' is server-only; what extends it must "
			   "be '@server' too",
			   parent->decl.name);
		return false;
	}
	if (parent->decl.record->sealed && parent->unit != s->unit) {
		diag_error(c->diag, ast->span,
			   "'%s' is sealed; only its own file can extend it",
			   parent->decl.name);
		diag_note(c->diag, parent->decl.span, "'%s' declared here",
			  parent->decl.name);
		return false;
	}
	return true;
}

void check_parents(struct check *c, struct symbol *s)
{
	const struct ast_type *ast = s->ast->extends;
	struct symbol *parent = NULL;

	if (!ast)
		return;
	if (!ast->name.text || (!ast->package.text && check_is_builtin(ast->name.text))) {
		diag_error(c->diag, ast->span, "%s cannot extend '%s'",
			   check_kind_text(&s->decl), check_type_text(c, ast));
		s->broken = true;
		return;
	}
	parent = check_find(c, s->unit, ast);
	if (may_extend(c, s, parent))
		s->decl.record->parent = parent->decl.record;
	else
		s->broken = true;
}

/* "A extends B extends A", of a chain that comes back to its start. */
static void report_circle(struct check *c, struct symbol *s)
{
	const char *text = s->decl.name;
	struct record *r;
	unsigned n = 0;

	for (r = s->decl.record->parent; r != s->decl.record; r = r->parent) {
		if (n++ < 4)
			text = arena_printf(c->arena, "%s extends %s", text,
					    r->decl->name);
		symbol_of(r->decl)->broken = true;
	}
	diag_error(c->diag, s->ast->extends->span, "'%s' extends itself: %s%s extends %s",
		   s->decl.name, text, n > 4 ? " ..." : "", s->decl.name);
	/* cut the circle, so that walks along it end */
	s->decl.record->parent = NULL;
	s->broken = true;
}

/* Circles, chains that are too long, and the children of sealed ancestors. */
void check_children(struct check *c, struct symbol *s)
{
	struct record *r, *own;
	unsigned n = 0;

	if (s->decl.kind != DECL_MODEL && s->decl.kind != DECL_EXCEPTION)
		return;
	own = s->decl.record;
	for (r = own->parent; r && r != own && n <= ANCESTORS_MAX; r = r->parent)
		n++;
	if (r == own) {
		report_circle(c, s);
	} else if (n > ANCESTORS_MAX) {
		/* the first too long one speaks for those that extend it */
		if (!symbol_of(own->parent->decl)->broken)
			diag_error(c->diag, s->ast->extends->span,
				   "'%s' has more than %d ancestors", s->decl.name,
				   ANCESTORS_MAX);
		own->parent = NULL;
		s->broken = true;
	}
	for (r = own->parent; r && !own->sealed; r = r->parent) {
		struct symbol *parent = symbol_of(r->decl);

		if (!r->sealed)
			continue;
		vec_push(c->arena, &parent->children, own);
		r->children = (struct record **)parent->children.at;
		r->n_children = parent->children.n;
	}
}

/* ---- models and exceptions: the fields ---- */

static void read_field(struct check *c, struct symbol *s, const struct ast_member *ast,
		       struct field *f)
{
	struct attrs attrs =
		check_attrs(c, ast->attrs, ast->type ? ON_FIELD : ON_RESERVED);

	f->name = ast->name.text;
	f->span = ast->name.span;
	f->doc = ast_doc(c->arena, ast->attrs);
	f->deprecated = attrs.deprecated;
	f->attributes = check_written(c, ast->attrs);
	f->c_name = attrs.c_name;
	f->server = attrs.server;
	f->max = attrs.max;
	f->reserved = !ast->type;
	if (f->reserved) {
		if (f->doc)
			diag_error(c->diag, ast->attrs->doc_span,
				   "a reserved name has no documentation; use '//'");
		return;
	}
	f->type_text = check_type_text(c, ast->type);
	f->type = check_type(c, s->unit, ast->type);
	check_max(c, &attrs, f->type, f->type_text);
	f->value = check_default(c, ast, f->type, f->max);
	if (f->server && s->decl.server)
		diag_warning(c->diag, attrs.server_span,
			     "'@server' says nothing new: '%s' is server-only",
			     s->decl.name);
	else if (f->server && f->type && !f->type->nullable && !ast->value &&
		 f->type->kind != TYPE_ANY)
		diag_error(c->diag, ast->name.span,
			   "'%s' never reaches a client, so it "
			   "must be nullable or have a default: '%s?'",
			   f->name, f->type_text);
}

static void check_reserved(struct check *c, const struct ast_name *name,
			   const struct ast_name *first, bool reserved)
{
	if (reserved)
		diag_error(c->diag, name->span,
			   "'%s' is reserved: a removed field had "
			   "this name",
			   name->text);
	else
		diag_error(c->diag, name->span, "field '%s' is declared twice",
			   name->text);
	diag_note(c->diag, first->span,
		  reserved ? "'%s' reserved here" : "'%s' first declared here",
		  name->text);
}

/* Clients that know it need a value to give it. */
static void check_public_child(struct check *c, struct symbol *s)
{
	const struct record *r = s->decl.record;
	size_t i;

	if (!r->sealed || !r->n_children || s->decl.server)
		return;
	for (i = 0; i < r->n_children; i++)
		if (!r->children[i]->decl->server)
			return;
	diag_error(c->diag, s->decl.span,
		   "all that extends '%s' is server-only; make it '@server' too",
		   s->decl.name);
}

void check_record(struct check *c, struct symbol *s)
{
	struct record *r = s->decl.record;
	size_t i, n = s->ast->items.n;

	/* the parent's part is one more */
	check_count(c, s->ast->name, n + (r->parent != NULL), "fields");
	check_count(c, s->ast->name, r->n_children, "children");
	r->n_fields = n;
	r->fields = arena_array(c->arena, n, sizeof(struct field));
	for (i = 0; i < n; i++) {
		const struct ast_member *ast = s->ast->items.at[i], *first;

		check_snake_name(c, ast->name, "a field");
		first = map_put(c->arena, &s->fields, ast->name.text,
				(void *)(uintptr_t)ast);
		if (first)
			check_reserved(c, &ast->name, &first->name,
				       !first->type != !ast->type);
		read_field(c, s, ast, &r->fields[i]);
	}
	check_public_child(c, s);
	if (r->sealed && !r->n_children && !s->broken)
		diag_error(c->diag, s->decl.span,
			   "'%s' is sealed but nothing in this file extends it",
			   s->decl.name);
}

void check_inherited(struct check *c, struct symbol *s)
{
	const struct record *r, *own;
	const struct ast_member *first;
	size_t i;

	if (s->decl.kind != DECL_MODEL && s->decl.kind != DECL_EXCEPTION)
		return;
	own = s->decl.record;
	for (r = own->parent; r; r = r->parent) {
		for (i = 0; i < own->n_fields; i++) {
			first = map_get(&symbol_of(r->decl)->fields, own->fields[i].name);
			if (!first || !first->type || own->fields[i].reserved)
				continue;
			diag_error(c->diag, own->fields[i].span,
				   "'%s' has the field '%s' already, from '%s'",
				   s->decl.name, first->name.text, r->decl->name);
			diag_note(c->diag, first->name.span, "declared here");
		}
	}
}
