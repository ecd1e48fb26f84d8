/*
 * Default values: from Serverpod's texts to literals of .spy.  Start in serverpod.h.
 *
 * Invariant: a literal is given only after literal.h has read it as its type.
 */
#include "serverpod.h"

#include "literal.h"

#include <string.h>

struct value {
	struct pod *pod;
	const struct pod_option *option;
	const char *text;
};

static const char *refuse(const struct value *v, const char *wanted)
{
	diag_error(v->pod->diag, v->option->value_span, "the default of this type is %s",
		   wanted);
	return NULL;
}

static bool is_quoted(const char *s)
{
	size_t n = strlen(s);

	return n >= 2 && (s[0] == '\'' || s[0] == '"') && s[n - 1] == s[0];
}

/* The text of a date, id or number, with or without quotes. */
static const char *bare(const struct value *v)
{
	size_t n = strlen(v->text);

	return is_quoted(v->text) ? arena_strndup(v->pod->arena, v->text + 1, n - 2)
				  : v->text;
}

static const char *refuse_because(const struct value *v, const char *why)
{
	diag_error(v->pod->diag, v->option->value_span, "'%s' %s", bare(v), why);
	return NULL;
}

/* ---- texts ---- */

/* One character as a literal has it. */
static void put_char(struct buf *b, char c)
{
	static const char plain[] = "\n\r\t\"\\", names[] = "nrt\"\\";
	const char *known = c ? strchr(plain, c) : NULL;

	if (known)
		buf_printf(b, "\\%c", names[known - plain]);
	else if ((unsigned char)c < 0x20 || c == 0x7f)
		buf_printf(b, "\\u{%x}", (unsigned char)c);
	else
		buf_add(b, &c, 1);
}

/* What stands behind a backslash in Dart. */
static char unescaped(char c)
{
	static const char names[] = "nrtbfv", means[] = "\n\r\t\b\f\v";
	const char *known = c ? strchr(names, c) : NULL;

	return known ? means[known - names] : c;
}

/* The text between the quotes as a literal with quotes of its own. */
static const char *string_literal(const struct value *v)
{
	struct buf b = { .arena = v->pod->arena };
	const char *s = v->text, *end = s + strlen(s);
	char quote = '\0';

	if (is_quoted(s)) {
		quote = *s++;
		end--;
	} else if (!v->option->quoted) {
		return refuse(v, "a string in quotes");
	}
	buf_put(&b, "\"");
	for (; s < end; s++) {
		if (quote && *s == quote)
			return refuse_because(v, "has a quote in it that needs a '\\'");
		if (quote && *s == '\\' && s + 1 < end)
			put_char(&b, unescaped(*++s));
		else if (quote && *s == '\\')
			return refuse_because(v, "ends with a '\\'");
		else
			put_char(&b, *s);
	}
	buf_put(&b, "\"");
	return buf_text(&b);
}

static const char *in_quotes(const struct value *v, const char *text, const char *wrong)
{
	if (wrong)
		return refuse_because(v, wrong);
	return arena_printf(v->pod->arena, "\"%s\"", text);
}

/* ---- numbers ---- */

/* Without the '+' and zeros in front, which .spy does not have. */
static const char *trimmed(const struct value *v, const char *text)
{
	bool negative = *text == '-';

	if (*text == '+' || *text == '-')
		text++;
	while (text[0] == '0' && text[1] >= '0' && text[1] <= '9')
		text++;
	return negative ? arena_printf(v->pod->arena, "-%s", text) : text;
}

static const char *integer(const struct value *v)
{
	const char *text = trimmed(v, v->text), *wrong;
	uint64_t magnitude;
	bool negative;

	if (is_quoted(v->text) || !strpbrk(text, "0123456789"))
		return refuse(v, "an integer");
	wrong = literal_int(text, &negative, &magnitude);
	if (!wrong && magnitude > (uint64_t)INT64_MAX + negative)
		wrong = "is too large for 64 bits";
	return wrong ? refuse_because(v, wrong) : text;
}

/* digits [ "." digits ] [ exponent ], which Dart lets begin or end with the point */
static const char *number(const struct value *v)
{
	const char *text = trimmed(v, v->text), *s = text + (*text == '-'), *wrong;
	struct buf b = { .arena = v->pod->arena };
	size_t whole = strspn(s, "0123456789"), part = 0, exponent = 0;
	double value;

	if (s[whole] == '.')
		part = 1 + strspn(s + whole + 1, "0123456789");
	if (s[whole + part] == 'e' || s[whole + part] == 'E') {
		exponent = 1 + strspn(s + whole + part + 1, "+-");
		exponent += strspn(s + whole + part + exponent, "0123456789");
	}
	if ((!whole && part < 2) || s[whole + part + exponent] || exponent == 1)
		return refuse(v, "a number");
	buf_printf(&b, "%s%.*s%s%.*s%s%s", s > text ? "-" : "", (int)whole, s,
		   whole ? "" : "0", (int)part, s + whole, part == 1 ? "0" : "",
		   s + whole + part);
	wrong = literal_double(buf_text(&b), false, &value);
	return wrong ? refuse_because(v, wrong) : buf_text(&b);
}

