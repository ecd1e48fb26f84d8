/* Types, attributes, fields as text.  Start in print_parts.h. */
#include "print_parts.h"

#include <string.h>

void print_types(struct buf *b, const struct vec *types, const char *separator)
{
	size_t i;

	for (i = 0; i < types->n; i++) {
		buf_put(b, i ? separator : "");
		print_type(b, types->at[i]);
	}
}

void print_type(struct buf *b, const struct ast_type *type)
{
	if (type->package.text)
		buf_printf(b, "%s.", type->package.text);
	if (type->name.text)
		buf_put(b, type->name.text);
	if (type->has_args || !type->name.text) {
		buf_put(b, type->name.text ? "<" : "(");
		print_types(b, &type->args, ", ");
		buf_put(b, type->name.text ? ">" : ")");
	}
	buf_fill(b, '?', type->questions);
}

static void print_attr(struct buf *b, const struct ast_attr *attr)
{
	size_t i;

	buf_printf(b, "@%s", attr->name.text);
	for (i = 0; i < attr->args.n; i++) {
		const struct ast_arg *arg = attr->args.at[i];

		buf_put(b, i ? ", " : "(");
		if (arg->key.text)
			buf_printf(b, "%s = ", arg->key.text);
		buf_put(b, arg->value.text);
	}
	buf_put(b, attr->args.n ? ")" : "");
}

void print_attrs(struct buf *b, const struct ast_attrs *attrs, uint32_t end,
		 const char *behind)
{
	size_t i;

	for (i = 0; i < attrs->list.n; i++) {
		const struct ast_attr *attr = attrs->list.at[i];

		if (attr->span.start >= end)
			break;
		print_attr(b, attr);
		buf_put(b, behind);
	}
}

bool has_attrs_before(const struct ast_attrs *attrs, uint32_t end)
{
	const struct ast_attr *first = attrs->list.n ? attrs->list.at[0] : NULL;

	return first && first->span.start < end;
}

static void print_default(struct buf *b, const struct ast_literal **value, uint32_t end)
{
	if (*value && (*value)->span.start < end) {
		buf_printf(b, " = %s", (*value)->text);
		*value = NULL;
	}
}

void print_member(struct buf *b, const struct ast_member *m, size_t width)
{
	const struct ast_literal *value = m->value, *second = m->second;
	size_t i, len = strlen(m->name.text) + 1;

	if (!m->type) {
		buf_printf(b, "reserved %s", m->name.text);
		return;
	}
	buf_printf(b, "%s:", m->name.text);
	buf_fill(b, ' ', width > len ? width - len : 1);
	print_type(b, m->type);
	for (i = 0; i < m->attrs->list.n; i++) {
		const struct ast_attr *attr = m->attrs->list.at[i];

		if (attr->span.start < m->name.span.start)
			continue;
		print_default(b, &value, attr->span.start);
		print_default(b, &second, attr->span.start);
		buf_put(b, " ");
		print_attr(b, attr);
	}
	print_default(b, &value, UINT32_MAX);
	print_default(b, &second, UINT32_MAX);
}

void print_value(struct buf *b, const struct ast_value *value)
{
	print_attrs(b, value->attrs, UINT32_MAX, " ");
	buf_put(b, value->name.text);
	if (value->number)
		buf_printf(b, " = %s", value->number->text);
}

void print_head(struct buf *b, const struct ast_decl *d)
{
	static const char *const words[] = {
		[AST_ENUM] = "enum",	       [AST_MODEL] = "model",
		[AST_EXCEPTION] = "exception", [AST_UNION] = "union",
		[AST_ENDPOINT] = "endpoint",
	};
	size_t i;

	for (i = 0; i < d->modifiers.n; i++)
		buf_printf(b, "%s ", ((struct ast_name *)d->modifiers.at[i])->text);
	buf_printf(b, "%s %s", words[d->kind], d->name.text);
	if (d->extends) {
		buf_put(b, " extends ");
		print_type(b, d->extends);
	}
}

void print_method_start(struct buf *b, const struct ast_method *m)
{
	const struct ast_member *in = m->messages ? m->params.at[0] : NULL;

	if (in) {
		buf_put(b, "messages ");
		print_type(b, in->type);
		if (in->attrs->list.n)
			buf_put(b, " ");
		print_attrs(b, in->attrs, UINT32_MAX, " ");
		if (in->attrs->list.n)
			b->text[--b->len] = '\0';
	} else {
		buf_printf(b, "%s(", m->name.text);
	}
}

void print_method_end(struct buf *b, const struct ast_method *m)
{
	buf_put(b, m->messages ? "" : ")");
	if (m->result) {
		buf_put(b, " -> ");
		print_type(b, m->result);
	}
	if (m->throws.n) {
		buf_put(b, " throws ");
		print_types(b, &m->throws, ", ");
	}
}

size_t print_columns(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}
