/*
 * The tables of an endpoint's methods.  Parameters, streams and plain results of all methods
 * stand in one array each, which a method points into: most methods have only a few.  Start
 * in emit_c.h.
 */
#include "cname.h"
#include "emit_c.h"

#include <inttypes.h>
#include <string.h>

static const char *const overflows[] = {
	[OVERFLOW_UNSAID] = "DEFAULT",		[OVERFLOW_BLOCK] = "BLOCK",
	[OVERFLOW_DROP_OLDEST] = "DROP_OLDEST", [OVERFLOW_DROP_NEWEST] = "DROP_NEWEST",
	[OVERFLOW_LATEST] = "LATEST",		[OVERFLOW_FAIL] = "FAIL",
};

static const char *stream_row(const struct emit *e, const struct method *m,
			      const char *name, const struct type *type, uint32_t credit,
			      enum overflow overflow)
{
	const char *row = arena_printf(
		e->arena, "SPY_STREAM(\"%s\", %s, %s, %s, %" PRIu32 ", %s), /* %s */",
		name, ctype_kind(type), ctype_table(e, type),
		type->nullable ? "SPY_FIELD_NULLABLE" : "0", credit, overflows[overflow],
		m->name);

	return emit_fold(e->arena, 8, EMIT_INDENT, row);
}

size_t emit_stream_count(const struct method *m)
{
	size_t i, n = 0;

	for (i = 0; i < m->n_params; i++)
		n += m->params[i].stream;
	return n;
}

/* The place of the method's first row. */
static size_t emit_streams_of(const struct emit *e, struct method_tables *t,
			      const struct method *m)
{
	struct view *rows = t->streams;
	size_t i, first = rows->parts.n;

	if (m->result == RESULT_STREAM)
		view_add_text(e->arena, rows,
			      stream_row(e, m, "result", m->result_type, m->credit,
					 m->overflow));
	else if (m->streaming)
		view_add_text(e->arena, rows,
			      arena_printf(e->arena, "SPY_NO_STREAM, /* %s */", m->name));
	for (i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];

		if (p->stream)
			view_add_text(e->arena, rows,
				      stream_row(e, m, p->name, p->type, p->credit,
						 p->overflow));
	}
	return first;
}

/* The place of the row; methods with the same result share it. */
static size_t emit_plain_result(const struct emit *e, struct method_tables *t,
				const struct type *type)
{
	const char *row;
	size_t i;

	for (i = 0; i < t->result_types.n; i++)
		if (t->result_types.at[i] == type)
			return i;
	vec_push(e->arena, &t->result_types, (void *)(uintptr_t)type);
	row = arena_printf(e->arena, "SPY_ITEM(\"result\", %s, %s, %s),",
			   ctype_kind(type), ctype_table(e, type),
			   type->nullable ? "SPY_FIELD_NULLABLE" : "0");
	view_add_text(e->arena, t->results, emit_fold(e->arena, 8, EMIT_INDENT, row));
	return i;
}

/* What the row says of the default.  Nil for `any` is a value, passed by pointer as others
 * are. */
static const char *emit_arg_default(const struct emit *e, struct view *defaults,
				    const struct param *p, const char *name)
{
	struct arena *a = e->arena;
	struct view *v = view_add(a, defaults);
	const char *type =
		p->value ? value_type(e, p->type, p->value) : ctype(e, p->type);

	view_text(a, v, "decl", ctype_decl(e, type, p->c_name, false));
	view_text(a, v, "value",
		  p->value ? value_initializer(e, p->type, p->value)
			   : "{ SPY_ANY_NIL, 0, { false } }");
	return arena_printf(a, "&%s_args_defaults.%s", name, p->c_name);
}

static void emit_args(const struct emit *e, struct method_tables *t, struct view *v,
		      const struct method *m, const char *name)
{
	struct arena *a = e->arena;
	struct view *rows = t->params;
	size_t first = rows->parts.n;
	struct view *defaults = view_list(a, v, "arg_defaults");
	struct buf values = { .arena = a }, members = { .arena = a };
	bool server = false;
	size_t i;

	for (i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];
		struct row row = { .owner = arena_printf(a, "struct %s_args", name),
				   .member = p->c_name,
				   .name = p->name,
				   .type = p->type,
				   .max = p->max,
				   .param = true };

		if (p->stream)
			continue;
		server = server || emit_holds_server(e, p->type);
		buf_printf(&values, "%s%s", values.len ? ", " : "", p->c_name);
		buf_printf(&members, "%s; ",
			   ctype_decl(e, ctype_param(e, p->type), p->c_name, false));
		if (p->value && !value_type(e, p->type, p->value))
			row.flags = p->value->kind == VALUE_NOW ? "SPY_FIELD_NOW"
								: "SPY_FIELD_RANDOM";
		else if (p->value || p->type->kind == TYPE_ANY)
			row.dflt = emit_arg_default(e, defaults, p, name);
		view_add_text(a, rows, emit_row(e, &row));
	}
	view_text(a, v, "values",
		  emit_fold(a, 24 + strlen(name), EMIT_INDENT, buf_text(&values)));
	view_text(a, v, "first", arena_printf(a, "%zu", first));
	view_text(a, v, "count", arena_printf(a, "%zu", rows->parts.n - first));
	view_text(a, v, "args",
		  members.len ? emit_fold(a, 0, EMIT_INDENT,
					  arena_printf(a, "struct %s_args { %s};", name,
						       members.text))
			      : NULL);
	view_text(a, v, "args_flags", server ? "SPY_TYPE_HOLDS_SERVER" : "0");
}

