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

struct shared_row {
	const char *text;
	size_t first;
};

/* Rows further back are not looked at: methods that have something in common stand close
 * together, and an endpoint of thousands must not take their square. */
#define SHARED_ROWS_MAX 64

/* The place of the first of the row's `n` elements; with `share` also of an equal one. */
static size_t add_row(const struct emit *e, struct shared_table *t, const char *text,
		      size_t n, bool share)
{
	struct shared_row *row;
	size_t i, until = t->rows.n > SHARED_ROWS_MAX ? t->rows.n - SHARED_ROWS_MAX : 0;

	for (i = t->rows.n; share && i-- > until;) {
		row = t->rows.at[i];
		if (!strcmp(row->text, text))
			return row->first;
	}
	row = ARENA_NEW(e->arena, struct shared_row);
	*row = (struct shared_row){ text, t->n };
	vec_push(e->arena, &t->rows, row);
	view_add_text(e->arena, t->lines, text);
	t->n += n;
	return row->first;
}

struct method_tables emit_method_tables(const struct emit *e, struct view *endpoint)
{
	return (struct method_tables){
		.params.lines = view_list(e->arena, endpoint, "params"),
		.args.lines = view_list(e->arena, endpoint, "args"),
		.streams.lines = view_list(e->arena, endpoint, "streams"),
		.results.lines = view_list(e->arena, endpoint, "results"),
		.throws.lines = view_list(e->arena, endpoint, "throws"),
		.scopes.lines = view_list(e->arena, endpoint, "scopes"),
	};
}

/* "&chat_room_table_streams[3]" */
static const char *place(const struct emit *e, const struct endpoint *ep,
			 const char *table, size_t index)
{
	return arena_printf(e->arena, "&%s_table_%s[%zu]", ep->decl->c_name, table,
			    index);
}

static const char *stream_row(const struct emit *e, const char *name,
			      const struct type *type, uint32_t credit,
			      enum overflow overflow)
{
	const char *row = arena_printf(e->arena, "\"%s\", %s, %s", name, ctype_kind(type),
				       ctype_table(e, type));

	if (!type->nullable && !credit && overflow == OVERFLOW_UNSAID)
		return arena_printf(e->arena, "SPY_STREAM(%s),", row);
	return arena_printf(e->arena, "SPY_STREAM_MORE(%s, %s, %" PRIu32 ", %s),", row,
			    type->nullable ? "SPY_FIELD_NULLABLE" : "0", credit,
			    overflows[overflow]);
}

size_t emit_stream_count(const struct method *m)
{
	size_t i, n = 0;

	for (i = 0; i < m->n_params; i++)
		n += m->params[i].stream;
	return n;
}

/* The result's stream first, or what stands for it. */
static const char *emit_streams_of(const struct emit *e, struct method_tables *t,
				   const struct method *m)
{
	struct vec rows = { 0 };
	const char *row = "SPY_NO_STREAM,";
	size_t i, first;

	if (!m->streaming)
		return "NULL";
	if (m->result == RESULT_STREAM)
		row = stream_row(e, "result", m->result_type, m->credit, m->overflow);
	vec_push(e->arena, &rows, (void *)(uintptr_t)row);
	for (i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];

		if (!p->stream)
			continue;
		row = stream_row(e, p->name, p->type, p->credit, p->overflow);
		vec_push(e->arena, &rows, (void *)(uintptr_t)row);
	}
	first = add_row(e, &t->streams, emit_join(e->arena, 8, "\t", &rows), rows.n,
			true);
	return place(e, m->endpoint, "streams", first);
}

static const char *emit_plain_result(const struct emit *e, struct method_tables *t,
				     const struct method *m)
{
	const struct type *type = m->result_type;
	const char *row;

	if (m->result != RESULT_PLAIN)
		return "NULL";
	row = arena_printf(e->arena, "SPY_ITEM(\"result\", %s, %s, %s),",
			   ctype_kind(type), ctype_table(e, type),
			   type->nullable ? "SPY_FIELD_NULLABLE" : "0");
	row = emit_fold(e->arena, 8, EMIT_INDENT, row);
	return place(e, m->endpoint, "results", add_row(e, &t->results, row, 1, true));
}

