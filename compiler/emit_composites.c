/*
 * Lists, sets, maps and tuples: a struct for each that is mentioned, made when it is first
 * needed.  A list needs only the name of its element's struct; a tuple, a map's entry and
 * the struct of a nullable element hold theirs by value and wait in `pending` until these
 * are complete.  Start in emit_c.h.
 */
#include "cname.h"
#include "emit_c.h"

static const char *const composite_names[] = { "_init()",  "_clone()", "_free()",
					       "_equal()", "_print()", NULL };

enum waiting {
	WAITING_TUPLE,
	WAITING_ENTRY, /* of a map */
	WAITING_OPT,   /* of a nullable element */
};

struct pending {
	enum waiting kind;
	const struct type *type;
};

static const char *name_of(const struct emit *e, const struct type *type)
{
	return cname_composite(e->arena, e->schema, type);
}

static const char *flags_of(const struct emit *e, const struct type *type)
{
	return emit_holds_server(e, type) ? "SPY_TYPE_HOLDS_SERVER" : "0";
}

static struct struct_view shared_struct(struct emit *e, const char *name,
					const char *says)
{
	struct struct_view s = emit_struct(
		e, name, cname_upper(e->arena, arena_printf(e->arena, "%s_", name)));

	view_add_text(e->arena, view_list(e->arena, s.view, "doc"),
		      arena_printf(e->arena, "/* %s */", says));
	view_text(e->arena, s.view, "deprecated", NULL);
	return s;
}

static void plain_member(struct emit *e, struct struct_view *s, const struct type *type,
			 const char *name)
{
	struct view *m = emit_member(e, s, type, name, false);

	emit_doc(e, m, NULL, NULL);
	view_text(e->arena, m, "note",
		  type->kind == TYPE_DURATION ? " /* nanoseconds */" : NULL);
}

static void wait_for(struct emit *e, enum waiting kind, const struct type *type)
{
	struct pending *p = ARENA_NEW(e->arena, struct pending);

	p->kind = kind;
	p->type = type;
	vec_push(e->arena, &e->pending, p);
}

/* ---- lists, sets, maps ---- */

/* The C type of one item. */
static const char *item_type(const struct emit *e, const struct type *type)
{
	if (type->kind == TYPE_MAP)
		return arena_printf(e->arena, "struct %s_entry", name_of(e, type));
	if (ctype_has(type->element))
		return arena_printf(e->arena, "struct %s", name_of(e, type->element));
	return ctype_member(e, type->element);
}

static const char *element_row(const struct emit *e, const struct type *type)
{
	struct row row = { .owner = item_type(e, type),
			   .member = "value",
			   .name = "item",
			   .type = type->element };
	const char *flags[] = { type->element->nullable ? "SPY_FIELD_NULLABLE" : NULL,
				ctype_is_pointer(type->element) ? "SPY_FIELD_POINTER"
								: NULL };

	if (ctype_has(type->element))
		return emit_row(e, &row);
	return emit_fold(e->arena, 8, EMIT_INDENT,
			 arena_printf(e->arena, "SPY_ITEM(\"item\", %s, %s, %s),",
				      ctype_kind(type->element),
				      ctype_table(e, type->element),
				      emit_flags(e->arena, flags, 2)));
}

static const char *entry_row(const struct emit *e, const struct type *type,
			     const char *name, const struct type *part)
{
	struct row row = {
		.owner = item_type(e, type), .member = name, .name = name, .type = part
	};

	return emit_row(e, &row);
}

static void emit_list(struct emit *e, const struct type *type)
{
	struct arena *a = e->arena;
	const char *name = name_of(e, type), *item = item_type(e, type),
		   *says = type->text;
	const char *c = arena_printf(a, "struct %s", name);
	struct struct_view s = shared_struct(e, name, says);
	struct view *m = view_add(a, s.members);

	view_text(a, m, "has", NULL);
	view_text(a, m, "decl",
		  ctype_decl(e, ctype_pointer(e, item, true), "items", false));
	view_text(a, m, "note", NULL);
	emit_doc(e, m, NULL, NULL);
	m = view_add(a, s.members);
	view_text(a, m, "has", NULL);
	view_text(a, m, "decl", "size_t len");
	view_text(a, m, "note", NULL);
	emit_doc(e, m, NULL, NULL);
	if (type->kind == TYPE_MAP) {
		view_add_text(a, s.rows, entry_row(e, type, "key", type->key));
		view_add_text(a, s.rows, entry_row(e, type, "value", type->element));
	} else {
		view_add_text(a, s.rows, element_row(e, type));
	}
	emit_table(e, &s, arena_printf(a, "%s_type", name), "SPY_SHARED ",
		   arena_printf(a, "SPY_LIST(%s, %s, %s, %s_fields, %s)",
				ctype_kind(type), c, flags_of(e, type), name, item));
	emit_define(e, &s, "SPY_DEFINE_COMPOSITE", name, c, composite_names);
}

