/*
 * The wording of syntax errors: from what the parser expects and found to a sentence
 * that says what to write.
 *
 * Invariant: at most five things are listed; where more fit, the sentence names the kind
 * of thing ("a declaration").  Nothing is said about text that a lexical error already
 * explains.
 */
#include "syntax.h"

#include "parse.h"
#include "types.h"

#include <string.h>

enum {
	LIST_MAX = 5,
	QUOTE_MAX = 40, /* bytes of the user's text in a message */
};

bool syntax_begins_declaration(int token)
{
	switch (token) {
	case TOK_END:
	case TOK_PACKAGE:
	case TOK_IMPORT:
	case TOK_ENUM:
	case TOK_UNION:
	case TOK_MODEL:
	case TOK_EXCEPTION:
	case TOK_ENDPOINT:
	case TOK_SEALED:
	case TOK_IMMUTABLE:
		return true;
	}
	return false;
}

bool syntax_between_items(int before)
{
	return before == ';' || before == '{' || before == '}' || before == TOK_DOC ||
	       before == TOK_SEALED || before == TOK_IMMUTABLE;
}

bool syntax_ends_item(int before)
{
	switch (before) {
	case TOK_IDENT:
	case TOK_EXTENDS:
	case TOK_THROWS:
	case TOK_MESSAGES:
	case TOK_RESERVED:
	case TOK_DEFAULT:
	case TOK_INT:
	case TOK_FLOAT:
	case TOK_DURATION:
	case TOK_SIZE:
	case TOK_STRING:
	case '>':
	case '?':
	case ')':
	case ']':
		return true;
	}
	return false;
}

static const char *text_of(struct parse *p, struct span at)
{
	const char *text = p->source->text + (at.start - p->source->base);
	size_t len = at.end - at.start;
	uint32_t code;
	size_t n = 0;

	if (len <= QUOTE_MAX)
		return arena_strndup(p->arena, text, len);
	while (n < QUOTE_MAX)
		n += utf8_next(text + n, len - n, &code);
	return arena_printf(p->arena, "%.*s...", (int)n, text);
}

static const char *found_text(struct parse *p, int found, struct span at)
{
	if (found == TOK_END)
		return "the end of the file";
	if (found == TOK_DOC)
		return "a doc comment";
	if (found == TOK_STRING)
		return "a string";
	return arena_printf(p->arena, "'%s'", text_of(p, at));
}

/* By a lexical error on this line, or on the line of the token before. */
static bool explained(const struct parse *p, struct span at)
{
	return at.start < p->quiet_until || p->before_span.end < p->quiet_until;
}

void syntax_missing(struct parse *p, int token, bool newline, struct span at)
{
	struct span end = { p->before_span.end, p->before_span.end };

	p->troubles++;
	if (explained(p, end))
		return;
	if (newline)
		diag_error(p->diag, end, "expected '%c' at the end of this line", token);
	else if (p->source->len == at.start - p->source->base)
		diag_error(p->diag, end, "expected '%c' at the end of the file", token);
	else
		diag_error(p->diag, end, "expected '%c' before '%s'", token,
			   text_of(p, at));
}

void syntax_missing_brace(struct parse *p, struct span at)
{
	struct span end = { p->before_span.end, p->before_span.end };

	p->troubles++;
	if (explained(p, at))
		return;
	if (at.start == at.end)
		diag_error(p->diag, end, "expected '}' before the end of the file");
	else
		diag_error(p->diag, at, "expected '}' before '%s'", text_of(p, at));
	diag_note(p->diag, p->brace, "to close this '{'");
}

static bool has(const struct expected *e, int token)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (e->kinds[i] == token)
			return true;
	return false;
}

