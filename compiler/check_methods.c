/*
 * Endpoints and their methods.
 *
 * Invariant: what the endpoint says about login and scopes is in each of its methods
 * afterwards; the run time never looks at the endpoint.  Start in check.h.
 */
#include "check.h"

#include <string.h>

static void read_param(struct check *c, struct symbol *s, const struct ast_member *ast,
		       struct param *p)
{
	enum place_bit place = check_is_stream(ast->type) ? ON_STREAM_PARAM : ON_PARAM;
	struct attrs attrs = check_attrs(c, ast->attrs, place);

	check_snake_name(c, ast->name, "a parameter");
	p->name = ast->name.text;
	p->span = ast->name.span;
	p->doc = ast_doc(c->arena, ast->attrs);
	p->c_name = attrs.c_name;
	p->attributes = check_written(c, ast->attrs);
	p->max = attrs.max;
	p->credit = attrs.credit;
	p->overflow = attrs.overflow;
	p->type_text = check_type_text(c, ast->type);
	p->type = check_item_type(c, s->unit, ast->type, &p->stream);
	if (p->stream) {
		if (ast->value)
			diag_error(c->diag, ast->value->span, "a stream has no default");
		return;
	}
	p->type = check_type(c, s->unit, ast->type);
	check_max(c, &attrs, p->type, p->type_text);
	p->value = check_default(c, ast, p->type, p->max);
}

static void read_params(struct check *c, struct symbol *s, const struct ast_method *ast,
			struct method *m)
{
	struct map seen = { 0 };
	size_t i;

	check_count(c, ast->name, ast->params.n, "parameters");
	m->n_params = ast->params.n;
	m->params = arena_array(c->arena, m->n_params, sizeof(struct param));
	for (i = 0; i < m->n_params; i++) {
		const struct ast_member *member = ast->params.at[i];

		check_unique(c, &seen, &member->name, "parameter");
		read_param(c, s, member, &m->params[i]);
		m->streaming |= m->params[i].stream;
	}
}

/* `messages In -> Out`: written without "stream<...>", and both are streams. */
static void read_messages(struct check *c, struct symbol *s, const struct ast_method *ast,
			  struct method *m)
{
	const struct ast_member *in = ast->params.at[0];
	struct attrs attrs = check_attrs(c, in->attrs, ON_STREAM_PARAM);
	struct param *p = ARENA_NEW(c->arena, struct param);

	m->messages = true;
	m->streaming = true;
	m->params = p;
	m->n_params = 1;
	p->name = in->name.text;
	p->span = in->name.span;
	p->stream = true;
	p->c_name = attrs.c_name;
	p->attributes = check_written(c, in->attrs);
	p->credit = attrs.credit;
	p->overflow = attrs.overflow;
	p->type = check_type(c, s->unit, in->type);
	p->type_text = arena_printf(c->arena, "stream<%s>", check_type_text(c, in->type));
	m->result = RESULT_STREAM;
	m->result_type = check_type(c, s->unit, ast->result);
	m->result_text =
		arena_printf(c->arena, "stream<%s>", check_type_text(c, ast->result));
	if (ast->throws.n) {
		const struct ast_type *first = ast->throws.at[0];

		diag_error(c->diag, first->span,
			   "'messages' throws nothing; only methods "
			   "do");
	}
}

static void read_result(struct check *c, struct symbol *s, const struct ast_method *ast,
			struct method *m)
{
	bool stream;

	if (!ast->result)
		return;
	m->result_text = check_type_text(c, ast->result);
	m->result_type = check_item_type(c, s->unit, ast->result, &stream);
	m->result = stream ? RESULT_STREAM : RESULT_PLAIN;
	m->streaming |= stream;
	if (!stream)
		m->result_type = check_type(c, s->unit, ast->result);
}

static struct record *read_throw(struct check *c, struct symbol *s,
				 const struct ast_type *ast)
{
	struct symbol *thrown;

	if (!ast->name.text || ast->questions || ast->has_args ||
	    (!ast->package.text && check_is_builtin(ast->name.text))) {
		diag_error(c->diag, ast->span, "'%s' is no exception",
			   check_type_text(c, ast));
		return NULL;
	}
	thrown = check_find(c, s->unit, ast);
	if (!thrown)
		return NULL;
	if (thrown->decl.kind != DECL_EXCEPTION) {
		diag_error(c->diag, ast->span, "'%s' is %s, no exception", ast->name.text,
			   check_kind_text(&thrown->decl));
		diag_note(c->diag, thrown->decl.span, "'%s' declared here",
			  thrown->decl.name);
		return NULL;
	}
	return thrown->decl.record;
}

