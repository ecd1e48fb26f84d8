/*
 * Gives every declaration its C name and looks for names that two things would share: each
 * identifier of the generated code is claimed by the place in the schema that it comes
 * from.  Start in cname.h.
 */
#include "cname.h"
#include "str.h"

#include <string.h>

/* Who has an identifier.  The struct of a list is claimed by everyone who mentions the same
 * list in a schema with the same prefix. */
struct claim {
	struct span span;
	const struct type *type;
};

struct assign {
	struct arena *arena;
	struct diag *diag;
	struct strs names;
	struct map tags;     /* struct claim *: of structs and enums */
	struct map ordinary; /* struct claim *: functions, tables, enum constants */
	struct map seen;     /* types whose names this schema has claimed */
	const struct schema *schema;
};

/* The functions and tables of define.h and tables.h, behind the name of what has them. */
static const char *const of_type[] = { "_type",	 "_init",  "_clone", "_free",
				       "_equal", "_print", NULL };
static const char *const of_object[] = { "_object", "_from_any", NULL };
static const char *const of_enum[] = { "_name", NULL };
static const char *const of_exception[] = { "_throw", "_fail", "_caught", "_caught_on",
					    NULL };
static const char *const of_stream[] = { "_base",     "_recv",	 "_try_recv", "_send",
					 "_try_send", "_done",	 "_cancel",   "_listen",
					 "_pause",    "_resume", "_relay",    NULL };
static const char *const of_endpoint[] = { "_table", "_serve", NULL };
static const char *const of_messages[] = { "_open", "_send", NULL };
static const char *const of_method[] = { "", "_result", "_return", NULL };

/* Claims a name in one of the two spaces; -1 when someone else has it. */
static int claim(struct assign *s, struct map *space, const char *name, struct span span,
		 const struct type *type)
{
	const char *key = intern_z(&s->names, name);
	struct claim *c = ARENA_NEW(s->arena, struct claim);
	const struct claim *other;

	*c = (struct claim){ span, type };
	other = map_put(s->arena, space, key, c);
	if (!other || (type && other->type == type))
		return 0;
	if (type)
		diag_error(s->diag, span, "the C name '%s' of '%s' is taken", name,
			   type->text);
	else
		diag_error(s->diag, span,
			   "the C name '%s' is taken; '@c(name = \"...\")' gives another",
			   name);
	diag_note(s->diag, other->span, "taken here");
	return -1;
}

/* The first name that is taken says enough. */
static void claim_all(struct assign *s, const char *name, const char *const *suffixes,
		      struct span span, const struct type *type)
{
	for (; *suffixes; suffixes++)
		if (claim(s, &s->ordinary,
			  arena_printf(s->arena, "%s%s", name, *suffixes), span,
			  type) < 0)
			return;
}

/* --- giving names --------------------------------------------------------------------- */

static const char *own(struct assign *s, const char *given, const char *name,
		       enum cname_place place)
{
	return cname_own(s->arena, given ? given : name, place);
}

/* Fields share a struct with each other, with `has_x`, and with `base`. */
static void name_fields(struct assign *s, struct record *r)
{
	struct map members = { 0 };
	size_t i;

	if (r->parent)
		claim(s, &members, "base", r->decl->span, NULL);
	for (i = 0; i < r->n_fields; i++) {
		struct field *f = &r->fields[i];

		if (f->reserved)
			continue;
		f->c_name = own(s, f->c_name, f->name, CNAME_MEMBER);
		claim(s, &members, f->c_name, f->span, NULL);
	}
	for (i = 0; i < r->n_fields; i++) {
		struct field *f = &r->fields[i];

		if (!f->reserved && f->type->nullable)
			claim(s, &members, arena_printf(s->arena, "has_%s", f->c_name),
			      f->span, NULL);
	}
}

static void name_values(struct assign *s, const struct decl *decl, struct enumeration *e)
{
	size_t i;

	for (i = 0; i < e->n_values; i++) {
		struct enum_value *v = &e->values[i];
		const char *name = arena_printf(s->arena, "%s_%s", decl->c_name, v->name);

		if (!v->c_name)
			v->c_name = cname_own(s->arena, cname_upper(s->arena, name),
					      CNAME_CONSTANT);
	}
}

static void name_methods(struct assign *s, struct endpoint *e)
{
	size_t i, k;

	for (i = 0; i < e->n_methods; i++) {
		struct method *m = &e->methods[i];
		struct map params = { 0 };

		m->c_name = own(s, m->c_name, m->name, CNAME_MEMBER);
		for (k = 0; k < m->n_params; k++) {
			struct param *p = &m->params[k];

			p->c_name = own(s, p->c_name, p->name, CNAME_PARAM);
			claim(s, &params, p->c_name, p->span, NULL);
		}
	}
}

static void name_decl(struct assign *s, const char *prefix, struct decl *decl)
{
	if (!decl->c_name)
		decl->c_name = arena_printf(s->arena, "%s%s", prefix,
					    to_snake(s->arena, decl->name));
	if (decl->kind != DECL_ENDPOINT) /* which never stands alone */
		decl->c_name = cname_own(s->arena, decl->c_name, CNAME_TAG);
	switch (decl->kind) {
	case DECL_ENUM:
		name_values(s, decl, decl->enumeration);
		break;
	case DECL_MODEL:
	case DECL_EXCEPTION:
		name_fields(s, decl->record);
		break;
	case DECL_ENDPOINT:
		name_methods(s, decl->endpoint);
		break;
	case DECL_UNION:
		break;
	}
}

/* --- claiming them -------------------------------------------------------------------- */

static void claim_kinds(struct assign *s, const struct decl *owner,
			const struct decl *member)
{
	claim(s, &s->ordinary, cname_kind(s->arena, owner, member), owner->span, NULL);
}

