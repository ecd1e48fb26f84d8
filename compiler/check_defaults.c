/*
 * Defaults: a literal held against the type of its field or parameter.
 *
 * Invariant: a value is of its type and within its range, exactly; nothing is rounded
 * but a float.  Start in check.h.
 */
#include "check.h"

#include "literal.h"

#include <string.h>

static void bounds(enum type_kind kind, int64_t *min, uint64_t *max)
{
	unsigned bits;

	if (kind >= TYPE_UINT8 && kind <= TYPE_UINT64) {
		bits = 8u << (kind - TYPE_UINT8);
		*min = 0;
		*max = UINT64_MAX >> (64 - bits);
	} else {
		bits = 8u << (kind - TYPE_INT8);
		*max = (uint64_t)INT64_MAX >> (64 - bits);
		*min = -(int64_t)*max - 1;
	}
}

bool check_int(struct check *c, const struct ast_literal *literal, int64_t min,
	       uint64_t max, const char *what, int64_t *value)
{
	uint64_t magnitude;
	bool negative;
	const char *wrong;

	if (literal->kind != LITERAL_INT) {
		diag_error(c->diag, literal->span, "%s is an integer", what);
		return false;
	}
	wrong = literal_int(literal->text, &negative, &magnitude);
	if (wrong && !strncmp(wrong, "has", 3)) {
		diag_error(c->diag, literal->span, "'%s' %s", literal->text, wrong);
		return false;
	}
	if (wrong ||
	    (negative ? min >= 0 || magnitude - 1 > (uint64_t) - (min + 1)
		      : magnitude > max || (min > 0 && magnitude < (uint64_t)min))) {
		diag_error(c->diag, literal->span, "%s is from %lld to %llu", what,
			   (long long)min, (unsigned long long)max);
		return false;
	}
	*value = negative ? -(int64_t)(magnitude - 1) - 1 : (int64_t)magnitude;
	return true;
}

/* One default on its way from text to value. */
struct reading {
	struct check *c;
	const struct ast_literal *literal;
	const struct type *type;
	const char *type_text; /* without '?' */
	struct value *value;
};

/* What a default of a type looks like, for those who wrote something else. */
static const char *form_of(const struct type *type)
{
	switch (type->kind) {
	case TYPE_BOOL:
		return "true or false";
	case TYPE_FLOAT:
	case TYPE_DOUBLE:
		return "a number";
	case TYPE_STRING:
		return "a string in double quotes";
	case TYPE_TIME:
		return "now or a time, such as \"2026-01-31T12:00:00Z\"";
	case TYPE_DURATION:
		return "a duration, such as 10s or 200ms";
	case TYPE_UUID:
		return "random or a uuid in double quotes";
	case TYPE_URI:
		return "a URI in double quotes";
	case TYPE_ENUM:
		return "one of its values";
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_MAP:
		return "[]";
	default:
		return "an integer";
	}
}

static bool is_word(const struct ast_literal *literal, const char *word)
{
	return literal->kind == LITERAL_WORD && !strcmp(literal->text, word);
}

static bool is_nil(const struct ast_literal *literal)
{
	return is_word(literal, "nil") || is_word(literal, "null");
}

static bool wrong_form(struct reading *r)
{
	struct span at = r->literal->span;

	if (is_nil(r->literal) && r->type->nullable)
		diag_error(r->c->diag, at,
			   "'%s?' is nil unless it is set; leave out the default",
			   r->type_text);
	else if (is_nil(r->literal))
		diag_error(r->c->diag, at,
			   "'%s' cannot be nil; write '%s?' without a default",
			   r->type_text, r->type_text);
	else
		diag_error(r->c->diag, at, "the default of '%s' is %s", r->type_text,
			   form_of(r->type));
	return false;
}

/* `wrong` is the reason of a literal.h function, or NULL. */
static bool accept(struct reading *r, const char *wrong)
{
	if (wrong)
		diag_error(r->c->diag, r->literal->span, "'%s' %s", r->literal->text,
			   wrong);
	return !wrong;
}

/* The characters of a string literal. */
static bool read_text(struct reading *r, const char **text, size_t *len)
{
	size_t at, at_len;
	const char *wrong;

	if (r->literal->kind != LITERAL_STRING)
		return wrong_form(r);
	wrong = literal_string(r->c->arena, r->literal->text, text, len, &at, &at_len);
	if (wrong) {
		uint32_t start = r->literal->span.start + (uint32_t)at;

		diag_error(r->c->diag, (struct span){ start, start + (uint32_t)at_len },
			   "%s", wrong);
	}
	return !wrong;
}

static bool read_enum(struct reading *r)
{
	const struct enumeration *e = r->type->decl->enumeration;
	const struct ast_literal *literal = r->literal;
	struct guess guess = guess_start(literal->text);
	size_t i;

	r->value->kind = VALUE_ENUM;
	if (literal->kind != LITERAL_WORD || is_nil(literal))
		return wrong_form(r);
	for (i = 0; i < e->n_values; i++) {
		if (e->values[i].name == literal->text) {
			r->value->e = &e->values[i];
			return true;
		}
		guess_offer(&guess, e->values[i].name);
	}
	if (symbol_of(r->type->decl)->broken)
		return false;
	if (guess.best)
		diag_error(r->c->diag, literal->span,
			   "'%s' has no value '%s'; did you mean '%s'?",
			   r->type->decl->name, literal->text, guess.best);
	else
		diag_error(r->c->diag, literal->span, "'%s' has no value '%s'",
			   r->type->decl->name, literal->text);
	return false;
}

