/* Links, types and escaping for Markdown.  Start in emit_md.h. */
#include "emit_md.h"

#include <string.h>

const char *md_link(const struct emit_md *e, const struct decl *d)
{
	if (d->schema == e->schema)
		return arena_printf(e->arena, "[%s](#%s)", d->name, d->full_name);
	return arena_printf(e->arena, "[%s](%s.md#%s)", d->full_name, d->schema->stem,
			    d->full_name);
}

/* "list<int64>" with the names of built-in types from its text. */
static void put_type(const struct emit_md *e, struct buf *b, const struct type *type)
{
	static const char *const open[] = { [TYPE_LIST] = "list&lt;",
					    [TYPE_SET] = "set&lt;",
					    [TYPE_MAP] = "map&lt;",
					    [TYPE_TUPLE] = "(" };
	size_t i;

	if (type->decl) {
		buf_put(b, md_link(e, type->decl));
	} else if (type->kind < TYPE_LIST) {
		buf_put(b, type->base->text);
	} else {
		buf_put(b, open[type->kind]);
		for (i = 0; i < type->n_items; i++) {
			buf_put(b, i ? ", " : "");
			put_type(e, b, type->items[i]);
		}
		if (type->key) {
			put_type(e, b, type->key);
			buf_put(b, ", ");
		}
		if (type->element)
			put_type(e, b, type->element);
		buf_put(b, type->kind == TYPE_TUPLE ? ")" : "&gt;");
	}
	if (type->nullable)
		buf_put(b, "?");
}

const char *md_type(const struct emit_md *e, const struct type *type)
{
	struct buf b = { .arena = e->arena };

	put_type(e, &b, type);
	return buf_text(&b);
}

/* "T" of "stream<T>". */
static const char *without_stream(const struct emit_md *e, const char *text)
{
	size_t start = strlen("stream<");

	return arena_strndup(e->arena, text + start, strlen(text) - start - 1);
}

const char *md_signature(const struct emit_md *e, const struct method *m)
{
	struct buf b = { .arena = e->arena };
	size_t i;

	if (m->messages)
		return arena_printf(e->arena, "messages %s -> %s",
				    without_stream(e, m->params[0].type_text),
				    without_stream(e, m->result_text));
	buf_printf(&b, "%s(", m->name);
	for (i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];

		buf_printf(&b, "%s%s: %s", i ? ", " : "", p->name, p->type_text);
		if (p->value)
			buf_printf(&b, " = %s", p->value->text);
	}
	buf_put(&b, ")");
	if (m->result != RESULT_NONE)
		buf_printf(&b, " -> %s", m->result_text);
	for (i = 0; i < m->n_throws; i++) {
		const struct decl *d = m->throws[i]->decl;

		buf_printf(&b, "%s%s", i ? ", " : " throws ",
			   d->schema == e->schema ? d->name : d->full_name);
	}
	return buf_text(&b);
}

const char *md_deprecated(const struct emit_md *e, const char *advice)
{
	return *advice ? arena_printf(e->arena, "**Deprecated:** %s.", advice)
		       : "**Deprecated.**";
}

/* As many backticks around it as it takes. */
const char *md_code(const struct emit_md *e, const char *text)
{
	struct buf b = { .arena = e->arena };
	size_t longest = 0, n;
	const char *at;

	for (at = text; *at; at += n ? n : 1) {
		n = strspn(at, "`");
		longest = n > longest ? n : longest;
	}
	buf_fill(&b, '`', longest + 1);
	buf_printf(&b, "%s%s%s", longest ? " " : "", text, longest ? " " : "");
	buf_fill(&b, '`', longest + 1);
	return buf_text(&b);
}

const char *md_cell(const struct emit_md *e, const char *text)
{
	struct buf b = { .arena = e->arena };

	for (; *text; text++) {
		if (*text == '|')
			buf_put(&b, "\\|");
		else if (*text == '\n' || *text == '\r')
			buf_put(&b, " ");
		else
			buf_add(&b, text, 1);
	}
	return buf_text(&b);
}
