/* Rows of the descriptor tables, and which types hold server-only fields.  Start in
 * emit_c.h; runtime/include/spy/tables.h has the macros. */
#include "emit_c.h"

#include <inttypes.h>

const char *emit_flags(struct arena *a, const char *const *flags, size_t n)
{
	struct buf b = { .arena = a };
	size_t i;

	for (i = 0; i < n; i++)
		if (flags[i])
			buf_printf(&b, "%s%s", b.len ? " | " : "", flags[i]);
	return b.len ? buf_text(&b) : "0";
}

static const char *row_flags(const struct emit *e, const struct row *row)
{
	bool pointer = row->param ? ctype_form(row->type) == FORM_POINTER
				  : ctype_is_pointer(row->type);
	const char *flags[] = {
		row->type->nullable ? "SPY_FIELD_NULLABLE" : NULL,
		pointer ? "SPY_FIELD_POINTER" : NULL,
		row->flags,
	};

	return emit_flags(e->arena, flags, sizeof(flags) / sizeof(flags[0]));
}

const char *emit_row(const struct emit *e, const struct row *row)
{
	struct arena *a = e->arena;
	const char *max = row->max ? arena_printf(a, "%" PRIu64, row->max) : "SPY_NO_MAX";
	const char *macro = "SPY_FIELD", *has = NULL;
	struct vec words = { 0 };
	size_t i;

	if (!row->param && ctype_has(row->type)) {
		macro = "SPY_FIELD_HAS";
		has = arena_printf(a, "has_%s", row->member);
	} else if (row->max || row->dflt) {
		macro = "SPY_FIELD_MORE";
	}
	const char *const all[] = {
		arena_printf(a, "%s(%s", macro, row->owner),
		row->member,
		has,
		arena_printf(a, "\"%s\"", row->name),
		ctype_kind(row->type),
		ctype_table(e, row->type),
		row_flags(e, row),
		has || row->max || row->dflt ? max : NULL,
		!has && (row->max || row->dflt) ? (row->dflt ? row->dflt : "NULL") : NULL,
	};

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i])
			vec_push(a, &words, (void *)(uintptr_t)all[i]);
	return arena_printf(a, "%s),", emit_wrap(a, 8, "\t\t", ", ", &words));
}

bool emit_holds_server(const struct emit *e, const struct type *type)
{
	size_t i;

	for (i = 0; i < type->n_items; i++)
		if (emit_holds_server(e, type->items[i]))
			return true;
	if (type->element)
		return emit_holds_server(e, type->element);
	return type->decl && map_get(&e->holders, (const char *)type->decl);
}

static bool record_holds(const struct emit *e, const struct record *r)
{
	size_t i;

	if (r->parent && map_get(&e->holders, (const char *)r->parent->decl))
		return true;
	for (i = 0; i < r->n_children; i++)
		if (map_get(&e->holders, (const char *)r->children[i]->decl))
			return true;
	for (i = 0; i < r->n_fields; i++)
		if (r->fields[i].server ||
		    (r->fields[i].type && emit_holds_server(e, r->fields[i].type)))
			return true;
	return false;
}

static bool decl_holds(const struct emit *e, const struct decl *d)
{
	size_t i;

	if (d->kind == DECL_MODEL || d->kind == DECL_EXCEPTION)
		return record_holds(e, d->record);
	for (i = 0; d->kind == DECL_UNION && i < d->variant->n_members; i++)
		if (emit_holds_server(e, d->variant->members[i]))
			return true;
	return false;
}

/* Types may hold each other in circles: repeated until nothing is added. */
void emit_find_holders(struct emit *e)
{
	bool added = true;
	size_t i, k;

	while (added) {
		added = false;
		for (i = 0; i < e->schema->n_all; i++) {
			const struct schema *s = e->schema->all[i];

			for (k = 0; k < s->n_decls; k++) {
				struct decl *d = s->decls[k];

				if (!map_get(&e->holders, (const char *)d) &&
				    decl_holds(e, d)) {
					map_put(e->arena, &e->holders, (const char *)d,
						d);
					added = true;
				}
			}
		}
	}
}