static bool descends(const struct record *r, const struct record *from)
{
	for (r = r->parent; r; r = r->parent)
		if (r == from)
			return true;
	return false;
}

/* What is thrown, and what extends that: the client has to know it by its name. */
static void emit_throws(const struct emit *e, struct view *v, const struct method *m)
{
	struct arena *a = e->arena;
	struct buf b = { .arena = a };
	size_t i, k, t;

	for (i = 0; i < m->n_throws; i++)
		buf_printf(&b, "&%s_type, ", m->throws[i]->decl->c_name);
	for (i = 0; m->n_throws && i < e->schema->n_all; i++) {
		const struct schema *s = e->schema->all[i];

		for (k = 0; k < s->n_decls; k++) {
			const struct decl *d = s->decls[k];
			bool named = false, below = false;

			for (t = 0; d->kind == DECL_EXCEPTION && t < m->n_throws; t++) {
				named = named || m->throws[t] == d->record;
				below = below || descends(d->record, m->throws[t]);
			}
			if (below && !named)
				buf_printf(&b, "&%s_type, ", d->c_name);
		}
	}
	view_text(a, v, "throws",
		  b.len ? emit_fold(a, 70, EMIT_INDENT, arena_printf(a, "%sNULL", b.text))
			: NULL);
}

const char *emit_scopes(struct arena *a, const char *const *scopes, size_t n)
{
	struct buf b = { .arena = a };
	size_t i;

	for (i = 0; i < n; i++)
		buf_printf(&b, "%s, ", c_string(a, scopes[i], strlen(scopes[i])));
	return n ? arena_printf(a, "%sNULL", b.text) : NULL;
}

void emit_method_table(const struct emit *e, struct method_tables *t, struct view *v,
		       const struct method *m)
{
	struct arena *a = e->arena;
	const char *name = cname_method(a, m), *endpoint = m->endpoint->decl->c_name;
	size_t n_streams = emit_stream_count(m), first = emit_streams_of(e, t, m),
	       result = 0;
	const char *flags[] = {
		m->result == RESULT_STREAM ? "SPY_METHOD_RESULT_STREAM" : NULL,
		m->streaming ? "SPY_METHOD_STREAMING" : NULL,
		m->login ? "SPY_METHOD_LOGIN" : NULL,
		m->messages ? "SPY_METHOD_MESSAGES" : NULL,
	};
	struct buf b = { .arena = a };

	emit_args(e, t, v, m, name);
	emit_throws(e, v, m);
	view_text(a, v, "scopes", emit_scopes(a, m->scopes, m->n_scopes));
	if (m->result == RESULT_PLAIN)
		result = emit_plain_result(e, t, m->result_type);

	buf_printf(&b, "{ \"%s\", ", m->wire_name);
	if (m->n_params > n_streams)
		buf_printf(&b, "&%s_args_type, ", name);
	else
		buf_put(&b, "NULL, ");
	if (m->result == RESULT_PLAIN)
		buf_printf(&b, "&%s_table_results[%zu], ", endpoint, result);
	else
		buf_put(&b, "NULL, ");
	if (m->streaming)
		buf_printf(&b, "&%s_table_streams[%zu], ", endpoint, first);
	else
		buf_put(&b, "NULL, ");
	buf_printf(&b, m->n_throws ? "%s_throws, " : "NULL, ", name);
	buf_printf(&b, m->n_scopes ? "%s_scopes, " : "NULL, ", name);
	buf_printf(&b, "%" PRIu32 ", %zu, %s },", m->timeout_ms, n_streams,
		   emit_flags(a, flags, sizeof(flags) / sizeof(flags[0])));
	view_text(a, v, "row", emit_fold(a, 8, "\t  ", buf_text(&b)));
}
