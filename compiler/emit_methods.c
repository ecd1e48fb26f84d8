/* Endpoints, their methods and the streams these use: signatures in ready-made text.  Start
 * in emit_c.h. */
#include "cname.h"
#include "emit_c.h"

#include <inttypes.h>
#include <string.h>

static const char *const stream_names[] = { "_recv()",	   "_try_recv()", "_send()",
					    "_try_send()", "_done()",	  "_cancel()",
					    "_listen()",   "_pause()",	  "_resume()",
					    "_relay()",	   "_base()",	  NULL };

static const char *const overflows[] = {
	[OVERFLOW_UNSAID] = "DEFAULT",		[OVERFLOW_BLOCK] = "BLOCK",
	[OVERFLOW_DROP_OLDEST] = "DROP_OLDEST", [OVERFLOW_DROP_NEWEST] = "DROP_NEWEST",
	[OVERFLOW_LATEST] = "LATEST",		[OVERFLOW_FAIL] = "FAIL",
};

static const char *const forms[] = {
	[FORM_VALUE] = "VALUE", [FORM_STRING] = "STRING", [FORM_POINTER] = "POINTER"
};

static void push(const struct emit *e, struct vec *words, const char *word)
{
	vec_push(e->arena, words, (void *)(uintptr_t)word);
}

static const char *stream_type(const struct emit *e, const struct type *type)
{
	return arena_printf(e->arena, "struct %s_stream",
			    cname_item(e->arena, e->schema, type));
}

/* MACRO_FORM(first, T, rest...): the type stands there only where the form leaves it open. */
static const char *form_macro(const struct emit *e, const char *macro, const char *first,
			      const struct type *type, const struct vec *rest)
{
	struct arena *a = e->arena;
	enum form form = ctype_form(type);
	struct vec words = { 0 };
	size_t i;

	push(e, &words, arena_printf(a, "%s_%s(%s", macro, forms[form], first));
	for (i = 0; rest && i < 2; i++) /* ENDPOINT, MEMBER */
		push(e, &words, rest->at[i]);
	if (form != FORM_STRING)
		push(e, &words, ctype(e, type));
	for (; rest && i < rest->n; i++)
		push(e, &words, rest->at[i]);
	return arena_printf(a, "%s)", emit_wrap(a, 0, "\t\t", ", ", &words));
}

/* ---- streams ---- */

/* The functions of an imported type's streams stand in its own header when that has streams
 * of it, else in that of everyone who has. */
static bool is_elsewhere(const struct emit *e, const struct type *type)
{
	const struct schema *owner = type->decl ? type->decl->schema : e->schema;
	size_t i;

	if (type->kind <= TYPE_ANY)
		return true;
	if (owner == e->schema || type->nullable)
		return false;
	for (i = 0; i < owner->n_stream_items; i++)
		if (owner->stream_items[i] == type)
			return true;
	return false;
}

void emit_streams(struct emit *e)
{
	struct arena *a = e->arena;
	struct view *streams = view_list(a, e->root, "streams"), *v;
	size_t i;

	for (i = 0; i < e->schema->n_stream_items; i++) {
		const struct type *type = e->schema->stream_items[i];
		const char *name = cname_item(a, e->schema, type);
		bool own =
			type->decl && !type->nullable && type->decl->schema == e->schema;

		if (is_elsewhere(e, type))
			continue;
		v = view_add(a, streams);
		view_text(a, v, "guard",
			  own ? NULL
			      : cname_upper(a, arena_printf(a, "%s_stream_", name)));
		emit_names(e, v, "names", name, stream_names);
		view_text(a, v, "text",
			  form_macro(e, "SPY_DEFINE_ITEM", name, type, NULL));
	}
}

/* ---- parameters ---- */

/* Where in `streams` the parameter's is: 1 and on. */
static size_t stream_index(const struct method *m, const struct param *p)
{
	size_t i, index = 1;

	for (i = 0; &m->params[i] != p; i++)
		index += m->params[i].stream;
	return index;
}

static const char *server_param(const struct emit *e, const struct param *p)
{
	if (p->stream)
		return arena_printf(e->arena, "%s *%s", stream_type(e, p->type),
				    p->c_name);
	return ctype_decl(e, ctype_param(e, p->type), p->c_name, false);
}

