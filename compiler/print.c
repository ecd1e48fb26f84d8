/*
 * Canonical layout of declarations and methods.  Start in print.h.
 *
 * Each is first tried in one line; what has comments inside or is too long is broken.
 */
#include "print.h"

#include "print_lines.h"
#include "print_parts.h"

#include <stdlib.h>
#include <string.h>

static void put(struct printer *p, const char *text)
{
	buf_add(p->out, text, strlen(text));
}

/* The comments before a closing bracket or the end of the file. */
static void print_rest(struct printer *p, uint32_t end, bool first, size_t indent)
{
	struct vec leads = gaps_leads(&p->gaps, p->arena, end, end);

	leads.n--;
	leads_print(p, &leads, first, indent);
}

/* ---- methods ---- */

static uint32_t end_of_method(const struct printer *p, const struct ast_method *m)
{
	return gaps_after(&p->gaps, m->span.end, ';');
}

/* Behind the bracket that opens the list of parameters, and behind that which closes it. */
static struct span parameters_of(const struct printer *p, const struct ast_method *m)
{
	uint32_t open = gaps_after(&p->gaps, m->name.span.end, '('), end = open;

	if (m->params.n)
		end = ((struct ast_member *)m->params.at[m->params.n - 1])->span.end;
	end = gaps_after(&p->gaps, end, ',');
	return (struct span){ open, gaps_after(&p->gaps, end, ')') };
}

static void print_broken(struct printer *p, const struct ast_method *m, struct span at,
			 const struct vec *lines)
{
	print_method_start(p->out, m);
	line_end(p, at.start);
	lines_print(p, lines, false, 2 * INDENT);
	print_rest(p, at.end, !lines->n, 2 * INDENT);
	put(p, "    ");
	print_method_end(p->out, m);
}

static bool fits(const char *text, size_t before)
{
	return before + print_columns(text) + 1 <= PRINT_WIDTH;
}

static void print_method(struct printer *p, const struct ast_method *m, bool first)
{
	uint32_t start = start_of(m->attrs, m->span.start), end = end_of_method(p, m);
	struct span at = m->messages ? (struct span){ end, end } : parameters_of(p, m);
	struct buf attrs = { .arena = p->arena }, text = attrs;
	struct vec leads = gaps_leads(&p->gaps, p->arena, start, at.start);
	struct vec lines = { 0 };
	bool broken;

	leads_print(p, &leads, first, INDENT);
	print_attrs(&attrs, m->attrs, UINT32_MAX, " ");
	print_method_start(&text, m);
	if (!m->messages)
		lines_add_members(p, &lines, &m->params, ",");
	if (lines.n) {
		((struct line *)lines.at[lines.n - 1])->separator = "";
		buf_printf(&text, "%s", lines_joined(p, &lines));
	}
	print_method_end(&text, m);
	broken = gaps_comment_before(&p->gaps, at.end) ||
		 (lines.n && !fits(text.text, INDENT));
	put(p, "    ");
	if (attrs.len) {
		if (broken || !fits(text.text, INDENT + print_columns(attrs.text)))
			attrs.text[attrs.len - 1] = '\n';
		put(p, attrs.text);
		if (attrs.text[attrs.len - 1] == '\n')
			put(p, "    ");
	}
	if (broken)
		print_broken(p, m, at, &lines);
	else
		put(p, text.text);
	put(p, ";");
	line_end(p, end);
}

/* ---- blocks ---- */

static void add_fallback(struct printer *p, const struct ast_decl *d, struct vec *lines)
{
	uint32_t before = ((struct line *)lines->at[lines->n - 1])->end;
	/* it starts at the word before the name */
	uint32_t start = gaps_after(&p->gaps, before, 'd') - 1;

	line_add(p, lines, start, d->fallback.span.end, ";")->text =
		arena_printf(p->arena, "default %s", d->fallback.text);
}