static void claim_method(struct assign *s, const struct method *m)
{
	const char *name = cname_method(s->arena, m);

	claim_all(s, name, of_method, m->span, NULL);
	claim(s, &s->tags, arena_printf(s->arena, "%s_args", name), m->span, NULL);
}

static void claim_decl(struct assign *s, const struct decl *d)
{
	size_t i;

	if (d->kind == DECL_ENDPOINT) {
		claim(s, &s->tags, arena_printf(s->arena, "%s_endpoint", d->c_name),
		      d->span, NULL);
		claim_all(s, d->c_name, of_endpoint, d->span, NULL);
		for (i = 0; i < d->endpoint->n_methods; i++) {
			const struct method *m = &d->endpoint->methods[i];

			if (m->messages)
				claim_all(s, d->c_name, of_messages, d->span, NULL);
			else
				claim_method(s, m);
		}
		return;
	}
	claim(s, &s->tags, d->c_name, d->span, NULL);
	claim_all(s, d->c_name, of_type, d->span, NULL);
	claim_all(s, d->c_name, of_object, d->span, NULL);
	if (d->kind == DECL_EXCEPTION)
		claim_all(s, d->c_name, of_exception, d->span, NULL);
	if (d->kind == DECL_ENUM)
		claim_all(s, d->c_name, of_enum, d->span, NULL);
	if (d->kind == DECL_ENUM)
		for (i = 0; i < d->enumeration->n_values; i++)
			claim(s, &s->ordinary, d->enumeration->values[i].c_name,
			      d->enumeration->values[i].span, NULL);
	if (d->kind == DECL_UNION)
		for (i = 0; i < d->variant->n_members; i++)
			claim_kinds(s, d, d->variant->members[i]->decl);
	if ((d->kind == DECL_MODEL || d->kind == DECL_EXCEPTION) && d->record->sealed) {
		claim(s, &s->tags, arena_printf(s->arena, "%s_common", d->c_name),
		      d->span, NULL);
		claim(s, &s->ordinary,
		      arena_printf(s->arena, "%s_common_type", d->c_name), d->span, NULL);
		for (i = 0; i < d->record->n_children; i++)
			claim_kinds(s, d, d->record->children[i]->decl);
	}
	if (d->kind == DECL_UNION ||
	    ((d->kind == DECL_MODEL || d->kind == DECL_EXCEPTION) && d->record->sealed))
		claim(s, &s->tags, arena_printf(s->arena, "%s_kind", d->c_name), d->span,
		      NULL);
}

/* The structs of lists, sets, maps and tuples, where they are first mentioned. */
static void claim_type(struct assign *s, const struct type *type, struct span span)
{
	const struct type *base = type->base;
	const char *name;
	size_t i;

	if (base->kind < TYPE_LIST ||
	    map_put(s->arena, &s->seen, (const char *)base, (void *)(uintptr_t)base))
		return;
	name = cname_composite(s->arena, s->schema, base);
	claim(s, &s->tags, name, span, base);
	claim_all(s, name, of_type, span, base);
	if (base->kind == TYPE_MAP) {
		claim(s, &s->tags, arena_printf(s->arena, "%s_entry", name), span, base);
		claim_type(s, base->key, span);
	}
	for (i = 0; i < base->n_items; i++)
		claim_type(s, base->items[i], span);
	if (base->kind == TYPE_TUPLE)
		return;
	if (base->element->nullable && base->kind != TYPE_MAP &&
	    base->element->kind < TYPE_MODEL)
		claim(s, &s->tags, cname_composite(s->arena, s->schema, base->element),
		      span, base->element);
	claim_type(s, base->element, span);
}

/* A stream's functions; those of built-in types are the runtime's. */
static void claim_stream(struct assign *s, const struct type *type, struct span span)
{
	if (type->kind <= TYPE_ANY)
		return;
	claim_all(s, cname_item(s->arena, s->schema, type), of_stream, span, type);
}

static void claim_types(struct assign *s, const struct decl *d)
{
	size_t i, k;

	if (d->kind == DECL_MODEL || d->kind == DECL_EXCEPTION)
		for (i = 0; i < d->record->n_fields; i++)
			if (!d->record->fields[i].reserved)
				claim_type(s, d->record->fields[i].type,
					   d->record->fields[i].span);
	for (i = 0; d->kind == DECL_ENDPOINT && i < d->endpoint->n_methods; i++) {
		const struct method *m = &d->endpoint->methods[i];

		for (k = 0; k < m->n_params; k++) {
			claim_type(s, m->params[k].type, m->params[k].span);
			if (m->params[k].stream)
				claim_stream(s, m->params[k].type, m->params[k].span);
		}
		if (m->result_type)
			claim_type(s, m->result_type, m->span);
		if (m->result == RESULT_STREAM)
			claim_stream(s, m->result_type, m->span);
	}
}

int cname_assign(struct schema *schema, struct diag *diag)
{
	struct assign s = { .arena = diag->arena, .diag = diag };
	size_t before = diag->n_errors, i, k;

	strs_init(&s.names, diag->arena);
	for (i = 0; i < schema->n_all; i++) {
		const char *prefix = cname_prefix(s.arena, schema->all[i]);

		for (k = 0; k < schema->all[i]->n_decls; k++)
			name_decl(&s, prefix, schema->all[i]->decls[k]);
	}
	for (i = 0; i < schema->n_all; i++) {
		s.schema = schema->all[i];
		s.seen = (struct map){ 0 };
		for (k = 0; k < s.schema->n_decls; k++)
			claim_decl(&s, s.schema->decls[k]);
		for (k = 0; k < s.schema->n_decls; k++)
			claim_types(&s, s.schema->decls[k]);
	}
	return diag->n_errors > before ? -1 : 0;
}