static const char *result_param(const struct emit *e, const struct method *m)
{
	if (m->result == RESULT_STREAM)
		return arena_printf(e->arena, "%s *result",
				    stream_type(e, m->result_type));
	return ctype_decl(e, ctype_pointer(e, ctype_param(e, m->result_type), false),
			  "result", false);
}

/* `int (*post)(struct spy_call *call, ...)` */
static const char *server_signature(const struct emit *e, const struct method *m)
{
	const char *start = arena_printf(e->arena, "int (*%s)(", m->c_name);
	struct vec words = { 0 };
	size_t i;

	push(e, &words, "struct spy_call *call");
	for (i = 0; i < m->n_params; i++)
		push(e, &words, server_param(e, &m->params[i]));
	if (m->result != RESULT_NONE)
		push(e, &words, result_param(e, m));
	return arena_printf(e->arena, "%s%s)", start,
			    emit_wrap(e->arena, 8 + strlen(start), "\t\t", ", ", &words));
}

/* The same from `args` and `streams`, in the macro that makes the invocation. */
static const char *invocation(const struct emit *e, const struct method *m)
{
	struct arena *a = e->arena;
	const char *name = cname_method(a, m);
	struct vec words = { 0 };
	size_t i;

	push(e, &words, arena_printf(a, "%s_endpoint", m->endpoint->decl->c_name));
	push(e, &words, m->c_name);
	push(e, &words, "call");
	for (i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];

		push(e, &words,
		     p->stream ? arena_printf(a, "(%s *)streams[%zu]",
					      stream_type(e, p->type), stream_index(m, p))
			       : arena_printf(a, "args->%s", p->c_name));
	}
	if (m->result == RESULT_STREAM)
		push(e, &words,
		     arena_printf(a, "(%s *)streams[0]", stream_type(e, m->result_type)));
	if (m->result == RESULT_PLAIN) {
		push(e, &words, "&result");
		return form_macro(e, "SPY_DEFINE_INVOKE", name, m->result_type, &words);
	}
	words.at[0] = arena_printf(a, "SPY_DEFINE_INVOKE(%s, %s", name,
				   (const char *)words.at[0]);
	return arena_printf(a, "%s)", emit_wrap(a, 0, "\t\t", ", ", &words));
}

static const char *client_signature(const struct emit *e, const struct method *m,
				    const char *name)
{
	const char *start = arena_printf(e->arena, "%s(", name);
	struct vec words = { 0 };
	size_t i;

	push(e, &words, "struct spy_client *client");
	for (i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];

		push(e, &words,
		     p->stream ? arena_printf(e->arena, "%s **%s",
					      stream_type(e, p->type), p->c_name)
			       : server_param(e, p));
	}
	if (m->result == RESULT_STREAM)
		push(e, &words,
		     arena_printf(e->arena, "%s **result",
				  stream_type(e, m->result_type)));
	return arena_printf(
		e->arena, "%s%s)", start,
		emit_wrap(e->arena,
			  strlen("static inline struct spy_call *") + strlen(start),
			  "\t\t", ", ", &words));
}

/* ---- tables ---- */

static const char *stream_row(const struct emit *e, const char *name,
			      const struct type *type, uint32_t credit,
			      enum overflow overflow)
{
	return arena_printf(e->arena, "SPY_STREAM(\"%s\", %s, %s, %s, %" PRIu32 ", %s),",
			    name, ctype_kind(type), ctype_table(e, type),
			    type->nullable ? "SPY_FIELD_NULLABLE" : "0", credit,
			    overflows[overflow]);
}

static size_t emit_stream_rows(const struct emit *e, struct view *v,
			       const struct method *m)
{
	struct view *rows = view_list(e->arena, v, "streams");
	size_t i, n = 0;

	if (!m->streaming)
		return 0;
	view_add_text(e->arena, rows,
		      m->result == RESULT_STREAM ? stream_row(e, "result", m->result_type,
							      m->credit, m->overflow)
						 : "SPY_NO_STREAM,");
	for (i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];

		if (!p->stream)
			continue;
		view_add_text(e->arena, rows,
			      stream_row(e, p->name, p->type, p->credit, p->overflow));
		n++;
	}
	return n;
}