struct defaults {
	struct vec decls;  /* "int64_t limit;" */
	struct vec values; /* "10," */
};

/* Nil for `any` is a value, passed by pointer as others are. */
static void add_default(const struct emit *e, struct defaults *d, const struct param *p)
{
	struct arena *a = e->arena;
	const char *type =
		p->value ? value_type(e, p->type, p->value) : ctype(e, p->type);

	vec_push(a, &d->decls,
		 arena_printf(a, "%s;", ctype_decl(e, type, p->c_name, false)));
	vec_push(a, &d->values,
		 arena_printf(a, "%s,",
			      p->value ? value_initializer(e, p->type, p->value)
				       : "{ SPY_ANY_NIL, 0, { false } }"));
}

static const char *param_row(const struct emit *e, struct defaults *d,
			     const struct param *p, const char *name)
{
	const char *flags[] = {
		p->type->nullable ? "SPY_FIELD_NULLABLE" : NULL,
		ctype_form(p->type) == FORM_POINTER ? "SPY_FIELD_POINTER" : NULL,
		NULL,
	};
	bool dflt = false;
	const char *row;

	if (p->value && !value_type(e, p->type, p->value))
		flags[2] = p->value->kind == VALUE_NOW ? "SPY_FIELD_NOW"
						       : "SPY_FIELD_RANDOM";
	else
		dflt = p->value || p->type->kind == TYPE_ANY;
	if (dflt)
		add_default(e, d, p);
	row = arena_printf(e->arena, "(%s, %s, \"%s\", %s, %s, %s", name, p->c_name,
			   p->name, ctype_kind(p->type), ctype_table(e, p->type),
			   emit_flags(e->arena, flags, 3));
	if (p->max)
		row = arena_printf(e->arena, "_MAX%s, %" PRIu64, row, p->max);
	row = arena_printf(e->arena, "SPY_PARAM%s%s),", dflt ? "_DEFAULT" : "", row);
	return emit_fold(e->arena, 8, EMIT_INDENT, row);
}

static void emit_defaults(const struct emit *e, struct view *v, const struct defaults *d,
			  const char *name)
{
	struct arena *a = e->arena;
	struct vec parts = { 0 };

	vec_push(a, &parts,
		 arena_printf(a, "static const struct { %s }",
			      emit_join(a, 22, EMIT_INDENT, &d->decls)));
	vec_push(a, &parts,
		 arena_printf(a, "%s_args_defaults = { %s };", name,
			      emit_join(a, 29 + strlen(name), EMIT_INDENT, &d->values)));
	view_text(a, v, "defaults", d->decls.n ? emit_join(a, 0, "\t", &parts) : NULL);
}

/* The place of its type, and what the client's function puts into the struct. */
static const char *emit_args(const struct emit *e, struct method_tables *t,
			     struct view *v, const struct method *m, const char *name)
{
	struct arena *a = e->arena;
	size_t first = t->params.n, i;
	struct buf values = { .arena = a }, members = { .arena = a };
	struct defaults defaults = { .decls = { 0 } };
	const char *row;
	bool server = false;

	for (i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];

		if (p->stream)
			continue;
		server = server || emit_holds_server(e, p->type);
		buf_printf(&values, "%s%s", values.len ? ", " : "", p->c_name);
		buf_printf(&members, "%s; ",
			   ctype_decl(e, ctype_param(e, p->type), p->c_name, false));
		add_row(e, &t->params, param_row(e, &defaults, p, name), 1, false);
	}
	emit_defaults(e, v, &defaults, name);
	view_text(a, v, "values",
		  emit_fold(a, 24 + strlen(name), EMIT_INDENT, buf_text(&values)));
	view_text(a, v, "args",
		  members.len ? emit_fold(a, 0, EMIT_INDENT,
					  arena_printf(a, "struct %s_args { %s};", name,
						       members.text))
			      : NULL);
	if (!members.len)
		return "NULL";
	row = arena_printf(a, "SPY_ARGS(%s, %s, %s_table_params, %zu, %zu),", name,
			   server ? "SPY_TYPE_HOLDS_SERVER" : "0",
			   m->endpoint->decl->c_name, first, t->params.n - first);
	row = emit_fold(a, 8, EMIT_INDENT, row);
	return place(e, m->endpoint, "args", add_row(e, &t->args, row, 1, false));
}

