/*
 * A template is parsed once into a list of lines with nested blocks, and then run over a
 * view with a chain of loop variables.  Start in template.h.
 */
#include "template.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Far beyond any page; keeps a device or a wrong path from filling the memory. */
#define TEMPLATE_SIZE_MAX ((size_t)1 << 20)

enum node_kind {
	NODE_LINE,
	NODE_FOR,
	NODE_IF,
	NODE_INCLUDE,
};

struct node {
	enum node_kind kind;
	size_t line;
	const char *text; /* LINE, with its end; FOR: the variable; INCLUDE: the file */
	size_t len;
	const char *path; /* FOR, IF */
	size_t path_len;
	bool negated;
	struct vec body;      /* struct node * */
	struct vec otherwise; /* after `else` */
};

struct template
{
	const char *name;
	const char *path; /* as diagnostics show it */
	struct vec body;
};

/* A loop variable; the outermost has no name and is the view itself. */
struct scope {
	const struct scope *outer;
	const char *name;
	size_t len;
	const struct view *value;
};

struct run {
	struct templates *set;
	const struct template *template;
	struct buf *out;
	int depth;
};

/* --- parsing -------------------------------------------------------------------------- */

struct parser {
	struct templates *set;
	struct template *template;
	const char *at;
	size_t line;
};

static int complain(const struct parser *p, size_t line, const char *what)
{
	diag_line_error(p->set->diag, p->template->path, line, "%s", what);
	return -1;
}

/* Cuts the next word off a directive; its length, 0 at the end of the line. */
static size_t word(const char **at, const char *end, const char **start)
{
	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
	*start = *at;
	while (*at < end && **at != ' ' && **at != '\t')
		(*at)++;
	return (size_t)(*at - *start);
}

static bool is(const char *start, size_t len, const char *text)
{
	return len == strlen(text) && !memcmp(start, text, len);
}

static struct node *add_node(struct parser *p, struct vec *body, enum node_kind kind)
{
	struct node *n = ARENA_NEW(p->set->diag->arena, struct node);

	n->kind = kind;
	n->line = p->line;
	vec_push(p->set->diag->arena, body, n);
	return n;
}

enum stop { STOP_ERROR = -1, STOP_EOF, STOP_ELSE, STOP_END };

static enum stop parse_body(struct parser *p, struct vec *body, int depth);

static int parse_block(struct parser *p, struct node *n, int depth)
{
	enum stop stop = parse_body(p, &n->body, depth + 1);

	if (stop == STOP_ELSE && n->kind == NODE_IF)
		stop = parse_body(p, &n->otherwise, depth + 1);
	if (stop == STOP_ELSE)
		return complain(p, p->line - 1, "'else' without its 'if'");
	if (stop == STOP_EOF)
		return complain(p, n->line, "there is no 'end' for this");
	return stop == STOP_END ? 0 : -1;
}

/* A directive other than `end` and `else`, with its block. */
static int parse_directive(struct parser *p, struct vec *body, const char *at,
			   const char *end, int depth)
{
	const char *w, *in, *rest;
	size_t line = p->line - 1, len = word(&at, end, &w), in_len;
	bool loop = is(w, len, "for"), condition = is(w, len, "if");
	struct node *n;

	if (!loop && !condition && !is(w, len, "include"))
		return complain(p, line,
				"a directive is 'for', 'if', 'else', 'end' or "
				"'include'");
	n = add_node(p, body, loop ? NODE_FOR : condition ? NODE_IF : NODE_INCLUDE);
	n->line = line;
	if (!condition)
		n->len = word(&at, end, &n->text);
	if (loop) {
		in_len = word(&at, end, &in);
		if (!is(in, in_len, "in"))
			return complain(p, line, "'for' is written 'for x in path'");
	}
	if (loop || condition)
		n->path_len = word(&at, end, &n->path);
	if (condition && is(n->path, n->path_len, "not")) {
		n->negated = true;
		n->path_len = word(&at, end, &n->path);
	}
	if (!n->path_len && !n->len)
		return complain(p, line, "the directive is not complete");
	if (word(&at, end, &rest))
		return complain(p, line, "there is more in this line than the directive");
	return n->kind == NODE_INCLUDE ? 0 : parse_block(p, n, depth);
}

