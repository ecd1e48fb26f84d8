/* Enums, models, exceptions, sealed models and unions: their C types and tables.  Start in
 * emit_c.h; lists and tuples are in emit_composites.c. */
#include "cname.h"
#include "emit_c.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[] = { "_init()",	 "_clone()", "_free()",
					  "_equal()",	 "_print()", "_object()",
					  "_from_any()", NULL };
static const char *const enum_names[] = { "_init()",	 "_clone()", "_free()",
					  "_equal()",	 "_print()", "_object()",
					  "_from_any()", "_name()",  NULL };
static const char *const exception_names[] = { "_throw()", "_fail()", "_caught()",
					       "_caught_on()", NULL };

struct struct_view emit_struct(struct emit *e, const char *name, const char *guard)
{
	struct struct_view s = { .view = view_add(e->arena, e->structs) };

	view_text(e->arena, s.view, "name", name);
	view_text(e->arena, s.view, "guard", guard);
	s.members = view_list(e->arena, s.view, "members");
	s.choices = view_list(e->arena, s.view, "choices");
	s.defines = view_list(e->arena, s.view, "defines");
	s.defaults = view_list(e->arena, s.view, "defaults");
	s.rows = view_list(e->arena, s.view, "rows");
	s.types = view_list(e->arena, s.view, "types");
	return s;
}

void emit_define(struct emit *e, struct struct_view *s, const char *macro,
		 const char *name, const char *type, const char *const *suffixes)
{
	struct view *define = view_add(e->arena, s->defines);

	emit_names(e, define, "names", name, suffixes);
	view_text(e->arena, define, "text",
		  emit_fold(e->arena, 0, EMIT_INDENT,
			    arena_printf(e->arena, "%s(%s, %s)", macro, name, type)));
}

struct view *emit_member(struct emit *e, struct struct_view *s, const struct type *type,
			 const char *name, bool constant)
{
	struct view *m = view_add(e->arena, s->members);

	view_text(e->arena, m, "has",
		  ctype_has(type)
			  ? ctype_decl(e, "bool", arena_printf(e->arena, "has_%s", name),
				       constant)
			  : NULL);
	view_text(e->arena, m, "decl",
		  ctype_decl(e, ctype_member(e, type), name, constant));
	return m;
}

void emit_table(struct emit *e, struct struct_view *s, const char *table,
		const char *storage, const char *initializer)
{
	view_text(e->arena, s->view, "table", table);
	view_text(e->arena, s->view, "storage", storage);
	view_text(e->arena, s->view, "initializer",
		  initializer ? emit_fold(e->arena, 8, EMIT_INDENT, initializer) : NULL);
}

static const char *decl_flags(const struct emit *e, const struct decl *d, bool sealed,
			      bool holds)
{
	const char *flags[] = {
		d->server ? "SPY_TYPE_SERVER" : NULL,
		d->kind == DECL_EXCEPTION ? "SPY_TYPE_EXCEPTION" : NULL,
		sealed ? "SPY_TYPE_SEALED" : NULL,
		holds ? "SPY_TYPE_HOLDS_SERVER" : NULL,
	};

	return emit_flags(e->arena, flags, sizeof(flags) / sizeof(flags[0]));
}

static const char *decl_doc(const struct emit *e, const struct decl *d)
{
	if (!d->server)
		return d->doc;
	return arena_printf(e->arena, "%s%sKnown to servers only.", d->doc ? d->doc : "",
			    d->doc ? "\n" : "");
}

/* ---- enums ---- */

