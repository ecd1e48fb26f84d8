/*
 * Attributes: which there are, where they may stand, and what they say.
 *
 * Invariant: one table says all of it; an attribute that stands at a wrong place is
 * reported and not read.  Start in check.h.
 */
#include "check.h"

#include "literal.h"

#include <string.h>

enum attr_id {
	ATTR_LOGIN,
	ATTR_SCOPE,
	ATTR_TIMEOUT,
	ATTR_MAX,
	ATTR_SERVER,
	ATTR_DEPRECATED,
	ATTR_CREDIT,
	ATTR_OVERFLOW,
	ATTR_C,
	N_ATTRS,
};

#define ON_DECL (ON_ENUM | ON_RECORD | ON_UNION | ON_ENDPOINT)
#define ON_CALL (ON_METHOD | ON_MESSAGES)

static const struct {
	const char *name;
	unsigned places;
	size_t min_args, max_args;
	const char *form;  /* how it is written */
	const char *where; /* where it belongs, for those who err */
} table[N_ATTRS] = {
	[ATTR_LOGIN] = { "login", ON_ENDPOINT | ON_CALL, 0, 0, "@login",
			 "endpoints and methods" },
	[ATTR_SCOPE] = { "scope", ON_ENDPOINT | ON_CALL, 1, 64, "@scope(\"name\", ...)",
			 "endpoints and methods" },
	[ATTR_TIMEOUT] = { "timeout", ON_CALL, 1, 1, "@timeout(10s)", "methods" },
	[ATTR_MAX] = { "max", ON_FIELD | ON_PARAM, 1, 1, "@max(100)",
		       "fields and parameters that are no streams" },
	[ATTR_SERVER] = { "server", ON_FIELD | ON_ENUM | ON_RECORD | ON_UNION, 0, 0,
			  "@server", "fields and declarations of types" },
	[ATTR_DEPRECATED] = { "deprecated", ON_DECL | ON_FIELD | ON_CALL | ON_VALUE, 0, 1,
			      "@deprecated(\"use x\")",
			      "declarations, fields, enum values and methods" },
	[ATTR_CREDIT] = { "credit", ON_CALL | ON_STREAM_PARAM, 1, 1, "@credit(64KiB)",
			  "stream parameters and methods that return a stream" },
	[ATTR_OVERFLOW] = { "overflow", ON_CALL | ON_STREAM_PARAM, 1, 1,
			    "@overflow(latest)",
			    "stream parameters and methods that return a stream" },
	[ATTR_C] = { "c",
		     ON_PACKAGE | ON_DECL | ON_FIELD | ON_PARAM | ON_STREAM_PARAM |
			     ON_CALL | ON_VALUE,
		     1, 1, "@c(name = \"...\")", "whatever gets a name in C" },
};

static const char *const overflows[] = {
	[OVERFLOW_BLOCK] = "block",
	[OVERFLOW_DROP_OLDEST] = "drop_oldest",
	[OVERFLOW_DROP_NEWEST] = "drop_newest",
	[OVERFLOW_LATEST] = "latest",
	[OVERFLOW_FAIL] = "fail",
};

enum { N_OVERFLOWS = sizeof(overflows) / sizeof(overflows[0]) };

static int find(struct check *c, const struct ast_attr *attr)
{
	struct guess guess = guess_start(attr->name.text);
	int i;

	for (i = 0; i < N_ATTRS; i++) {
		if (!strcmp(table[i].name, attr->name.text))
			return i;
		guess_offer(&guess, table[i].name);
	}
	if (guess.best)
		diag_error(c->diag, attr->name.span,
			   "unknown attribute '@%s'; did you mean '@%s'?",
			   attr->name.text, guess.best);
	else
		diag_error(c->diag, attr->name.span, "unknown attribute '@%s'",
			   attr->name.text);
	return -1;
}

static void bad_form(struct check *c, const struct ast_attr *attr, int id)
{
	diag_error(c->diag, attr->span, "this attribute is written '%s'", table[id].form);
}