static void parse_line(struct parser *p, struct vec *body, const char *start,
		       const char *visible)
{
	struct node *n = add_node(p, body, NODE_LINE);

	n->line = p->line - 1;
	n->text = start;
	n->len = (size_t)(p->at - start);
	if (*visible == '%') { /* "%%": the white space stays, one of the two goes */
		n->text = arena_printf(p->set->diag->arena, "%.*s%.*s",
				       (int)(visible - start), start,
				       (int)(p->at - visible - 1), visible + 1);
		n->len--;
	}
}

static enum stop parse_body(struct parser *p, struct vec *body, int depth)
{
	if (depth > TEMPLATE_NESTING_MAX) {
		complain(p, p->line - 1, "blocks are nested too deeply");
		return STOP_ERROR;
	}
	while (*p->at) {
		const char *start = p->at, *end = start + strcspn(start, "\n");
		const char *visible = start + strspn(start, " \t"), *at = visible + 1, *w;
		size_t len;

		p->at = end + (*end == '\n');
		p->line++;
		if (*visible != '%' || visible[1] == '%') {
			parse_line(p, body, start, visible);
			continue;
		}
		if (visible[1] == '#')
			continue;
		len = word(&at, end, &w);
		if (is(w, len, "end"))
			return STOP_END;
		if (is(w, len, "else"))
			return STOP_ELSE;
		if (parse_directive(p, body, visible + 1, end, depth) < 0)
			return STOP_ERROR;
	}
	return STOP_EOF;
}

/* --- loading -------------------------------------------------------------------------- */

/* The file in the user's folder: 1, 0 when there is none, -1 after a diagnostic. */
static int read_file(struct templates *t, const char *path, const char **text)
{
	struct buf data = { .arena = t->diag->arena };
	char part[4096];
	size_t n;
	FILE *f = fopen(path, "r");

	if (!f && errno == ENOENT)
		return 0;
	errno = 0;
	while (f && data.len < TEMPLATE_SIZE_MAX && (n = fread(part, 1, sizeof(part), f)))
		buf_add(&data, part, n);
	if (!f || ferror(f) || data.len >= TEMPLATE_SIZE_MAX) {
		diag_file_error(t->diag, path, "%s",
				errno ? strerror(errno) : "too large for a template");
		if (f)
			fclose(f);
		return -1;
	}
	fclose(f);
	*text = buf_text(&data);
	return 1;
}

static const char *find_text(struct templates *t, const char *name, const char **path)
{
	const struct embedded *e;
	const char *text;
	int r;

	if (t->dir) {
		*path = arena_printf(t->diag->arena, "%s/%s", t->dir, name);
		if ((r = read_file(t, *path, &text)) < 0)
			return NULL;
		if (r > 0) {
			vec_push(t->diag->arena, &t->paths, (void *)(uintptr_t)*path);
			return text;
		}
	}
	*path = name;
	for (e = embedded_templates; e->name; e++)
		if (!strcmp(e->name, name))
			return e->text;
	diag_file_error(t->diag, name, "there is no such template");
	return NULL;
}

static const struct template *load(struct templates *t, const char *name)
{
	struct parser p = { .set = t, .line = 1 };
	struct template *template;
	size_t i;

	for (i = 0; i < t->loaded.n; i++) {
		template = t->loaded.at[i];
		if (!strcmp(template->name, name))
			return template;
	}
	template = p.template = ARENA_NEW(t->diag->arena, struct template);
	template->name = name;
	if (!(p.at = find_text(t, name, &template->path)))
		return NULL;
	switch (parse_body(&p, &template->body, 0)) {
	case STOP_ERROR:
		return NULL;
	case STOP_ELSE:
	case STOP_END:
		complain(&p, p.line - 1, "nothing is open here");
		return NULL;
	case STOP_EOF:
		break;
	}
	vec_push(t->diag->arena, &t->loaded, template);
	return template;
}

/* --- running -------------------------------------------------------------------------- */

static int run_body(struct run *run, const struct vec *body, const struct scope *scope);