static bool descends(const struct record *r, const struct record *from)
{
	for (r = r->parent; r; r = r->parent)
		if (r == from)
			return true;
	return false;
}

/* What is thrown, and what extends that: the client has to know it by its name. */
static const char *emit_throws(const struct emit *e, struct method_tables *t,
			       const struct method *m)
{
	struct arena *a = e->arena;
	struct vec rows = { 0 };
	size_t i, k, n;

	if (!m->n_throws)
		return "NULL";
	for (i = 0; i < m->n_throws; i++)
		vec_push(a, &rows,
			 arena_printf(a, "&%s_type,", m->throws[i]->decl->c_name));
	for (i = 0; i < e->schema->n_all; i++) {
		const struct schema *s = e->schema->all[i];

		for (k = 0; k < s->n_decls; k++) {
			const struct decl *d = s->decls[k];
			bool named = false, below = false;

			if (d->kind != DECL_EXCEPTION || (e->public && d->server))
				continue;
			for (n = 0; n < m->n_throws; n++) {
				named = named || m->throws[n] == d->record;
				below = below || descends(d->record, m->throws[n]);
			}
			if (below && !named)
				vec_push(a, &rows,
					 arena_printf(a, "&%s_type,", d->c_name));
		}
	}
	vec_push(a, &rows, (void *)(uintptr_t) "NULL,");
	return place(e, m->endpoint, "throws",
		     add_row(e, &t->throws, emit_join(a, 8, EMIT_INDENT, &rows), rows.n,
			     true));
}

const char *emit_scopes(const struct emit *e, struct method_tables *t,
			const struct endpoint *ep, const char *const *scopes, size_t n)
{
	struct arena *a = e->arena;
	struct vec rows = { 0 };
	size_t i;

	if (!n)
		return "NULL";
	for (i = 0; i < n; i++)
		vec_push(a, &rows,
			 arena_printf(a, "%s,",
				      c_string(a, scopes[i], strlen(scopes[i]))));
	vec_push(a, &rows, (void *)(uintptr_t) "NULL,");
	return place(e, ep, "scopes",
		     add_row(e, &t->scopes, emit_join(a, 8, EMIT_INDENT, &rows), rows.n,
			     true));
}

void emit_method_table(const struct emit *e, struct method_tables *t, struct view *v,
		       const struct method *m)
{
	struct arena *a = e->arena;
	const char *args = emit_args(e, t, v, m, cname_method(a, m));
	const char *result = emit_plain_result(e, t, m);
	const char *streams = emit_streams_of(e, t, m);
	const char *throws = emit_throws(e, t, m);
	const char *scopes = emit_scopes(e, t, m->endpoint, m->scopes, m->n_scopes);
	const char *flags[] = {
		m->result == RESULT_STREAM ? "SPY_METHOD_RESULT_STREAM" : NULL,
		m->streaming ? "SPY_METHOD_STREAMING" : NULL,
		m->login ? "SPY_METHOD_LOGIN" : NULL,
		m->messages ? "SPY_METHOD_MESSAGES" : NULL,
	};
	const char *row =
		arena_printf(a, "{ \"%s\", %s, %s, %s, %s, %s, %" PRIu32 ", %zu, %s },",
			     m->wire_name, args, result, streams, throws, scopes,
			     m->timeout_ms, emit_stream_count(m),
			     emit_flags(a, flags, sizeof(flags) / sizeof(flags[0])));

	view_text(a, v, "row", emit_fold(a, 8, "\t  ", row));
}
