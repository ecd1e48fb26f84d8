/* Lines and their alignment.  Start in print_lines.h. */
#include "print_lines.h"

#include "print.h"
#include "print_parts.h"

#include <string.h>

uint32_t start_of(const struct ast_attrs *attrs, uint32_t start)
{
	const struct ast_attr *first = attrs->list.n ? attrs->list.at[0] : NULL;

	return first && first->span.start < start ? first->span.start : start;
}

struct line *line_add(struct printer *p, struct vec *lines, uint32_t start, uint32_t end,
		      const char *separator)
{
	struct line *line = ARENA_NEW(p->arena, struct line);

	line->start = start;
	line->separator = separator;
	line->end = gaps_after(&p->gaps, end, ';');
	if (line->end == end)
		line->end = gaps_after(&p->gaps, end, ',');
	if (line->end == end)
		line->end = gaps_after(&p->gaps, end, '|');
	vec_push(p->arena, lines, line);
	return line;
}

/* `reserved name` starts at its word, of which the tree has no span. */
static uint32_t start_of_member(struct printer *p, const struct ast_member *m)
{
	uint32_t start = m->span.start;

	if (!m->type) {
		if (m->attrs->list.n) {
			size_t last = m->attrs->list.n - 1;

			start = ((struct ast_attr *)m->attrs->list.at[last])->span.end;
		}
		start = gaps_after(&p->gaps, start, 'r') - 1;
	}
	return start_of(m->attrs, start);
}

void lines_add_members(struct printer *p, struct vec *lines, const struct vec *members,
		       const char *separator)
{
	size_t i;

	for (i = 0; i < members->n; i++) {
		struct ast_member *m = members->at[i];

		line_add(p, lines, start_of_member(p, m), m->span.end, separator)
			->member = m;
	}
}

static const char *member_text(struct printer *p, const struct line *line, size_t width,
			       size_t indent)
{
	const struct ast_member *m = line->member;
	uint32_t name = m->name.span.start;
	struct buf t = { .arena = p->arena };

	if (has_attrs_before(m->attrs, name)) {
		/* set apart already: its type stands under no other's */
		print_attrs(&t, m->attrs, name, " ");
		print_member(&t, m, 0);
		if (indent + print_columns(t.text) + 1 <= PRINT_WIDTH)
			return t.text;
		t.len = 0;
		print_attrs(&t, m->attrs, name, " ");
		t.len--;
		buf_printf(&t, "\n%*s", (int)indent, "");
	}
	print_member(&t, m, width);
	return t.text;
}

const char *lines_joined(struct printer *p, const struct vec *lines)
{
	struct buf t = { .arena = p->arena };
	size_t i;

	for (i = 0; i < lines->n; i++) {
		struct line *line = lines->at[i];

		if (line->member)
			line->text = member_text(p, line, 0, 0);
		buf_printf(&t, "%s%s%s", i ? " " : "", line->text, line->separator);
	}
	return t.text ? t.text : "";
}

void leads_print(struct printer *p, const struct vec *leads, bool first, size_t indent)
{
	size_t i;

	for (i = 0; i < leads->n; i++) {
		const struct lead *lead = leads->at[i];

		if (lead->blank && !(first && !i))
			buf_put(p->out, "\n");
		if (lead->comment) {
			buf_printf(p->out, "%*s", (int)indent, "");
			comment_print(p->out, &p->gaps, lead->comment);
			buf_put(p->out, "\n");
		}
	}
}

void line_end(struct printer *p, uint32_t end)
{
	const struct span *comment = gaps_trailing(&p->gaps, end);

	if (comment) {
		buf_put(p->out, " ");
		comment_print(p->out, &p->gaps, comment);
	}
	buf_put(p->out, "\n");
}

static bool starts_group(const struct line *line)
{
	size_t i;

	for (i = 0; i < line->leads.n; i++)
		if (((struct lead *)line->leads.at[i])->blank)
			return true;
	return false;
}

/* The types of a group's fields stand under each other. */
static void align(struct printer *p, struct line **lines, size_t n, bool aligned,
		  size_t indent)
{
	size_t i, width = 0;

	for (i = 0; i < n && aligned; i++) {
		const struct ast_member *m = lines[i]->member;

		if (m && m->type && strlen(m->name.text) + 2 > width)
			width = strlen(m->name.text) + 2;
	}
	for (i = 0; i < n; i++)
		if (lines[i]->member)
			lines[i]->text = member_text(p, lines[i], width, indent);
}

/* Columns of the last line of an item. */
static size_t last_columns(const struct line *line)
{
	const char *newline = strrchr(line->text, '\n');

	return print_columns(newline ? newline + 1 : line->text) +
	       strlen(line->separator);
}

/* Whether the comment behind a line stands under that of the line before it. */
static bool continues_run(struct line **lines, size_t i)
{
	return i && lines[i]->trailing && lines[i - 1]->trailing &&
	       lines[i]->leads.n == 1 && !starts_group(lines[i]);
}

/* Where the comments of a run of lines that have one start. */
static size_t trailing_column(struct line **lines, size_t n, size_t from)
{
	size_t i, column = last_columns(lines[from]);

	for (i = from + 1; i < n && continues_run(lines, i); i++)
		if (last_columns(lines[i]) > column)
			column = last_columns(lines[i]);
	return column + 1;
}

static void print_trailing(struct printer *p, const struct line *line, size_t column)
{
	buf_printf(p->out, "%*s", (int)(column - last_columns(line)), "");
	comment_print(p->out, &p->gaps, line->trailing);
}

void lines_print(struct printer *p, const struct vec *all, bool aligned, size_t indent)
{
	struct line **lines = (struct line **)all->at;
	size_t i, n, column = 0;

	for (i = 0; i < all->n; i++) {
		lines[i]->leads =
			gaps_leads(&p->gaps, p->arena, lines[i]->start, lines[i]->end);
		lines[i]->trailing = gaps_trailing(&p->gaps, lines[i]->end);
	}
	for (i = 0; i < all->n; i += n) {
		for (n = 1; i + n < all->n && !starts_group(lines[i + n]); n++)
			;
		align(p, lines + i, n, aligned, indent);
	}
	for (i = 0; i < all->n; i++) {
		leads_print(p, &lines[i]->leads, !i, indent);
		buf_printf(p->out, "%*s%s%s", (int)indent, "", lines[i]->text,
			   lines[i]->separator);
		if (lines[i]->trailing && !continues_run(lines, i))
			column = trailing_column(lines, all->n, i);
		if (lines[i]->trailing)
			print_trailing(p, lines[i], column);
		buf_put(p->out, "\n");
	}
}