/* The text of an argument that is a string; NULL when it is none. */
static const char *string_of(struct check *c, const struct ast_arg *arg)
{
	const char *value, *wrong;
	size_t len, at, at_len;

	if (arg->value.kind != LITERAL_STRING)
		return NULL;
	wrong = literal_string(c->arena, arg->value.text, &value, &len, &at, &at_len);
	if (wrong) {
		uint32_t start = arg->value.span.start + (uint32_t)at;

		diag_error(c->diag, (struct span){ start, start + (uint32_t)at_len },
			   "%s", wrong);
		return "";
	}
	return intern(c->names, value, len);
}

static void read_scopes(struct check *c, const struct ast_attr *attr, struct attrs *out)
{
	size_t i, k;

	out->scopes = arena_array(c->arena, attr->args.n, sizeof(const char *));
	for (i = 0; i < attr->args.n; i++) {
		const struct ast_arg *arg = attr->args.at[i];
		const char *scope = string_of(c, arg);

		if (!scope) {
			diag_error(c->diag, arg->value.span,
				   "a scope is a string, such as \"%s\"",
				   arg->value.kind == LITERAL_WORD ? arg->value.text
								   : "admin");
			continue;
		}
		if (!*scope)
			diag_error(c->diag, arg->value.span, "a scope has a name");
		for (k = 0; k < out->n_scopes; k++)
			if (out->scopes[k] == scope)
				break;
		if (k < out->n_scopes && *scope)
			diag_error(c->diag, arg->value.span,
				   "the scope \"%s\" is given twice", scope);
		out->scopes[out->n_scopes++] = scope;
	}
	out->login = true;
}

static void read_timeout(struct check *c, const struct ast_attr *attr, struct attrs *out)
{
	const struct ast_arg *arg = attr->args.at[0];
	const char *wrong;
	int64_t ns;

	if (arg->value.kind != LITERAL_DURATION) {
		diag_error(c->diag, arg->value.span,
			   "a timeout is a duration, such as 10s or 200ms");
		return;
	}
	wrong = literal_duration(arg->value.text, &ns);
	if (wrong)
		diag_error(c->diag, arg->value.span, "'%s' %s", arg->value.text, wrong);
	else if (ns <= 0)
		diag_error(c->diag, arg->value.span, "a timeout is longer than nothing");
	else if (ns % 1000000 || ns / 1000000 > INT32_MAX)
		diag_error(
			c->diag, arg->value.span,
			"a timeout is a whole number of milliseconds, at most 24 days");
	else
		out->timeout_ms = (uint32_t)(ns / 1000000);
}

static bool read_number(struct check *c, const struct ast_arg *arg, int64_t min,
			int64_t max, const char *what, int64_t *value)
{
	uint64_t size;

	if (arg->value.kind != LITERAL_SIZE)
		return check_int(c, &arg->value, min, (uint64_t)max, what, value);
	if (literal_size(arg->value.text, &size) || size > (uint64_t)max ||
	    size < (uint64_t)min) {
		diag_error(c->diag, arg->value.span, "%s is from %lld to %lld", what,
			   (long long)min, (long long)max);
		return false;
	}
	*value = (int64_t)size;
	return true;
}

static void read_overflow(struct check *c, const struct ast_attr *attr, struct attrs *out)
{
	const struct ast_arg *arg = attr->args.at[0];
	struct guess guess = guess_start(arg->value.text);
	int i;

	for (i = OVERFLOW_BLOCK; i < N_OVERFLOWS; i++) {
		if (arg->value.kind == LITERAL_WORD &&
		    !strcmp(overflows[i], arg->value.text)) {
			out->overflow = (enum overflow)i;
			return;
		}
		guess_offer(&guess, overflows[i]);
	}
	if (guess.best && arg->value.kind == LITERAL_WORD)
		diag_error(c->diag, arg->value.span,
			   "unknown overflow '%s'; did you mean '%s'?", arg->value.text,
			   guess.best);
	else
		diag_error(c->diag, arg->value.span,
			   "an overflow is block, drop_oldest, "
			   "drop_newest, latest or fail");
}