static void add_values(struct printer *p, const struct ast_decl *d, struct vec *lines)
{
	struct line *line = NULL;
	size_t i;

	for (i = 0; i < d->items.n; i++) {
		const struct ast_value *v = d->items.at[i];
		uint32_t end = v->number ? v->number->span.end : v->name.span.end;
		struct buf t = { .arena = p->arena };

		print_value(&t, v);
		line = line_add(p, lines, start_of(v->attrs, v->name.span.start), end,
				i + 1 < d->items.n ? "," : ";");
		line->text = t.text;
	}
	/* "a, b,;" */
	line->end = gaps_after(&p->gaps, line->end, ';');
	if (d->fallback.text)
		add_fallback(p, d, lines);
}

static uint32_t end_of_items(const struct printer *p, const struct ast_decl *d,
			     const struct vec *lines, uint32_t open)
{
	if (lines->n)
		return ((struct line *)lines->at[lines->n - 1])->end;
	return d->items.n ? end_of_method(p, d->items.at[d->items.n - 1]) : open;
}

/* "model A { x: int; }", where that is enough; NULL otherwise. */
static const char *short_form(struct printer *p, const struct ast_decl *d,
			      const struct vec *lines, const char *head, uint32_t end)
{
	const char *text;

	if (d->kind == AST_ENDPOINT || (d->kind != AST_ENUM && lines->n > 1) ||
	    gaps_comment_before(&p->gaps, end))
		return NULL;
	text = lines_joined(p, lines);
	text = arena_printf(p->arena, *text ? "%s { %s }" : "%s {%s}", head, text);
	return print_columns(text) <= PRINT_WIDTH && !strchr(text, '\n') ? text : NULL;
}

/* A declaration with braces; gives the place behind the closing one. */
static uint32_t print_block(struct printer *p, const struct ast_decl *d, const char *head,
			    uint32_t open)
{
	struct vec lines = { 0 };
	const char *text;
	uint32_t end;
	size_t i;

	if (d->kind == AST_ENUM)
		add_values(p, d, &lines);
	else if (d->kind != AST_ENDPOINT)
		lines_add_members(p, &lines, &d->items, ";");
	end = gaps_after(&p->gaps, end_of_items(p, d, &lines, open), '}');
	text = short_form(p, d, &lines, head, end);
	if (text) {
		put(p, text);
		return end;
	}
	put(p, head);
	put(p, " {");
	line_end(p, open);
	lines_print(p, &lines, true, INDENT);
	for (i = 0; i < d->items.n && d->kind == AST_ENDPOINT; i++)
		print_method(p, d->items.at[i], !i);
	print_rest(p, end, !d->items.n, INDENT);
	put(p, "}");
	return end;
}

/* "union A = B | C;", one member per line where that is too long; gives its end. */
static uint32_t print_union(struct printer *p, const struct ast_decl *d, const char *head,
			    uint32_t open)
{
	struct vec lines = { 0 };
	struct line *line = NULL;
	const char *text;
	size_t i;

	for (i = 0; i < d->items.n; i++) {
		const struct ast_type *type = d->items.at[i];
		struct buf t = { .arena = p->arena };

		print_type(&t, type);
		line = line_add(p, &lines, type->span.start, type->span.end,
				i + 1 < d->items.n ? " |" : ";");
		line->text = t.text;
	}
	text = arena_printf(p->arena, "%s = %s", head, lines_joined(p, &lines));
	if (print_columns(text) <= PRINT_WIDTH &&
	    !gaps_comment_before(&p->gaps, line->end)) {
		put(p, text);
		return line->end;
	}
	put(p, head);
	put(p, " =");
	line_end(p, open);
	lines_print(p, &lines, false, INDENT);
	/* the line is ended already */
	p->out->text[--p->out->len] = '\0';
	return line->end;
}

/* ---- the file ---- */

enum rank { RANK_PACKAGE, RANK_IMPORT, RANK_DECL };

