/*
 * The little language in the value of a field: "String?, default='x', !persist".
 * Start in serverpod.h.
 *
 *	field   = type { "," option }
 *	type    = ( name [ "<" type { "," type } ">" | "(" number ")" ] | record ) [ "?" ]
 *	name    = [ prefix ":" ] word         prefix: module:x, package:path, project:path
 *	record  = "(" [ type [ word ] { "," ... } ] [ "{" type word { "," ... } "}" ] ")"
 *	option  = [ "!" ] word [ "=" text | "(" option { "," option } ")" ]
 *
 * Invariant: the first mistake of a field ends it, and is the only one reported.
 */
#include "serverpod.h"

#include <string.h>

struct scan {
	struct pod *pod;
	const struct source *source;
	const struct node *node;
	size_t at;
	unsigned depth;
	bool failed;
};

static struct span place(const struct scan *s, size_t from)
{
	return node_place(s->source, s->node, from, s->at > from ? s->at - from : 1);
}

static char skip(struct scan *s)
{
	while (s->node->text[s->at] == ' ' || s->node->text[s->at] == '\t' ||
	       s->node->text[s->at] == '\n')
		s->at++;
	return s->node->text[s->at];
}

static bool take(struct scan *s, char c)
{
	if (skip(s) != c)
		return false;
	s->at++;
	return true;
}

static void fail(struct scan *s, const char *wanted)
{
	char found = skip(s);
	struct span at = node_place(s->source, s->node, s->at, 1);

	if (s->failed)
		return;
	s->failed = true;
	if (!found && s->at < s->node->len)
		diag_error(s->pod->diag, at, "expected %s, found a zero byte", wanted);
	else if (!found)
		diag_error(s->pod->diag, at, "expected %s at the end of this", wanted);
	else if ((unsigned char)found >= 0x80)
		diag_error(s->pod->diag, at, "expected %s", wanted);
	else
		diag_error(s->pod->diag, at, "expected %s, found '%c'", wanted, found);
}

static void expect(struct scan *s, char c, const char *wanted)
{
	if (!take(s, c))
		fail(s, wanted);
}

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '$';
}

static const char *word(struct scan *s, const char *wanted)
{
	size_t from;

	skip(s);
	from = s->at;
	while (is_word_char(s->node->text[s->at]))
		s->at++;
	if (s->at == from) {
		fail(s, wanted);
		return NULL;
	}
	return intern(s->pod->names, s->node->text + from, s->at - from);
}

/* ---- types ---- */

static struct pod_type *type(struct scan *s);

/* "module:auth:UserInfo": the part behind the last ':' is the name. */
static void read_name(struct scan *s, struct pod_type *t)
{
	const char *text = s->node->text, *colon = NULL;
	size_t from = s->at, i;

	while (is_word_char(text[s->at]) ||
	       strchr(":./-", text[s->at] ? text[s->at] : ' '))
		s->at++;
	for (i = from; i < s->at; i++)
		if (text[i] == ':')
			colon = text + i;
	if (colon)
		t->prefix =
			intern(s->pod->names, text + from, (size_t)(colon - text) - from);
	i = colon ? (size_t)(colon + 1 - text) : from;
	t->name = intern(s->pod->names, text + i, s->at - i);
	if (!is_word_char(*t->name) || strpbrk(t->name, "./-")) {
		s->at = i;
		fail(s, "the name of a type");
	}
}

static void read_arguments(struct scan *s, struct pod_type *t)
{
	size_t from;

	if (take(s, '<')) {
		do
			vec_push(s->pod->arena, &t->args, type(s));
		while (!s->failed && take(s, ','));
		if (!s->failed)
			expect(s, '>', "',' or '>'");
	} else if (s->node->text[s->at] == '(') {
		s->at++;
		skip(s);
		for (from = s->at;
		     s->node->text[s->at] >= '0' && s->node->text[s->at] <= '9';)
			s->at++;
		t->number = intern(s->pod->names, s->node->text + from, s->at - from);
		expect(s, ')', "a number and ')'");
	}
}

static void read_member(struct scan *s, struct pod_type *record, bool named)
{
	struct pod_type *member = type(s);

	if (s->failed)
		return;
	if (named || is_word_char(skip(s)))
		member->member = word(s, "the name of this member");
	vec_push(s->pod->arena, &record->args, member);
}

static void read_record(struct scan *s, struct pod_type *t)
{
	size_t from = s->at++;

	t->kind = POD_RECORD;
	while (!s->failed && skip(s) != ')' && skip(s) != '{') {
		read_member(s, t, false);
		if (!take(s, ','))
			break;
	}
	if (!s->failed && take(s, '{')) {
		do
			if (skip(s) != '}')
				read_member(s, t, true);
		while (!s->failed && take(s, ','));
		if (!s->failed)
			expect(s, '}', "',' or '}'");
		take(s, ',');
	}
	if (!s->failed)
		expect(s, ')', "',' or ')'");
	if (!s->failed && !t->args.n) {
		s->failed = true;
		diag_error(s->pod->diag, place(s, from), "a record has members");
	}
}

