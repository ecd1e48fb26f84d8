/* Endpoints, their methods and the streams these use: signatures in ready-made text.  Their
 * tables are in emit_method_tables.c.  Start in emit_c.h. */
#include "cname.h"
#include "emit_c.h"

#include <string.h>

static const char *const stream_names[] = { "_recv()",	   "_try_recv()", "_send()",
					    "_try_send()", "_done()",	  "_cancel()",
					    "_listen()",   "_pause()",	  "_resume()",
					    "_relay()",	   "_base()",	  NULL };

static const char *const forms[] = {
	[FORM_VALUE] = "VALUE", [FORM_STRING] = "STRING", [FORM_POINTER] = "POINTER"
};

static const char *fold(const struct emit *e, size_t column, const char *text)
{
	return emit_fold(e->arena, column, EMIT_INDENT, text);
}

static const char *stream_type(const struct emit *e, const struct type *type)
{
	return arena_printf(e->arena, "struct %s_stream",
			    cname_item(e->arena, e->schema, type));
}

/* "MACRO_FORM(first, T)": the type stands there only where the form leaves it open. */
static const char *form_macro(const struct emit *e, const char *macro, const char *first,
			      const struct type *type)
{
	enum form form = ctype_form(type);
	bool typed = form != FORM_STRING;

	return fold(e, 0,
		    arena_printf(e->arena, "%s_%s(%s%s%s)", macro, forms[form], first,
				 typed ? ", " : "", typed ? ctype(e, type) : ""));
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
		view_text(a, v, "text", form_macro(e, "SPY_DEFINE_ITEM", name, type));
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
	struct buf b = { .arena = e->arena };
	size_t i;

	buf_printf(&b, "int (*%s)(struct spy_call *call", m->c_name);
	for (i = 0; i < m->n_params; i++)
		buf_printf(&b, ", %s", server_param(e, &m->params[i]));
	if (m->result != RESULT_NONE)
		buf_printf(&b, ", %s", result_param(e, m));
	buf_put(&b, ")");
	return fold(e, 8, buf_text(&b));
}

/* The same from `args` and `streams`, in the macro that makes the invocation. */
static const char *invocation(const struct emit *e, const struct method *m)
{
	struct buf b = { .arena = e->arena };
	enum form form =
		m->result == RESULT_PLAIN ? ctype_form(m->result_type) : FORM_VALUE;
	size_t i;

	buf_put(&b, "SPY_DEFINE_INVOKE");
	if (m->result == RESULT_PLAIN)
		buf_printf(&b, "_%s", forms[form]);
	buf_printf(&b, "(%s, %s, %s, ", cname_method(e->arena, m),
		   m->endpoint->decl->c_name, m->c_name);
	if (m->result == RESULT_PLAIN && form != FORM_STRING)
		buf_printf(&b, "%s, ", ctype(e, m->result_type));
	buf_put(&b, "call");
	for (i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];

		if (p->stream)
			buf_printf(&b, ", SPY_HANDLE(%s, %zu)",
				   cname_item(e->arena, e->schema, p->type),
				   stream_index(m, p));
		else
			buf_printf(&b, ", args->%s", p->c_name);
	}
	if (m->result == RESULT_STREAM)
		buf_printf(&b, ", SPY_HANDLE(%s, 0)",
			   cname_item(e->arena, e->schema, m->result_type));
	buf_put(&b, m->result == RESULT_PLAIN ? ", &result)" : ")");
	return fold(e, 0, buf_text(&b));
}

static const char *client_signature(const struct emit *e, const struct method *m,
				    const char *name)
{
	static const char start[] = "static inline struct spy_call *";
	struct buf b = { .arena = e->arena };
	size_t i;

	buf_printf(&b, "%s(struct spy_client *client", name);
	for (i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];

		if (p->stream)
			buf_printf(&b, ", %s **%s", stream_type(e, p->type), p->c_name);
		else
			buf_printf(&b, ", %s", server_param(e, p));
	}
	if (m->result == RESULT_STREAM)
		buf_printf(&b, ", %s **result", stream_type(e, m->result_type));
	buf_put(&b, ")");
	return fold(e, sizeof(start) - 1, buf_text(&b));
}

/* ---- a method, an endpoint ---- */