struct statement {
	enum rank rank;
	const void *node;
	const struct ast_attrs *attrs;
	uint32_t start;
	uint32_t head_end; /* comments before it go above the statement */
	bool small;	   /* of one line, with nothing above it */
};

static struct statement statement_of(const struct printer *p, const struct ast_decl *d)
{
	uint32_t start = d->span.start;
	uint32_t end = d->extends ? d->extends->span.end : d->name.span.end;

	if (d->modifiers.n)
		start = ((struct ast_name *)d->modifiers.at[0])->span.start;
	return (struct statement){
		.rank = RANK_DECL,
		.node = d,
		.attrs = d->attrs,
		.start = start_of(d->attrs, start),
		.head_end = gaps_after(&p->gaps, end, d->kind == AST_UNION ? '=' : '{'),
	};
}

static int by_start(const void *left, const void *right)
{
	const struct statement *a = left, *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

/* In the order of the text, right or wrong. */
static struct statement *statements_of(const struct printer *p,
				       const struct ast_file *file, size_t *n)
{
	struct statement *all;
	size_t i, k = 0;

	*n = file->packages.n + file->imports.n + file->decls.n;
	all = arena_array(p->arena, *n, sizeof(*all));
	for (i = 0; i < file->packages.n; i++, k++) {
		const struct ast_package *s = file->packages.at[i];

		all[k] = (struct statement){
			RANK_PACKAGE, s,    s->attrs, start_of(s->attrs, s->span.start),
			s->span.end,  false
		};
	}
	for (i = 0; i < file->imports.n; i++, k++) {
		const struct ast_import *s = file->imports.at[i];

		all[k] = (struct statement){
			RANK_IMPORT, s,	   s->attrs, start_of(s->attrs, s->span.start),
			s->span.end, false
		};
	}
	for (i = 0; i < file->decls.n; i++, k++)
		all[k] = statement_of(p, file->decls.at[i]);
	if (*n)
		qsort(all, *n, sizeof(*all), by_start);
	return all;
}

static void print_statement(struct printer *p, const struct statement *s)
{
	uint32_t end = s->head_end;
	struct buf head = { .arena = p->arena };

	if (s->attrs->list.n) {
		print_attrs(p->out, s->attrs, UINT32_MAX, " ");
		p->out->text[p->out->len - 1] = '\n';
	}
	if (s->rank == RANK_PACKAGE) {
		buf_printf(p->out, "package %s;",
			   ((const struct ast_package *)s->node)->name.text);
	} else if (s->rank == RANK_IMPORT) {
		buf_printf(p->out, "import %s;",
			   ((const struct ast_import *)s->node)->path.text);
	} else {
		const struct ast_decl *d = s->node;

		print_head(&head, d);
		if (d->kind == AST_UNION)
			end = print_union(p, d, head.text, end);
		else
			end = print_block(p, d, head.text, end);
	}
	line_end(p, end);
}

void print_file(struct buf *out, const struct ast_file *file)
{
	struct arena *a = out->arena;
	struct printer p = { .arena = a };
	struct statement *all;
	size_t i, n;

	gaps_init(&p.gaps, file);
	buf_put(out, "");
	all = statements_of(&p, file, &n);
	for (i = 0; i < n; i++) {
		struct statement *s = &all[i];
		struct buf text = { .arena = a };
		struct vec leads = gaps_leads(&p.gaps, a, s->start, s->head_end);
		bool blank = ((struct lead *)leads.at[0])->blank;

		/* the text says whether an empty line must stand above it */
		p.out = &text;
		leads_print(&p, &leads, true, 0);
		print_statement(&p, s);
		s->small = strchr(text.text, '\n') == text.text + text.len - 1;
		if (i && (blank || !s->small || !s[-1].small || s->rank != s[-1].rank))
			buf_put(out, "\n");
		buf_add(out, text.text, text.len);
	}
	p.out = out;
	print_rest(&p, file->source->base + (uint32_t)file->source->len, !n, 0);
}
