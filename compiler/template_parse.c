/* From the text of a template to its lines and blocks.  Start in template.h. */
#include "template_nodes.h"

#include <string.h>

struct parser {
	struct diag *diag;
	struct tmpl *template;
	const char *at;
	size_t line;
};

static int complain(const struct parser *p, size_t line, const char *what)
{
	diag_line_error(p->diag, p->template->path, line, "%s", what);
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
	struct node *n = ARENA_NEW(p->diag->arena, struct node);

	n->kind = kind;
	n->line = p->line;
	vec_push(p->diag->arena, body, n);
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
		n->text = arena_printf(p->diag->arena, "%.*s%.*s", (int)(visible - start),
				       start, (int)(p->at - visible - 1), visible + 1);
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

int template_parse(struct tmpl *t, struct diag *diag, const char *text)
{
	struct parser p = { .diag = diag, .template = t, .at = text, .line = 1 };

	switch (parse_body(&p, &t->body, 0)) {
	case STOP_ERROR:
		return -1;
	case STOP_ELSE:
	case STOP_END:
		return complain(&p, p.line - 1, "nothing is open here");
	case STOP_EOF:
		break;
	}
	return 0;
}
