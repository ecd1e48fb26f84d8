/*
 * A template is found and parsed once (template_parse.c), then run over a view with a chain
 * of loop variables.  Start in template.h.
 */
#include "template_nodes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Far beyond any page; keeps a device or a wrong path from filling the memory. */
#define TEMPLATE_SIZE_MAX ((size_t)1 << 20)

/* A loop variable; the outermost has no name and is the view itself. */
struct scope {
	const struct scope *outer;
	const char *name;
	size_t len;
	const struct view *value;
};

struct run {
	struct templates *set;
	const struct tmpl *template;
	struct buf *out;
	int depth;
};

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
	if (data.len != strlen(buf_text(&data))) {
		diag_file_error(t->diag, path, "a template is text");
		return -1;
	}
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

static const struct tmpl *load(struct templates *t, const char *name)
{
	struct tmpl *template;
	const char *text;
	size_t i;

	for (i = 0; i < t->loaded.n; i++) {
		template = t->loaded.at[i];
		if (!strcmp(template->name, name))
			return template;
	}
	template = ARENA_NEW(t->diag->arena, struct tmpl);
	template->name = name;
	if (!(text = find_text(t, name, &template->path)) ||
	    template_parse(template, t->diag, text) < 0)
		return NULL;
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
	const struct tmpl *outer = run->template;
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