static const struct {
	int token;
	const char *text;
} token_texts[] = {
	{ TOK_IDENT, "a name" },
	{ TOK_STRING, "a string" },
	{ '(', "'('" },
	{ ',', "','" },
	{ '?', "'?'" },
	{ '<', "'<'" },
	{ '>', "'>'" },
	{ ')', "')'" },
	{ ':', "':'" },
	{ '.', "'.'" },
	{ '=', "'='" },
	{ '|', "'|'" },
	{ '@', "'@'" },
	{ TOK_EXTENDS, "'extends'" },
	{ TOK_DEFAULT, "'default'" },
	{ TOK_ARROW, "'->'" },
	{ TOK_THROWS, "'throws'" },
	{ ']', "']'" },
	{ '{', "'{'" },
	{ '}', "'}'" },
	{ ';', "';'" },
	{ TOK_END, "the end of the file" },
	{ TOK_MODEL, "'model'" },
	{ TOK_EXCEPTION, "'exception'" },
};

/* Not worth a place in the list: they may stand nearly everywhere. */
static bool is_noise(const struct parse *p, const struct expected *e, int token)
{
	bool name = has(e, TOK_IDENT), ends = has(e, ';') || has(e, ')') || has(e, '>');
	bool value = p->before >= TOK_INT && p->before <= TOK_STRING;

	return token == '@' || (value && token == '=') ||
	       (ends && (token == '?' || token == '.' || token == '<')) ||
	       (name &&
		(token == TOK_EXTENDS || token == TOK_THROWS || token == TOK_DEFAULT)) ||
	       (token == TOK_END && e->n > 1);
}

static const char *list_of(struct parse *p, const struct expected *e)
{
	const char *texts[sizeof(token_texts) / sizeof(token_texts[0])];
	const char *list = "";
	size_t i, n = 0;

	for (i = 0; i < sizeof(token_texts) / sizeof(token_texts[0]); i++)
		if (has(e, token_texts[i].token) && !is_noise(p, e, token_texts[i].token))
			texts[n++] = token_texts[i].text;
	if (!n || n > LIST_MAX)
		return NULL;
	for (i = 0; i < n; i++)
		list = arena_printf(p->arena, "%s%s%s", list,
				    !i		 ? ""
				    : i + 1 == n ? " or "
						 : ", ",
				    texts[i]);
	return list;
}

/* What is wanted, in words. */
static const char *wanted(struct parse *p, const struct expected *e)
{
	bool soft = has(e, TOK_EXTENDS) && has(e, TOK_IDENT);
	const char *list;

	if (has(e, TOK_ENUM))
		return "a declaration";
	if (has(e, TOK_INT))
		return has(e, ')') ? "a value or ')'" : "a value";
	if (soft && has(e, TOK_DOC) && has(e, '}') && has(e, '@'))
		return p->before == ',' ? "a name or '}'" : "a field, a method or '}'";
	if (has(e, TOK_IDENT) && has(e, '(') && !soft)
		return "a type";
	list = list_of(p, e);
	return list ? list : "something else";
}

/* The word of the language that was probably meant. */
static const char *meant(struct parse *p, const struct expected *e, int found,
			 struct span at)
{
	static const struct {
		int token;
		const char *text;
	} words[] = {
		{ TOK_PACKAGE, "package" },	{ TOK_IMPORT, "import" },
		{ TOK_ENUM, "enum" },		{ TOK_UNION, "union" },
		{ TOK_MODEL, "model" },		{ TOK_EXCEPTION, "exception" },
		{ TOK_ENDPOINT, "endpoint" },	{ TOK_SEALED, "sealed" },
		{ TOK_IMMUTABLE, "immutable" }, { TOK_EXTENDS, "extends" },
		{ TOK_THROWS, "throws" },	{ TOK_DEFAULT, "default" },
	};
	static const struct {
		const char *text;
		const char *means;
	} habits[] = {
		{ "struct", "model" },	     { "class", "model" },
		{ "message", "model" },	     { "record", "model" },
		{ "type", "model" },	     { "service", "endpoint" },
		{ "interface", "endpoint" }, { "error", "exception" },
		{ "oneof", "union" },	     { "variant", "union" },
		{ "include", "import" },     { "using", "import" },
		{ "namespace", "package" },  { "module", "package" },
	};
	const char *text = text_of(p, at);
	struct guess guess = guess_start(text);
	size_t i;