static bool read_integer(struct reading *r)
{
	const char *what = arena_printf(r->c->arena, "the default of '%s'", r->type_text);
	uint64_t max, magnitude;
	bool negative;
	int64_t min;

	if (r->literal->kind != LITERAL_INT)
		return wrong_form(r);
	bounds(r->type->kind, &min, &max);
	if (!check_int(r->c, r->literal, min, max, what, &r->value->i))
		return false;
	r->value->kind = VALUE_INT;
	if (r->type->kind == TYPE_UINT64) {
		literal_int(r->literal->text, &negative, &magnitude);
		r->value->kind = VALUE_UINT;
		r->value->u = magnitude;
	}
	return true;
}

/* `now`, `random`, and the types whose literals are strings with a form of their own. */
static bool read_formed(struct reading *r)
{
	struct value *v = r->value;
	const char *text;
	size_t len;

	if (r->type->kind == TYPE_TIME && is_word(r->literal, "now")) {
		v->kind = VALUE_NOW;
		return true;
	}
	if (r->type->kind == TYPE_UUID && is_word(r->literal, "random")) {
		v->kind = VALUE_RANDOM;
		return true;
	}
	if (!read_text(r, &text, &len))
		return false;
	if (r->type->kind == TYPE_TIME) {
		v->kind = VALUE_TIME;
		return accept(r,
			      literal_time(text, &v->time.seconds, &v->time.nanoseconds));
	}
	if (r->type->kind == TYPE_UUID) {
		v->kind = VALUE_UUID;
		return accept(r, literal_uuid(text, v->uuid));
	}
	v->kind = VALUE_STRING;
	v->s = text;
	v->len = len;
	return accept(r, literal_uri(text));
}

static bool read_number(struct reading *r)
{
	r->value->kind = VALUE_DOUBLE;
	if (r->literal->kind != LITERAL_INT && r->literal->kind != LITERAL_FLOAT)
		return wrong_form(r);
	return accept(r, literal_double(r->literal->text, r->type->kind == TYPE_FLOAT,
					&r->value->d));
}

static bool no_defaults(struct reading *r)
{
	struct span at = r->literal->span;

	if (r->type->nullable || r->type->kind == TYPE_ANY)
		diag_error(r->c->diag, at,
			   "'%s' has no defaults; it is nil unless it is set",
			   r->type_text);
	else
		diag_error(r->c->diag, at, "'%s' has no defaults; make it '%s?'",
			   r->type_text, r->type_text);
	return false;
}

static bool read_value(struct reading *r)
{
	const struct ast_literal *literal = r->literal;
	struct value *v = r->value;

	switch (r->type->kind) {
	case TYPE_BOOL:
		v->kind = VALUE_BOOL;
		v->b = is_word(literal, "true");
		return v->b || is_word(literal, "false") || wrong_form(r);
	case TYPE_FLOAT:
	case TYPE_DOUBLE:
		return read_number(r);
	case TYPE_STRING:
		v->kind = VALUE_STRING;
		return read_text(r, &v->s, &v->len);
	case TYPE_TIME:
	case TYPE_UUID:
	case TYPE_URI:
		return read_formed(r);
	case TYPE_DURATION:
		v->kind = VALUE_DURATION;
		if (literal->kind != LITERAL_DURATION)
			return wrong_form(r);
		return accept(r, literal_duration(literal->text, &v->i));
	case TYPE_BIGINT:
		v->kind = VALUE_BIGINT;
		if (literal->kind != LITERAL_INT)
			return wrong_form(r);
		return accept(r,
			      literal_bigint(r->c->arena, literal->text, &v->s, &v->len));
	case TYPE_ENUM:
		return read_enum(r);
	case TYPE_LIST:
	case TYPE_SET:
	case TYPE_MAP:
		v->kind = VALUE_EMPTY;
		return literal->kind == LITERAL_EMPTY || wrong_form(r);
	case TYPE_BYTES:
	case TYPE_ANY:
	case TYPE_MODEL:
	case TYPE_EXCEPTION:
	case TYPE_SEALED:
	case TYPE_UNION:
	case TYPE_TUPLE:
		return no_defaults(r);
	default:
		return read_integer(r);
	}
}

/* A string as @max counts it: in characters, which is in bytes that begin one. */
static void check_length(struct check *c, const struct value *v, uint64_t max)
{
	size_t i, n = 0;

	if (!max || v->kind != VALUE_STRING)
		return;
	for (i = 0; i < v->len; i++)
		n += ((unsigned char)v->s[i] & 0xc0) != 0x80;
	if (n > max)
		diag_error(c->diag, v->span,
			   "the default has %zu characters; '@max' allows %llu", n,
			   (unsigned long long)max);
}

const struct value *check_default(struct check *c, const struct ast_member *member,
				  const struct type *type, uint64_t max)
{
	struct ast_type plain = *member->type;
	struct reading r = { .c = c, .literal = member->value, .type = type };

	if (member->second)
		diag_error(c->diag, member->second->span, "a second default");
	if (!r.literal || !type)
		return NULL;
	plain.questions = 0;
	r.type_text = check_type_text(c, &plain);
	r.value = ARENA_NEW(c->arena, struct value);
	r.value->span = r.literal->span;
	r.value->text = r.literal->text;
	if (!read_value(&r))
		return NULL;
	check_length(c, r.value, max);
	return r.value;
}