static void read_throws(struct check *c, struct symbol *s, const struct ast_method *ast,
			struct method *m)
{
	struct map seen = { 0 };
	size_t i;

	m->throws = arena_array(c->arena, ast->throws.n, sizeof(struct record *));
	for (i = 0; i < ast->throws.n; i++) {
		const struct ast_type *t = ast->throws.at[i];
		struct record *r = read_throw(c, s, t);

		if (!r)
			continue;
		if (map_put(c->arena, &seen, r->decl->full_name, r))
			diag_error(c->diag, t->span, "'%s' is thrown twice",
				   r->decl->name);
		else
			m->throws[m->n_throws++] = r;
	}
}

/* The endpoint's scopes, then those of the method that are new. */
static void join_scopes(struct check *c, const struct endpoint *e,
			const struct attrs *attrs, struct method *m)
{
	size_t i, k;

	m->login = e->login || attrs->login;
	m->scopes = arena_array(c->arena, e->n_scopes + attrs->n_scopes,
				sizeof(const char *));
	for (i = 0; i < e->n_scopes; i++)
		m->scopes[m->n_scopes++] = e->scopes[i];
	for (i = 0; i < attrs->n_scopes; i++) {
		for (k = 0; k < m->n_scopes && m->scopes[k] != attrs->scopes[i]; k++)
			;
		if (k == m->n_scopes)
			m->scopes[m->n_scopes++] = attrs->scopes[i];
	}
}

static void result_only(struct check *c, const struct method *m, struct span at,
			const char *name)
{
	if (at.end && m->result != RESULT_STREAM)
		diag_error(c->diag, at,
			   "'@%s' is for a stream, and this method returns "
			   "none; for a parameter it stands behind the type",
			   name);
}

static void read_method(struct check *c, struct symbol *s, const struct ast_method *ast,
			struct method *m)
{
	struct attrs attrs =
		check_attrs(c, ast->attrs, ast->messages ? ON_MESSAGES : ON_METHOD);

	m->endpoint = s->decl.endpoint;
	m->name = ast->name.text;
	m->wire_name = intern_z(
		c->names, arena_printf(c->arena, "%s.%s", s->decl.full_name, m->name));
	m->span = ast->name.span;
	m->doc = ast_doc(c->arena, ast->attrs);
	m->deprecated = attrs.deprecated ? attrs.deprecated : s->decl.deprecated;
	m->c_name = attrs.c_name;
	m->attributes = check_written(c, ast->attrs);
	m->timeout_ms = attrs.timeout_ms;
	m->credit = attrs.credit;
	m->overflow = attrs.overflow;
	join_scopes(c, s->decl.endpoint, &attrs, m);
	check_snake_name(c, ast->name, "a method");
	if (ast->messages) {
		read_messages(c, s, ast, m);
		return;
	}
	read_params(c, s, ast, m);
	read_result(c, s, ast, m);
	read_throws(c, s, ast, m);
	result_only(c, m, attrs.credit_span, "credit");
	result_only(c, m, attrs.overflow_span, "overflow");
}

void check_endpoint(struct check *c, struct symbol *s)
{
	struct endpoint *e = s->decl.endpoint;
	struct map seen = { 0 };
	size_t i;

	check_count(c, s->ast->name, s->ast->items.n, "methods");
	e->n_methods = s->ast->items.n;
	e->methods = arena_array(c->arena, e->n_methods, sizeof(struct method));
	for (i = 0; i < e->n_methods; i++) {
		const struct ast_method *ast = s->ast->items.at[i];

		check_unique(c, &seen, &ast->name, "method");
		read_method(c, s, ast, &e->methods[i]);
	}
	if (!e->n_methods && !s->broken && !ast_in_skipped(s->unit->ast, s->decl.name))
		diag_error(c->diag, s->decl.span, "endpoint '%s' has no methods",
			   s->decl.name);
}