static void emit_args(const struct emit *e, struct view *v, const struct method *m,
		      const char *name)
{
	struct arena *a = e->arena;
	struct view *args = view_list(a, v, "args"), *rows = view_list(a, v, "arg_rows");
	struct view *defaults = view_list(a, v, "arg_defaults"), *x;
	struct vec values = { 0 };
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
		const char *type;

		if (p->stream)
			continue;
		server = server || emit_holds_server(e, p->type);
		push(e, &values, p->c_name);
		view_add_text(a, args,
			      ctype_decl(e, ctype_param(e, p->type), p->c_name, false));
		if (p->value && (type = value_type(e, p->type, p->value))) {
			x = view_add(a, defaults);
			view_text(a, x, "decl", ctype_decl(e, type, p->c_name, false));
			view_text(a, x, "value", value_initializer(e, p->type, p->value));
			row.dflt =
				arena_printf(a, "&%s_args_defaults.%s", name, p->c_name);
		} else if (p->value) {
			row.flags = p->value->kind == VALUE_NOW ? "SPY_FIELD_NOW"
								: "SPY_FIELD_RANDOM";
		}
		view_add_text(a, rows, emit_row(e, &row));
	}
	view_text(a, v, "values", emit_wrap(a, 40, "\t\t", ", ", &values));
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
	struct view *throws = view_list(a, v, "throws");
	size_t i, k, t;

	for (i = 0; i < m->n_throws; i++)
		view_add_text(a, throws, m->throws[i]->decl->c_name);
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
				view_add_text(a, throws, d->c_name);
		}
	}
}

static void emit_scopes(const struct emit *e, struct view *v, const char *const *scopes,
			size_t n)
{
	struct view *list = view_list(e->arena, v, "scopes");
	size_t i;

	for (i = 0; i < n; i++)
		view_add_text(e->arena, list,
			      c_string(e->arena, scopes[i], strlen(scopes[i])));
}

static const char *method_row(const struct emit *e, const struct method *m,
			      const char *name, bool args, size_t n_streams)
{
	struct arena *a = e->arena;
	const char *flags[] = {
		m->result == RESULT_STREAM ? "SPY_METHOD_RESULT_STREAM" : NULL,
		m->streaming ? "SPY_METHOD_STREAMING" : NULL,
		m->login ? "SPY_METHOD_LOGIN" : NULL,
		m->messages ? "SPY_METHOD_MESSAGES" : NULL,
	};
	const char *const all[] = {
		arena_printf(a, "{ \"%s\"", m->wire_name),
		args ? arena_printf(a, "&%s_args_type", name) : "NULL",
		m->result == RESULT_PLAIN ? arena_printf(a, "&%s_plain_result", name)
					  : "NULL",
		m->streaming ? arena_printf(a, "%s_streams", name) : "NULL",
		m->n_throws ? arena_printf(a, "%s_throws", name) : "NULL",
		m->n_scopes ? arena_printf(a, "%s_scopes", name) : "NULL",
		arena_printf(a, "%" PRIu32, m->timeout_ms),
		arena_printf(a, "%zu", n_streams),
		emit_flags(a, flags, sizeof(flags) / sizeof(flags[0])),
	};
	struct vec words = { 0 };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		push(e, &words, all[i]);
	return arena_printf(a, "%s },", emit_wrap(a, 8, "\t  ", ", ", &words));
}

/* ---- a method, an endpoint ---- */

/* What the client does with its stream handles. */
static void emit_outs(const struct emit *e, struct view *v, const struct method *m)
{
	struct arena *a = e->arena;
	struct view *outs = view_list(a, v, "outs");
	size_t i;

	for (i = 0; i < m->n_params; i++)
		if (m->params[i].stream)
			view_add_text(a, outs,
				      arena_printf(a, "*%s = (%s *)streams[%zu];",
						   m->params[i].c_name,
						   stream_type(e, m->params[i].type),
						   stream_index(m, &m->params[i])));
	if (m->result == RESULT_STREAM)
		view_add_text(a, outs,
			      arena_printf(a, "*result = (%s *)streams[0];",
					   stream_type(e, m->result_type)));
}

static void emit_result(const struct emit *e, struct view *v, const struct method *m,
			const char *name)
{
	struct arena *a = e->arena;
	bool plain = m->result == RESULT_PLAIN;
	const char *type = plain ? ctype_param(e, m->result_type) : NULL;

	view_flag(a, v, "result", plain);
	if (!plain)
		return;
	view_text(a, v, "result_row",
		  arena_printf(a, "SPY_ITEM(\"result\", %s, %s, %s)",
			       ctype_kind(m->result_type), ctype_table(e, m->result_type),
			       m->result_type->nullable ? "SPY_FIELD_NULLABLE" : "0"));
	view_text(a, v, "result_function",
		  arena_printf(a, "int %s_result(struct spy_call *call, %s)", name,
			       result_param(e, m)));
	view_text(a, v, "result_macro",
		  form_macro(e, "SPY_DEFINE_RESULT", name, m->result_type, NULL));
	view_text(a, v, "return_function",
		  arena_printf(a, "int %s_return(struct spy_call *call, %s)", name,
			       ctype_decl(e, type, "result", false)));
}