static const char *big_integer(const struct value *v)
{
	const char *text = trimmed(v, bare(v)), *bytes, *wrong;
	size_t len;

	if (!strpbrk(text, "0123456789"))
		return refuse(v, "a whole number in quotes");
	wrong = literal_bigint(v->pod->arena, text, &bytes, &len);
	return wrong ? refuse_because(v, wrong) : text;
}

/* ---- times ---- */

static const char *moment(const struct value *v)
{
	char *text;
	int64_t seconds;
	uint32_t nanoseconds;
	size_t n;

	if (!strcmp(v->text, "now"))
		return "now";
	text = arena_strndup(v->pod->arena, bare(v), strlen(bare(v)));
	n = strlen(text);
	if (n > 10 && text[10] == ' ')
		text[10] = 'T';
	if (!n || text[n - 1] != 'Z')
		return refuse(v,
			      "now or a time in UTC, such as 2026-01-31T12:00:00.000Z");
	return in_quotes(v, text, literal_time(text, &seconds, &nanoseconds));
}

/* "1d 2h 3min 4s 5ms" as "1d2h3m4s5ms" */
static const char *duration(const struct value *v)
{
	static const char form[] = "a duration, such as 1d 2h 3min 4s 5ms";
	struct buf b = { .arena = v->pod->arena };
	const char *s = bare(v), *wrong;
	int64_t nanoseconds;

	while (*(s += strspn(s, " "))) {
		size_t digits = strspn(s, "0123456789");
		size_t unit = strcspn(s + digits, " 0123456789");
		const char *name = s + digits;

		if (!digits || !unit)
			return refuse(v, form);
		if (!(unit == 3 && !strncmp(name, "min", 3)) &&
		    !(unit == 2 && !strncmp(name, "ms", 2)) &&
		    !(unit == 1 && strchr("dhs", *name)))
			return refuse(v, form);
		buf_add(&b, s, digits + (unit == 3 ? 1 : unit));
		s += digits + unit;
	}
	if (!b.len)
		return refuse(v, form);
	wrong = literal_duration(buf_text(&b), &nanoseconds);
	return wrong ? refuse_because(v, wrong) : buf_text(&b);
}

/* ---- ids and enums ---- */

static const char *uuid(const struct value *v)
{
	uint8_t bytes[16];

	if (!strcmp(v->text, "random_v7"))
		diag_warning(v->pod->diag, v->option->value_span,
			     "'random_v7' is written as 'random', which makes uuids of "
			     "version 4, in no order of time");
	if (!strcmp(v->text, "random") || !strcmp(v->text, "random_v7"))
		return "random";
	if (!is_quoted(v->text) && !v->option->quoted)
		return refuse(v, "random, random_v7 or a uuid in quotes");
	return in_quotes(v, bare(v), literal_uuid(bare(v), bytes));
}

static const char *uri(const struct value *v)
{
	const char *literal = string_literal(v), *text, *wrong;
	size_t len, at, at_len;

	if (!literal)
		return NULL;
	wrong = literal_string(v->pod->arena, literal, &text, &len, &at, &at_len);
	if (!wrong)
		wrong = literal_uri(text);
	return wrong ? refuse_because(v, wrong) : literal;
}

static const char *enum_value(const struct value *v, const struct pod_decl *decl)
{
	struct guess guess = guess_start(v->text);
	size_t i;

	for (i = 0; i < decl->values.n; i++) {
		const struct pod_value *value = decl->values.at[i];

		if (!strcmp(value->name, v->text))
			return value->spy_name;
		guess_offer(&guess, value->name);
	}
	if (guess.best)
		diag_error(v->pod->diag, v->option->value_span,
			   "'%s' has no value '%s'; did you mean '%s'?", decl->name,
			   v->text, guess.best);
	else
		diag_error(v->pod->diag, v->option->value_span, "'%s' has no value '%s'",
			   decl->name, v->text);
	return NULL;
}

static const char *boolean(const struct value *v)
{
	if (!strcmp(v->text, "true") || !strcmp(v->text, "false"))
		return v->text;
	return refuse(v, "true or false");
}

const char *pod_default_text(struct pod *pod, const struct pod_field *field)
{
	static const struct {
		const char *type;
		const char *(*read)(const struct value *v);
	} readers[] = {
		{ "bool", boolean },	   { "int", integer },
		{ "double", number },	   { "String", string_literal },
		{ "DateTime", moment },	   { "Duration", duration },
		{ "UuidValue", uuid },	   { "Uri", uri },
		{ "BigInt", big_integer },
	};
	const struct pod_type *type = field->type;
	struct value v = { .pod = pod, .option = field->value };
	size_t i;

	if (!type || !field->value)
		return NULL;
	v.text = field->value->value;
	if (type->decl && type->decl->kind == POD_ENUM)
		return enum_value(&v, type->decl);
	for (i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (type->builtin && !strcmp(readers[i].type, type->builtin->name))
			return readers[i].read(&v);
	diag_error(pod->diag, field->value->span, "the type '%s' has no defaults",
		   field->type_text);
	return NULL;
}
