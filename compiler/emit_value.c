/* Defaults as C initializers.  Start in emit_c.h. */
#include "emit_c.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that are not plain text become octal escapes: these end by themselves, so that a
 * digit may follow. A '?' could begin a trigraph. */
static void add_escaped(struct buf *b, const char *text, size_t len)
{
	size_t i;

	buf_put(b, "\"");
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\' || (c == '?' && i && text[i - 1] == '?'))
			buf_printf(b, "\\%c", c);
		else if (c == '\n')
			buf_put(b, "\\n");
		else if (c == '\t')
			buf_put(b, "\\t");
		else if (c < 0x20 || c == 0x7f)
			buf_printf(b, "\\%03o", c);
		else
			buf_add(b, text + i, 1);
	}
	buf_put(b, "\"");
}

const char *c_string(struct arena *a, const char *text, size_t len)
{
	struct buf b = { .arena = a };

	add_escaped(&b, text, len);
	return buf_text(&b);
}

static const char *integer(struct arena *a, int64_t i)
{
	if (i == INT64_MIN)
		return "INT64_MIN";
	if (i > INT32_MAX || i <= INT32_MIN)
		return arena_printf(a, "INT64_C(%" PRId64 ")", i);
	return arena_printf(a, "%" PRId64, i);
}

/* The fewest digits that give the same number, as a floating constant. */
static const char *number(struct arena *a, double d, bool single)
{
	char digits[40];
	int precision = 1;

	do
		snprintf(digits, sizeof(digits), "%.*g", precision, d);
	while ((single ? (double)strtof(digits, NULL) : strtod(digits, NULL)) != d &&
	       ++precision <= 17);
	return arena_printf(a, "%s%s%s", digits, strpbrk(digits, ".e") ? "" : ".0",
			    single ? "f" : "");
}

static const char *bytes(struct arena *a, const char *data, size_t len)
{
	struct buf b = { .arena = a };
	size_t i;

	for (i = 0; i < len; i++)
		buf_printf(&b, "%s0x%02x", i ? ", " : "", (unsigned char)data[i]);
	return emit_fold(a, 12, EMIT_INDENT, buf_text(&b));
}

static const char *bigint(struct arena *a, const char *data, size_t len)
{
	struct buf b = { .arena = a };
	size_t i;

	for (i = 0; i < len; i++)
		buf_printf(&b, "\\%03o", (unsigned char)data[i]);
	return arena_printf(a, "{ (const uint8_t *)\"%s\", %zu }", buf_text(&b), len);
}

const char *value_type(const struct emit *e, const struct type *type,
		       const struct value *v)
{
	if (v->kind == VALUE_NOW || v->kind == VALUE_RANDOM)
		return NULL;
	return v->kind == VALUE_EMPTY ? "struct spy_list" : ctype(e, type);
}

const char *value_initializer(const struct emit *e, const struct type *type,
			      const struct value *v)
{
	struct arena *a = e->arena;

	switch (v->kind) {
	case VALUE_BOOL:
		return v->b ? "true" : "false";
	case VALUE_INT:
	case VALUE_DURATION:
		return integer(a, v->i);
	case VALUE_UINT:
		return arena_printf(a, "UINT64_C(%" PRIu64 ")", v->u);
	case VALUE_DOUBLE:
		return number(a, v->d, type->kind == TYPE_FLOAT);
	case VALUE_STRING:
		return c_string(a, v->s, v->len);
	case VALUE_TIME:
		return arena_printf(a, "{ %s, %" PRIu32 " }", integer(a, v->time.seconds),
				    v->time.nanoseconds);
	case VALUE_UUID:
		return arena_printf(a, "{ { %s } }", bytes(a, (const char *)v->uuid, 16));
	case VALUE_BIGINT:
		return bigint(a, v->s, v->len);
	case VALUE_ENUM:
		return v->e->c_name;
	case VALUE_EMPTY:
		return "{ NULL, 0 }";
	case VALUE_NOW:
	case VALUE_RANDOM:
		break;
	}
	return NULL;
}