static void emit_method(const struct emit *e, struct view *list, const struct method *m,
			size_t index)
{
	struct arena *a = e->arena;
	const char *endpoint = m->endpoint->decl->c_name, *name = cname_method(a, m);
	const char *function = m->messages ? arena_printf(a, "%s_open", endpoint) : name;
	struct view *v = view_add(a, list);
	size_t n_streams = emit_stream_rows(e, v, m);
	bool args = m->n_params > n_streams;

	emit_doc(e, v, m->doc, m->deprecated);
	emit_args(e, v, m, name);
	emit_throws(e, v, m);
	emit_scopes(e, v, m->scopes, m->n_scopes);
	emit_outs(e, v, m);
	emit_result(e, v, m, name);
	view_text(a, v, "name", name);
	view_text(a, v, "server", server_signature(e, m));
	view_text(a, v, "invocation", invocation(e, m));
	view_text(a, v, "client", client_signature(e, m, function));
	view_text(a, v, "deprecated",
		  m->deprecated ? arena_printf(a, "SPY_DEPRECATED(%s)\n",
					       c_string(a, m->deprecated,
							strlen(m->deprecated)))
				: NULL);
	view_text(a, v, "index", arena_printf(a, "%zu", index));
	view_text(a, v, "stream_room", arena_printf(a, "%zu", n_streams + 1));
	view_text(a, v, "args_pointer", args ? "&args" : "NULL");
	view_text(a, v, "row", method_row(e, m, name, args, n_streams));
}

/* The one method of a streaming endpoint: how its messages are passed. */
static void emit_messages(const struct emit *e, struct view *v, const struct endpoint *ep)
{
	struct arena *a = e->arena;
	const struct method *m = &ep->methods[0];
	const char *name = ep->decl->c_name;

	view_flag(a, v, "messages", m->messages);
	if (!m->messages)
		return;
	view_text(a, v, "message",
		  ctype_decl(e, ctype_param(e, m->params[0].type), "message", false));
	view_text(a, v, "message_macro",
		  form_macro(e, "SPY_DEFINE_MESSAGES", name, m->params[0].type, NULL));
	view_text(a, v, "send_function",
		  arena_printf(
			  a, "int %s_send(struct spy_session *session, %s)", name,
			  ctype_decl(e, ctype_param(e, m->result_type), "item", false)));
	view_text(a, v, "send_macro",
		  form_macro(e, "SPY_DEFINE_SESSION_SEND", name, m->result_type, NULL));
}

static void need_types(struct emit *e, const struct endpoint *ep)
{
	size_t i, k;

	for (i = 0; i < ep->n_methods; i++) {
		const struct method *m = &ep->methods[i];

		for (k = 0; k < m->n_params; k++)
			emit_needs(e, m->params[k].type);
		if (m->result_type)
			emit_needs(e, m->result_type);
	}
	emit_pending(e);
}

void emit_endpoints(struct emit *e)
{
	struct arena *a = e->arena;
	struct view *list = view_list(a, e->root, "endpoints"), *v, *methods;
	size_t i, k;

	for (i = 0; i < e->schema->n_decls; i++) {
		const struct decl *d = e->schema->decls[i];
		const struct endpoint *ep = d->endpoint;

		if (d->kind != DECL_ENDPOINT)
			continue;
		need_types(e, ep);
		v = view_add(a, list);
		emit_doc(e, v, d->doc, d->deprecated);
		view_text(a, v, "name", d->c_name);
		view_text(a, v, "full_name", d->full_name);
		view_text(a, v, "count", arena_printf(a, "%zu", ep->n_methods));
		view_text(a, v, "flags", ep->login ? "SPY_METHOD_LOGIN" : "0");
		emit_scopes(e, v, ep->scopes, ep->n_scopes);
		emit_messages(e, v, ep);
		methods = view_list(a, v, "methods");
		for (k = 0; k < ep->n_methods; k++)
			emit_method(e, methods, &ep->methods[k], k);
	}
}
