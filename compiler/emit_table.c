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
	struct buf b = { .arena = e->arena };
	bool has = !row->param && ctype_has(row->type), more = row->max || row->dflt;

	buf_printf(&b, "SPY_FIELD%s(%s, %s, ",
		   has	  ? "_HAS"
		   : more ? "_MORE"
			  : "",
		   row->owner, row->member);
	if (has)
		buf_printf(&b, "has_%s, ", row->member);
	buf_printf(&b, "\"%s\", %s, %s, %s", row->name, ctype_kind(row->type),
		   ctype_table(e, row->type), row_flags(e, row));
	if (row->max)
		buf_printf(&b, ", %" PRIu64, row->max);
	else if (has || more)
		buf_put(&b, ", SPY_NO_MAX");
	if (has || more)
		buf_printf(&b, ", %s", row->dflt ? row->dflt : "NULL");
	buf_put(&b, "),");
	return emit_fold(e->arena, 8, EMIT_INDENT, buf_text(&b));
}

bool emit_is_hidden(const struct emit *e, const struct field *f)
{
	return e->public && f->server;
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

bool emit_record_holds(const struct emit *e, const struct record *r)
{
	size_t i;

	if (r->parent && map_get(&e->holders, (const char *)r->parent->decl))
		return true;
	for (i = 0; i < r->n_fields; i++)
		if ((r->fields[i].server && !e->public) ||
		    (r->fields[i].type && emit_holds_server(e, r->fields[i].type)))
			return true;
	return false;
}

static bool decl_holds(const struct emit *e, const struct decl *d)
{
	size_t i;

	if (d->kind == DECL_MODEL || d->kind == DECL_EXCEPTION) {
		for (i = 0; i < d->record->n_children; i++)
			if (map_get(&e->holders,
				    (const char *)d->record->children[i]->decl))
				return true;
		return emit_record_holds(e, d->record);
	}
	for (i = 0; d->kind == DECL_UNION && i < d->variant->n_members; i++)
		if (emit_holds_server(e, d->variant->members[i]))
			return true;
	return false;
}

/* Types may hold each other in circles: repeated until nothing is added. */
void emit_find_holders(struct emit *e)
{
	bool added = !e->public;
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