/* What the client's function does: `methods[index]`, and with streams where to put them. */
static const char *client_call(const struct emit *e, const struct method *m, size_t index)
{
	struct arena *a = e->arena;
	size_t n_streams = emit_stream_count(m), i;
	const char *args = m->n_params > n_streams ? "&args" : "NULL";
	const char *endpoint = m->endpoint->decl->c_name;
	size_t left = n_streams + (m->result == RESULT_STREAM);
	struct vec parts = { 0 };

	if (!m->streaming)
		return fold(e, 8,
			    arena_printf(a,
					 "return spy_client_call(client, "
					 "&%s_table.methods[%zu], %s, NULL);",
					 endpoint, index, args));
	vec_push(a, &parts,
		 arena_printf(a, "SPY_RETURN_CALL(%s, %zu, %s, %zu,", endpoint, index,
			      args, n_streams + 1));
	for (i = 0; i < m->n_params; i++)
		if (m->params[i].stream)
			vec_push(a, &parts,
				 arena_printf(a, "*%s = SPY_HANDLE(%s, %zu)%s",
					      m->params[i].c_name,
					      cname_item(a, e->schema, m->params[i].type),
					      stream_index(m, &m->params[i]),
					      --left ? "," : ");"));
	if (m->result == RESULT_STREAM)
		vec_push(a, &parts,
			 arena_printf(a, "*result = SPY_HANDLE(%s, 0));",
				      cname_item(a, e->schema, m->result_type)));
	return emit_join(a, 8, EMIT_INDENT, &parts);
}

static void emit_method(const struct emit *e, struct method_tables *t, struct view *list,
			const struct method *m, size_t index)
{
	struct arena *a = e->arena;
	const char *name = cname_method(a, m);
	const char *function =
		m->messages ? arena_printf(a, "%s_open", m->endpoint->decl->c_name)
			    : name;
	struct view *v = view_add(a, list);
	const char *doc = m->messages && !m->doc ? m->endpoint->decl->doc : m->doc;

	emit_doc(e, v, doc, m->deprecated);
	emit_method_table(e, t, v, m);
	view_text(a, v, "name", name);
	view_text(a, v, "server", server_signature(e, m));
	view_text(a, v, "invocation", invocation(e, m));
	view_text(a, v, "client", client_signature(e, m, function));
	view_text(a, v, "call", client_call(e, m, index));
	view_flag(a, v, "plain", !m->streaming);
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
		  fold(e, 8,
		       arena_printf(a, "int (*message)(struct spy_session *session, %s)",
				    ctype_decl(e, ctype_param(e, m->params[0].type),
					       "message", false))));
	view_text(a, v, "message_macro",
		  form_macro(e, "SPY_DEFINE_MESSAGES", name, m->params[0].type));
	view_text(a, v, "send_function",
		  arena_printf(
			  a, "int %s_send(struct spy_session *session, %s)", name,
			  ctype_decl(e, ctype_param(e, m->result_type), "item", false)));
	view_text(a, v, "send_macro",
		  form_macro(e, "SPY_DEFINE_SESSION_SEND", name, m->result_type));
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

/* A list of comment lines, one or none. */
static void comment_names(struct arena *a, struct view *object, const char *list,
			  const struct vec *names)
{
	struct view *lines = view_list(a, object, list);

	if (names->n)
		view_add_text(a, lines,
			      arena_printf(a, "/* %s */", emit_join(a, 3, "   ", names)));
}

/* What there is for plain results: on the client functions that wait for them, on the
 * server functions that end a call later. */
static void emit_results(const struct emit *e, struct view *v, const struct endpoint *ep)
{
	struct arena *a = e->arena;
	struct view *macros = view_list(a, v, "result_macros");
	struct vec results = { 0 }, returns = { 0 };
	size_t i, left = 0;

	for (i = 0; i < ep->n_methods; i++)
		left += ep->methods[i].result == RESULT_PLAIN;
	for (i = 0; i < ep->n_methods; i++) {
		const struct method *m = &ep->methods[i];
		const char *name = cname_method(a, m), *comma;

		if (m->result != RESULT_PLAIN)
			continue;
		comma = --left ? "," : "";
		vec_push(a, &results, arena_printf(a, "%s_result()%s", name, comma));
		vec_push(a, &returns, arena_printf(a, "%s_return()%s", name, comma));
		view_add_text(a, macros,
			      form_macro(e, "SPY_DEFINE_RESULT", name, m->result_type));
	}
	comment_names(a, v, "result_names", &results);
	comment_names(a, v, "return_names", &returns);
}

static void emit_invocations(const struct emit *e, struct view *v,
			     const struct endpoint *ep)
{
	struct vec invocations = { 0 };
	size_t i;

	for (i = 0; i < ep->n_methods; i++)
		vec_push(e->arena, &invocations,
			 arena_printf(e->arena, "{ %s_invoke_ },",
				      cname_method(e->arena, &ep->methods[i])));
	view_text(e->arena, v, "invocations",
		  emit_join(e->arena, 16, EMIT_INDENT, &invocations));
}

void emit_endpoints(struct emit *e)
{
	struct arena *a = e->arena;
	struct view *list = view_list(a, e->root, "endpoints"), *v, *methods;
	struct method_tables tables;
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
		emit_messages(e, v, ep);
		tables = emit_method_tables(e, v);
		view_text(a, v, "needs",
			  emit_scopes(e, &tables, ep, ep->scopes, ep->n_scopes));
		methods = view_list(a, v, "methods");
		for (k = 0; k < ep->n_methods; k++)
			emit_method(e, &tables, methods, &ep->methods[k], k);
		emit_results(e, v, ep);
		emit_invocations(e, v, ep);
	}
}