/* ---- what waits ---- */

static void emit_tuple(struct emit *e, const struct type *type)
{
	struct arena *a = e->arena;
	const char *name = name_of(e, type), *c = arena_printf(a, "struct %s", name);
	struct struct_view s = shared_struct(e, name, type->text);
	size_t i;

	for (i = 0; i < type->n_items; i++) {
		const char *item = arena_printf(a, "item%zu", i);
		struct row row = {
			.owner = c, .member = item, .name = item, .type = type->items[i]
		};

		plain_member(e, &s, type->items[i], item);
		view_add_text(a, s.rows, emit_row(e, &row));
	}
	emit_table(e, &s, arena_printf(a, "%s_type", name), "SPY_SHARED ",
		   arena_printf(a, "SPY_STRUCT(NULL, TUPLE, %s, %s, %s_fields)", c,
				flags_of(e, type), name));
	emit_define(e, &s, "SPY_DEFINE_COMPOSITE", name, c, composite_names);
	map_put(a, &e->done, (const char *)type, (void *)(uintptr_t)type);
}

static void emit_entry(struct emit *e, const struct type *type)
{
	struct arena *a = e->arena;
	struct struct_view s =
		shared_struct(e, arena_printf(a, "%s_entry", name_of(e, type)),
			      arena_printf(a, "Of %s.", type->text));

	plain_member(e, &s, type->key, "key");
	plain_member(e, &s, type->element, "value");
	emit_table(e, &s, NULL, NULL, NULL);
}

static void emit_opt(struct emit *e, const struct type *type)
{
	struct struct_view s = shared_struct(e, name_of(e, type), type->text);

	plain_member(e, &s, type, "value");
	emit_table(e, &s, NULL, NULL, NULL);
}

/* Whether a member of this type can be declared. */
static bool is_complete(const struct emit *e, const struct type *type)
{
	if (ctype_is_pointer(type) || type->kind == TYPE_ENUM)
		return true;
	if (type->kind == TYPE_TUPLE)
		return map_get(&e->done, (const char *)type->base);
	if (type->decl)
		return type->decl->schema != e->schema ||
		       map_get(&e->done, (const char *)type->decl);
	return true;
}

static bool emit_waiting(struct emit *e, const struct pending *p)
{
	size_t i;

	switch (p->kind) {
	case WAITING_TUPLE:
		for (i = 0; i < p->type->n_items; i++)
			if (!is_complete(e, p->type->items[i]))
				return false;
		emit_tuple(e, p->type);
		break;
	case WAITING_ENTRY:
		if (!is_complete(e, p->type->element))
			return false;
		emit_entry(e, p->type);
		break;
	case WAITING_OPT:
		emit_opt(e, p->type);
		break;
	}
	return true;
}

void emit_pending(struct emit *e)
{
	size_t i, kept, before;

	do {
		before = e->pending.n;
		for (i = kept = 0; i < before; i++)
			if (!emit_waiting(e, e->pending.at[i]))
				e->pending.at[kept++] = e->pending.at[i];
		e->pending.n = kept;
	} while (kept && kept < before);
}

void emit_needs(struct emit *e, const struct type *type)
{
	const struct type *base = type->base;
	size_t i;

	if (base->kind < TYPE_LIST ||
	    map_put(e->arena, &e->needed, (const char *)base, (void *)(uintptr_t)base))
		return;
	for (i = 0; i < base->n_items; i++)
		emit_needs(e, base->items[i]);
	if (base->kind == TYPE_TUPLE) {
		wait_for(e, WAITING_TUPLE, base);
		emit_pending(e);
		return;
	}
	emit_list(e, base);
	emit_needs(e, base->element);
	if (base->kind == TYPE_MAP)
		wait_for(e, WAITING_ENTRY, base);
	else if (ctype_has(base->element) &&
		 !map_put(e->arena, &e->needed, (const char *)base->element,
			  (void *)(uintptr_t)base->element))
		wait_for(e, WAITING_OPT, base->element);
	emit_pending(e);
}