	if (found != TOK_IDENT)
		return NULL;
	if (has(e, TOK_ENUM))
		for (i = 0; i < sizeof(habits) / sizeof(habits[0]); i++)
			if (!strcmp(habits[i].text, text))
				return habits[i].means;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (has(e, words[i].token))
			guess_offer(&guess, words[i].text);
	return guess.best;
}

static bool looks_like_type(const char *name)
{
	enum type_kind kind;

	return is_pascal(name) || !type_builtin_kind(name, &kind);
}

/* Habits from other languages that deserve an answer of their own. */
static bool special(struct parse *p, const struct expected *e, int found, struct span at)
{
	const char *before = text_of(p, p->before_span), *text = text_of(p, at);

	if (p->before == TOK_DOC && (found == '}' || found == ')' || found == TOK_END)) {
		diag_error(p->diag, p->before_span,
			   "this doc comment describes nothing; '///' stands before what "
			   "it is about");
		return true;
	}
	if (p->before == '{' && (found == '}' || found == ';') && !has(e, '}')) {
		diag_error(p->diag, at, "an enum has at least one value");
		return true;
	}
	if (p->before != TOK_IDENT)
		return false;
	if (found == TOK_IDENT && has(e, ':') && looks_like_type(text)) {
		diag_error(p->diag, at, "expected ':', found '%s'; write '%s: %s'", text,
			   before, text);
		return true;
	}
	if (found == TOK_IDENT && has(e, ':') && looks_like_type(before)) {
		diag_error(p->diag, at, "expected ':', found '%s'; write '%s: %s'", text,
			   text, before);
		return true;
	}
	if (found == ':' && has(e, '(') && e->n == 1) {
		diag_error(p->diag, at,
			   "expected '(', found ':'; an endpoint has no "
			   "fields, only methods");
		return true;
	}
	if (found == TOK_IDENT && is_pascal(text) &&
	    (!strcmp(before, "enum") || !strcmp(before, "model") ||
	     !strcmp(before, "union") || !strcmp(before, "exception"))) {
		diag_error(p->diag, p->before_span, "write only the type's name, '%s'",
			   text);
		return true;
	}
	if (found == '[' && has(e, '?') && has(e, '<')) {
		diag_error(p->diag, at, "unexpected '['; write 'list<%s>'", before);
		return true;
	}
	return false;
}

/*
 * Between declarations one mistake is followed by many tokens that make no sense there.
 * What stands in the first column was probably meant to be a declaration again.
 */
static bool is_astray(struct parse *p, const struct expected *e, int found,
		      struct span at)
{
	bool before = p->astray, first;

	if (p->depth && found != '{' && !has(e, TOK_ENUM))
		return false;
	/* what is declared without a name, or not imported, may be used below */
	if ((p->before != TOK_ENDPOINT && syntax_begins_declaration(p->before)) ||
	    found == TOK_STRING)
		p->file->nameless = true;
	first = at.start == p->source->base ||
		p->source->text[at.start - p->source->base - 1] == '\n';
	p->astray = true;
	return before && has(e, TOK_ENUM) && (!first || found == '}');
}

void syntax_unexpected(struct parse *p, const struct expected *expected, int found,
		       struct span at)
{
	const char *word;

	p->troubles++;
	if (explained(p, at) || is_astray(p, expected, found, at) ||
	    special(p, expected, found, at))
		return;
	word = meant(p, expected, found, at);
	if (word)
		diag_error(p->diag, at, "expected %s, found '%s'; did you mean '%s'?",
			   wanted(p, expected), text_of(p, at), word);
	else
		diag_error(p->diag, at, "expected %s, found %s", wanted(p, expected),
			   found_text(p, found, at));
}