static int fail(const struct run *run, const struct node *n, const char *what,
		const char *path, size_t len)
{
	diag_line_error(run->set->diag, run->template->path, n->line, "%s '%.*s'", what,
			(int)len, path);
	return -1;
}

static const struct view *look_up(const struct run *run, const struct node *n,
				  const struct scope *scope, const char *path, size_t len)
{
	const char *end = path + len, *at = path, *dot = memchr(path, '.', len);
	size_t first = dot ? (size_t)(dot - path) : len;
	const struct view *v;

	while (scope->outer && (scope->len != first || memcmp(scope->name, path, first)))
		scope = scope->outer;
	v = scope->value;
	if (scope->outer)
		at = dot ? dot + 1 : end;
	while (v && at < end) {
		dot = memchr(at, '.', (size_t)(end - at));
		v = view_get(v, at, (size_t)((dot ? dot : end) - at));
		at = dot ? dot + 1 : end;
	}
	if (!v)
		fail(run, n, "there is no name", path, len);
	return v;
}

static int run_line(struct run *run, const struct node *n, const struct scope *scope)
{
	const char *at = n->text, *end = n->text + n->len, *open, *close;

	while (at < end) {
		const struct view *v;

		for (open = at; open < end; open++)
			if (*open == '$' && open + 1 < end && open[1] == '{')
				break;
		buf_add(run->out, at, (size_t)(open - at));
		if (open == end)
			break;
		if (!(close = memchr(open, '}', (size_t)(end - open))))
			return fail(run, n, "no '}' behind", open, 2);
		if (!(v = look_up(run, n, scope, open + 2, (size_t)(close - open - 2))))
			return -1;
		if (v->kind != VIEW_TEXT)
			return fail(run, n, "this is no text:", open + 2,
				    (size_t)(close - open - 2));
		buf_put(run->out, v->text);
		at = close + 1;
	}
	return 0;
}

static int run_for(struct run *run, const struct node *n, const struct scope *scope)
{
	const struct view *list = look_up(run, n, scope, n->path, n->path_len);
	size_t i;

	if (!list)
		return -1;
	if (list->kind != VIEW_LIST)
		return fail(run, n, "this is no list:", n->path, n->path_len);
	for (i = 0; i < list->parts.n; i++) {
		struct scope inner = { scope, n->text, n->len, list->parts.at[i] };

		if (run_body(run, &n->body, &inner) < 0)
			return -1;
	}
	return 0;
}

static int run_include(struct run *run, const struct node *n, const struct scope *scope)
{
	const struct template *outer = run->template;
	int r;

	if (run->depth == TEMPLATE_NESTING_MAX)
		return fail(run, n, "files include each other too deeply:", n->text,
			    n->len);
	run->template =
		load(run->set, arena_strndup(run->set->diag->arena, n->text, n->len));
	if (!run->template)
		return -1;
	run->depth++;
	r = run_body(run, &run->template->body, scope);
	run->depth--;
	run->template = outer;
	return r;
}

static int run_if(struct run *run, const struct node *n, const struct scope *scope)
{
	const struct view *v = look_up(run, n, scope, n->path, n->path_len);

	if (!v)
		return -1;
	return run_body(run, view_true(v) != n->negated ? &n->body : &n->otherwise,
			scope);
}

static int run_body(struct run *run, const struct vec *body, const struct scope *scope)
{
	static int (*const runs[])(struct run *, const struct node *,
				   const struct scope *) = {
		[NODE_LINE] = run_line,
		[NODE_FOR] = run_for,
		[NODE_IF] = run_if,
		[NODE_INCLUDE] = run_include,
	};
	size_t i;

	for (i = 0; i < body->n; i++) {
		const struct node *n = body->at[i];

		if (runs[n->kind](run, n, scope) < 0)
			return -1;
	}
	return 0;
}

int template_run(struct templates *t, const char *name, const struct view *view,
		 struct buf *out)
{
	struct scope scope = { .value = view };
	struct run run = { .set = t, .out = out, .template = load(t, name) };

	if (!run.template)
		return -1;
	return run_body(&run, &run.template->body, &scope);
}