static struct pod_type *type(struct scan *s)
{
	struct pod_type *t = ARENA_NEW(s->pod->arena, struct pod_type);
	size_t from;

	if (s->failed)
		return t;
	skip(s);
	from = s->at;
	if (++s->depth > POD_NESTING_MAX) {
		s->failed = true;
		diag_error(s->pod->diag, place(s, from), "types nest at most %d deep",
			   POD_NESTING_MAX);
		return t;
	}
	if (s->node->text[s->at] == '(') {
		read_record(s, t);
	} else if (is_word_char(s->node->text[s->at])) {
		read_name(s, t);
		if (!s->failed)
			read_arguments(s, t);
	} else {
		fail(s, "a type");
	}
	if (!s->failed)
		t->nullable = take(s, '?');
	if (!s->failed && skip(s) == '?') {
		s->failed = true;
		diag_error(s->pod->diag, node_place(s->source, s->node, s->at, 1),
			   "'?' is given twice");
	}
	t->span = place(s, from);
	s->depth--;
	return t;
}

/* ---- options ---- */

static void no_end_of_string(struct scan *s, size_t from)
{
	const char *end = s->source->text + (s->node->span.end - s->source->base);

	s->failed = true;
	/* ' #' begins a comment in a plain text */
	end += strspn(end, " \t");
	diag_error(
		s->pod->diag, place(s, from), "this string has no end%s",
		s->node->plain && *end == '#'
			? "; '#' begins a comment unless the whole value stands in quotes"
			: "");
}

/* Everything up to a ',' or ')' that stands in no brackets or quotes. */
static void read_option_value(struct scan *s, struct pod_option *option, bool inside)
{
	const char *text = s->node->text;
	size_t from, end, quote;
	unsigned depth = 0;

	skip(s);
	from = s->at;
	while (text[s->at] && !s->failed) {
		char c = text[s->at];

		if (!depth && (c == ',' || (inside && c == ')')))
			break;
		depth += c == '(' || c == '[';
		depth -= (c == ')' || c == ']') && depth;
		if (c == '\'' || c == '"') {
			quote = s->at++;
			while (text[s->at] && text[s->at] != c)
				s->at += text[s->at] == '\\' && text[s->at + 1] ? 2 : 1;
			if (!text[s->at]) {
				s->at = quote + 1;
				no_end_of_string(s, quote);
				return;
			}
		}
		s->at++;
	}
	for (end = s->at; end > from && (text[end - 1] == ' ' || text[end - 1] == '\n');)
		end--;
	if (end == from) {
		fail(s, "a value");
		return;
	}
	option->value = arena_strndup(s->pod->arena, text + from, end - from);
	option->value_span = node_place(s->source, s->node, from, end - from);
}

static struct pod_option *read_option(struct scan *s, bool inside)
{
	struct pod_option *option = ARENA_NEW(s->pod->arena, struct pod_option);
	size_t from;

	skip(s);
	from = s->at;
	option->negated = take(s, '!');
	option->name = word(s, "the name of an option");
	option->span = place(s, from);
	if (s->failed)
		return option;
	if (take(s, '=')) {
		read_option_value(s, option, inside);
		if (option->negated && !s->failed) {
			s->failed = true;
			diag_error(s->pod->diag, option->span, "'!%s' takes no value",
				   option->name);
		}
	} else if (!inside && take(s, '(')) {
		option->has_subs = true;
		do
			if (skip(s) != ')')
				vec_push(s->pod->arena, &option->subs,
					 read_option(s, true));
		while (!s->failed && take(s, ','));
		if (!s->failed)
			expect(s, ')', "',' or ')'");
	}
	return option;
}

bool pod_parse_field(struct pod *pod, const struct source *source,
		     const struct node *node, struct pod_field *field)
{
	struct scan s = { .pod = pod, .source = source, .node = node };
	const char *text = node->text;
	struct pod_option *option;
	size_t from, end;

	skip(&s);
	from = s.at;
	field->type = type(&s);
	for (end = s.at; end > from && text[end - 1] == ' ';)
		end--;
	field->type_text = arena_strndup(pod->arena, text + from, end - from);
	while (!s.failed && take(&s, ',')) {
		option = read_option(&s, false);
		if (!s.failed)
			vec_push(pod->arena, &field->options, option);
	}
	if (!s.failed && s.at < node->len)
		fail(&s, "',' or the end of the line");
	if (s.failed)
		field->type = NULL;
	return !s.failed;
}

struct pod_type *pod_parse_type(struct pod *pod, const struct source *source,
				const struct node *node)
{
	struct scan s = { .pod = pod, .source = source, .node = node };
	struct pod_type *t = type(&s);

	if (!s.failed && (skip(&s) || s.at < node->len))
		fail(&s, "nothing more");
	return s.failed ? NULL : t;
}