static int by_number(const void *a, const void *b)
{
	const struct enum_value *const *x = a, *const *y = b;

	return ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

static const char *number(struct arena *a, int32_t n)
{
	return n == INT32_MIN ? "-2147483647 - 1" : arena_printf(a, "%" PRId32, n);
}

static void emit_enum(struct emit *e, struct view *enums, const struct decl *d)
{
	const struct enumeration *en = d->enumeration;
	struct arena *a = e->arena;
	struct view *v = view_add(a, enums), *values, *rows;
	const struct enum_value **sorted = arena_array(a, en->n_values, sizeof(*sorted));
	size_t i;

	view_text(a, v, "name", d->c_name);
	view_text(
		a, v, "initializer",
		emit_fold(a, 8, EMIT_INDENT,
			  arena_printf(a, "SPY_ENUM(\"%s\", enum %s, %s, %s_values, %s)",
				       d->full_name, d->c_name,
				       decl_flags(e, d, false, false), d->c_name,
				       en->fallback ? en->fallback->c_name
						    : "SPY_NO_DEFAULT")));
	emit_doc(e, v, decl_doc(e, d), d->deprecated);
	emit_names(e, v, "names", d->c_name, enum_names);
	values = view_list(a, v, "values");
	for (i = 0; i < en->n_values; i++) {
		struct view *value = view_add(a, values);

		emit_doc(e, value, en->values[i].doc, en->values[i].deprecated);
		view_text(a, value, "name", en->values[i].c_name);
		view_text(a, value, "number", number(a, en->values[i].number));
		sorted[i] = &en->values[i];
	}
	qsort(sorted, en->n_values, sizeof(*sorted), by_number);
	rows = view_list(a, v, "rows");
	for (i = 0; i < en->n_values; i++)
		view_add_text(a, rows,
			      arena_printf(a, "{ \"%s\", %s },", sorted[i]->name,
					   sorted[i]->c_name));
}

/* ---- models and exceptions ---- */

/* What the C type does not say, as a comment behind the member. */
static const char *field_note(const struct emit *e, const struct field *f)
{
	struct buf b = { .arena = e->arena };

	if (f->type->kind == TYPE_DURATION)
		buf_put(&b, "; nanoseconds");
	if (f->server)
		buf_put(&b, "; server only");
	if (f->max)
		buf_printf(&b, "; at most %" PRIu64, f->max);
	if (f->value)
		buf_printf(&b, "; = %s", emit_comment(e->arena, f->value->text));
	return b.len ? arena_printf(e->arena, " /* %s */", b.text + 2) : NULL;
}

static void emit_field(struct emit *e, struct struct_view *s, const char *owner,
		       const struct record *r, const struct field *f)
{
	struct arena *a = e->arena;
	struct row row = { .owner = arena_printf(a, "struct %s", owner),
			   .type = f->type,
			   .member = f->c_name,
			   .name = f->name,
			   .max = f->max };
	const char *flags[2] = { f->server ? "SPY_FIELD_SERVER" : NULL, NULL }, *type;
	struct view *m, *dflt;

	if (f->reserved) {
		view_add_text(a, s->rows,
			      arena_printf(a, "SPY_FIELD_GONE(\"%s\"),", f->name));
		return;
	}
	m = emit_member(e, s, f->type, f->c_name, r->immutable);
	emit_doc(e, m, f->doc, f->deprecated);
	view_text(a, m, "note", field_note(e, f));
	if (f->value && (type = value_type(e, f->type, f->value))) {
		dflt = view_add(a, s->defaults);
		view_text(a, dflt, "decl", ctype_decl(e, type, f->c_name, false));
		view_text(a, dflt, "value", value_initializer(e, f->type, f->value));
		row.dflt = arena_printf(a, "&%s_defaults.%s", owner, f->c_name);
	} else if (f->value) {
		flags[1] = f->value->kind == VALUE_NOW ? "SPY_FIELD_NOW"
						       : "SPY_FIELD_RANDOM";
	}
	row.flags = flags[0] || flags[1] ? emit_flags(a, flags, 2) : NULL;
	view_add_text(a, s->rows, emit_row(e, &row));
}

static void emit_base(struct emit *e, struct struct_view *s, const char *owner,
		      const struct record *r)
{
	struct arena *a = e->arena;
	const char *suffix = r->parent->sealed ? "_common" : "";
	const char *parent = r->parent->decl->c_name, *row;
	struct view *m = view_add(a, s->members);

	view_text(a, m, "has", NULL);
	view_text(a, m, "decl",
		  ctype_decl(e, arena_printf(a, "struct %s%s", parent, suffix), "base",
			     r->immutable));
	view_text(a, m, "note", NULL);
	emit_doc(e, m, NULL, NULL);
	row = arena_printf(
		a,
		"SPY_FIELD(struct %s, base, \"base\", MODEL, %s%s_type, SPY_FIELD_BASE),",
		owner, parent, suffix);
	view_add_text(a, s->rows, emit_fold(a, 8, EMIT_INDENT, row));
}

/* A model, or of a sealed one the part that its children embed. */
static void emit_record(struct emit *e, const struct decl *d)
{
	const struct record *r = d->record;
	struct arena *a = e->arena;
	const char *name =
		r->sealed ? arena_printf(a, "%s_common", d->c_name) : d->c_name;
	const char *type = arena_printf(a, "struct %s", name), *flags;
	struct struct_view s;
	size_t i;

	if (map_put(e->arena, &e->records, (const char *)r, (void *)(uintptr_t)r))
		return;
	if (r->parent && r->parent->sealed && r->parent->decl->schema == e->schema)
		emit_record(e, r->parent->decl);
	for (i = 0; i < r->n_fields; i++)
		if (!r->fields[i].reserved && !emit_is_hidden(e, &r->fields[i]))
			emit_needs(e, r->fields[i].type);
	emit_pending(e);
	s = emit_struct(e, name, NULL);
	emit_doc(e, s.view,
		 r->sealed ? arena_printf(a, "What every %s has.", d->name)
			   : decl_doc(e, d),
		 r->sealed ? NULL : d->deprecated);
	if (r->parent)
		emit_base(e, &s, name, r);
	for (i = 0; i < r->n_fields; i++)
		if (!emit_is_hidden(e, &r->fields[i]))
			emit_field(e, &s, name, r, &r->fields[i]);
	flags = decl_flags(e, d, false, emit_record_holds(e, r));
	emit_table(e, &s, arena_printf(a, "%s_type", name), r->sealed ? "static " : NULL,
		   s.rows->parts.n
			   ? arena_printf(a,
					  "SPY_STRUCT(\"%s\", MODEL, %s, %s, %s_fields)",
					  d->full_name, type, flags, name)
			   : arena_printf(a, "SPY_STRUCT_EMPTY(\"%s\", MODEL, %s, %s)",
					  d->full_name, type, flags));
	if (r->sealed)
		return;
	if (r->immutable)
		emit_define(e, &s, "SPY_DEFINE_IMMUTABLE", name, type, type_names + 1);
	else
		emit_define(e, &s, "SPY_DEFINE_TYPE", name, type, type_names);
	if (d->kind == DECL_EXCEPTION)
		emit_define(e, &s, "SPY_DEFINE_EXCEPTION", name, type, exception_names);
}

/* ---- unions, and sealed models as what they carry ---- */

static void emit_choice(struct emit *e, struct struct_view *s, const struct decl *owner,
			const struct decl *member)
{
	struct arena *a = e->arena;
	size_t number = s->types->parts.n;
	struct view *c;

	/* its number stays taken */
	if (e->public && member->server) {
		view_add_text(a, s->types, arena_printf(a, "&%s_hidden,", owner->c_name));
		return;
	}
	c = view_add(a, s->choices);
	view_text(a, c, "kind",
		  s->choices->parts.n <= number
			  ? arena_printf(a, "%s = %zu", cname_kind(a, owner, member),
					 number)
			  : cname_kind(a, owner, member));
	view_text(a, c, "decl",
		  arena_printf(a, "struct %s %s", member->c_name,
			       cname_member(a, owner, member)));
	view_add_text(a, s->types, arena_printf(a, "&%s_type,", member->c_name));
}

static void emit_choices(struct emit *e, const struct decl *d, bool sealed)
{
	struct arena *a = e->arena;
	const char *type = arena_printf(a, "struct %s", d->c_name);
	struct struct_view s = emit_struct(e, d->c_name, NULL);
	const struct decl *first =
		sealed ? d->record->children[0]->decl : d->variant->members[0]->decl;
	bool hidden = false;
	size_t i;

	emit_doc(e, s.view, decl_doc(e, d), d->deprecated);
	for (i = 0; sealed && e->public && i < d->record->n_children; i++) {
		hidden = hidden || d->record->children[i]->decl->server;
		if (first->server)
			first = d->record->children[i]->decl;
	}
	view_flag(a, s.view, "hidden", hidden);
	for (i = 0; sealed && i < d->record->n_children; i++)
		emit_choice(e, &s, d, d->record->children[i]->decl);
	for (i = 0; !sealed && i < d->variant->n_members; i++)
		emit_choice(e, &s, d, d->variant->members[i]->decl);
	emit_table(e, &s, arena_printf(a, "%s_type", d->c_name), NULL,
		   arena_printf(a, "SPY_UNION(\"%s\", %s, %s, %s_members, %s)",
				d->full_name, type,
				decl_flags(e, d, sealed,
					   map_get(&e->holders, (const char *)d)),
				d->c_name, cname_member(a, d, first)));
	emit_define(e, &s, "SPY_DEFINE_TYPE", d->c_name, type, type_names);
	if (d->kind == DECL_EXCEPTION)
		emit_define(e, &s, "SPY_DEFINE_EXCEPTION", d->c_name, type,
			    exception_names);
}

void emit_structs(struct emit *e)
{
	struct view *enums = view_list(e->arena, e->root, "enums");
	size_t i;

	e->structs = view_list(e->arena, e->root, "structs");
	for (i = 0; i < e->schema->n_ordered; i++) {
		struct decl *d = e->schema->ordered[i];

		if (e->public && d->server)
			continue;
		if (d->kind == DECL_ENUM)
			emit_enum(e, enums, d);
		else if (d->kind == DECL_UNION)
			emit_choices(e, d, false);
		else
			emit_record(e, d);
		if (d->kind != DECL_ENUM && d->kind != DECL_UNION && d->record->sealed)
			emit_choices(e, d, true);
		map_put(e->arena, &e->done, (const char *)d, d);
		emit_pending(e);
	}
}