static void read_c_name(struct check *c, const struct ast_attr *attr, struct attrs *out)
{
	const struct ast_arg *arg = attr->args.at[0];
	const char *name = string_of(c, arg), *s;
	bool good;

	if (!name || !arg->key.text || strcmp(arg->key.text, "name")) {
		bad_form(c, attr, ATTR_C);
		return;
	}
	good = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z');
	for (s = name; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		      (*s >= '0' && *s <= '9') || *s == '_'))
			good = false;
	if (!good || s - name > NAME_MAX_LEN)
		diag_error(c->diag, arg->value.span, "'%s' is no name in C", name);
	else
		out->c_name = name;
}

static void read_attr(struct check *c, const struct ast_attr *attr, int id,
		      struct attrs *out)
{
	const struct ast_arg *arg = attr->args.n ? attr->args.at[0] : NULL;
	int64_t n;

	switch (id) {
	case ATTR_LOGIN:
		out->login = true;
		break;
	case ATTR_SCOPE:
		read_scopes(c, attr, out);
		break;
	case ATTR_TIMEOUT:
		read_timeout(c, attr, out);
		break;
	case ATTR_MAX:
		out->max_span = attr->span;
		if (read_number(c, arg, 1, INT32_MAX, "'@max'", &n))
			out->max = (uint64_t)n;
		break;
	case ATTR_SERVER:
		out->server = true;
		out->server_span = attr->span;
		break;
	case ATTR_DEPRECATED:
		out->deprecated = arg ? string_of(c, arg) : "";
		if (!out->deprecated)
			bad_form(c, attr, id);
		break;
	case ATTR_CREDIT:
		out->credit_span = attr->span;
		if (read_number(c, arg, CREDIT_MIN, CREDIT_MAX, "'@credit'", &n))
			out->credit = (uint32_t)n;
		break;
	case ATTR_OVERFLOW:
		out->overflow_span = attr->span;
		read_overflow(c, attr, out);
		break;
	case ATTR_C:
		read_c_name(c, attr, out);
		break;
	}
}

/* Only @c has a named argument. */
static bool good_args(const struct ast_attr *attr, int id)
{
	size_t i;

	if (attr->args.n < table[id].min_args || attr->args.n > table[id].max_args)
		return false;
	for (i = 0; i < attr->args.n && id != ATTR_C; i++)
		if (((const struct ast_arg *)attr->args.at[i])->key.text)
			return false;
	return true;
}

struct attrs check_attrs(struct check *c, const struct ast_attrs *attrs,
			 enum place_bit place)
{
	const struct ast_attr *seen[N_ATTRS] = { NULL };
	struct attrs out = { 0 };
	size_t i;
	int id;

	for (i = 0; i < attrs->list.n; i++) {
		const struct ast_attr *attr = attrs->list.at[i];

		if ((id = find(c, attr)) < 0)
			continue;
		if (!(table[id].places & place)) {
			diag_error(c->diag, attr->span,
				   "'@%s' does not belong here; it "
				   "is for %s",
				   table[id].name, table[id].where);
		} else if (seen[id]) {
			diag_error(c->diag, attr->span, "'@%s' is given twice",
				   table[id].name);
			diag_note(c->diag, seen[id]->span, "first given here");
		} else if (attr->late) {
			diag_error(c->diag, attr->span,
				   "attributes stand before the '=' of the default");
		} else if (!good_args(attr, id)) {
			bad_form(c, attr, id);
		} else {
			read_attr(c, attr, id, &out);
		}
		seen[id] = attr;
	}
	return out;
}

struct attributes check_written(struct check *c, const struct ast_attrs *attrs)
{
	struct attributes out = { .n = attrs->list.n };
	size_t i, k;

	out.list = arena_array(c->arena, out.n, sizeof(*out.list));
	for (i = 0; i < out.n; i++) {
		const struct ast_attr *attr = attrs->list.at[i];
		struct attribute *to = &out.list[i];

		to->name = attr->name.text;
		to->n_args = attr->args.n;
		to->args = arena_array(c->arena, to->n_args, sizeof(*to->args));
		for (k = 0; k < to->n_args; k++) {
			const struct ast_arg *arg = attr->args.at[k];

			to->args[k].key = arg->key.text;
			to->args[k].text = arg->value.text;
		}
	}
	return out;
}
