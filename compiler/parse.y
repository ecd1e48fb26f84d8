/*
 * The grammar: the definition of the language, and nothing else.  It builds nodes; it
 * looks nothing up, opens no file and fills in no default.
 *
 * The parser is pushed: before a token goes in, feed() asks whether it fits.  Where only
 * a ';' or '}' is missing it says so and puts one in, so that parsing goes on as if it
 * had stood there.  Everything else recovers at the next ';' or '}'.  Next: ast.h for
 * the nodes, syntax.c for the wording.
 */
%require "3.8"
%define api.pure full
%define api.push-pull push
%define api.prefix {spy_yy}
%define api.token.prefix {TOK_}
%define api.value.type union
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {struct parse *p}

%code requires {
#include "syntax.h"
}

%code provides {
int spy_yylex_scan(SPY_YYSTYPE *value, SPY_YYLTYPE *at, void *scanner);
}

%code {
#include <stdlib.h>
#include <string.h>

enum { TOKENS_END = TOK_ARROW + 1 };

#define YYLLOC_DEFAULT(result, rhs, n) \
	((result) = (n) ? span_join(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n)) : \
			  (struct span){ YYRHSLOC(rhs, 0).end, YYRHSLOC(rhs, 0).end })

static void yyerror(const struct span *at, struct parse *p, const char *message);

/* Pointers to copies, for lists. */
#define COPY(type, ...) \
	((type *)node_copy(p, &(type)__VA_ARGS__, sizeof(type)))
}

%token END 0 "the end of the file"
%token <struct ast_name> IDENT "a name"
%token <const char *> DOC "a doc comment"
%token <struct ast_literal> INT "a number" FLOAT "a number with a point"
%token <struct ast_literal> DURATION "a duration" SIZE "a size" STRING "a string"
%token <struct ast_name> PACKAGE "'package'" IMPORT "'import'" ENUM "'enum'"
%token <struct ast_name> UNION "'union'" MODEL "'model'" EXCEPTION "'exception'"
%token <struct ast_name> ENDPOINT "'endpoint'" SEALED "'sealed'"
%token <struct ast_name> IMMUTABLE "'immutable'"
%token <struct ast_name> EXTENDS "'extends'" THROWS "'throws'" MESSAGES "'messages'"
%token <struct ast_name> RESERVED "'reserved'" DEFAULT "'default'"
%token ARROW "'->'"

%type <struct ast_name> name key
%type <struct ast_literal> literal
%type <struct ast_literal *> number
%type <struct ast_attrs *> attrs
%type <struct ast_arg *> arg
%type <struct ast_type *> type named message extends result
%type <struct ast_member *> member reserved
%type <struct ast_method *> method messages
%type <struct ast_value *> value
%type <enum ast_kind> record
%type <struct vec> args arg_list types throws members params param_list fields methods
%type <struct vec> values value_list modifiers
%type <int> close

%%

schema:
	  %empty
	| schema package
	| schema import
	| schema declaration
	| schema error ';' {
		node_skip(p, @2);
		p->lost = false;
		if (!p->depth)
			yyerrok;
	  }
	| schema error '}' {
		node_skip(p, @2);
		p->lost = false;
		yyerrok;
	  }
	;

package: attrs PACKAGE name ';' {
		node_push(p, &p->file->packages, COPY(struct ast_package, {
			.attrs = $1, .name = $3, .span = span_join(@2, @4),
			.late = p->file->imports.n || p->file->decls.n,
		}));
	};

import: attrs IMPORT STRING ';' {
		node_push(p, &p->file->imports, COPY(struct ast_import, {
			.attrs = $1, .path = $3, .span = span_join(@2, @4),
			.late = p->file->decls.n != 0,
		}));
	};

declaration:
	  attrs ENUM IDENT '{' values close {
		struct ast_decl *d = node_decl(p, AST_ENUM, $1, $3, span_join(@2, @3));

		d->items = $5;
		d->broken |= $6;
	  }
	| attrs ENUM IDENT '{' values ';' DEFAULT name ';' close {
		struct ast_decl *d = node_decl(p, AST_ENUM, $1, $3, span_join(@2, @3));

		d->items = $5;
		d->fallback = $8;
		d->broken |= $10;
	  }
	| attrs ENUM IDENT '{' values ';' close {
		struct ast_decl *d = node_decl(p, AST_ENUM, $1, $3, span_join(@2, @3));

		d->items = $5;
		d->broken |= $7;
	  }
	| attrs ENUM IDENT '{' error '}' {
		node_skip(p, @5);
		node_decl(p, AST_ENUM, $1, $3, span_join(@2, @3));
		yyerrok;
	  }
	| attrs UNION IDENT '=' members ';' {
		node_decl(p, AST_UNION, $1, $3, span_join(@2, @3))->items = $5;
	  }
	| attrs modifiers record IDENT extends '{' fields close {
		struct ast_decl *d = node_decl(p, $3, $1, $4, span_join(@3, @4));

		d->modifiers = $2;
		d->extends = $5;
		d->items = $7;
		d->broken |= $8;
	  }
	| attrs ENDPOINT name '{' methods close {
		struct ast_decl *d =
			node_decl(p, AST_ENDPOINT, $1, $3, span_join(@2, @3));

		d->items = $5;
		d->broken |= $6;
	  }
	;

/* 1 when the text before the '}' could not be read */
close:
	  '}'				{ $$ = 0; }
	| error '}'			{ $$ = 1; node_skip(p, @1); yyerrok; }
	;

modifiers:
	  %empty			{ $$ = (struct vec){ 0 }; }
	| modifiers SEALED	{ $$ = $1; node_push(p, &$$, node_copy(p, &$2, sizeof($2))); }
	| modifiers IMMUTABLE	{ $$ = $1; node_push(p, &$$, node_copy(p, &$2, sizeof($2))); }
	;

record:
	  MODEL				{ $$ = AST_MODEL; }
	| EXCEPTION			{ $$ = AST_EXCEPTION; }
	;

extends:
	  %empty			{ $$ = NULL; }
	| EXTENDS type			{ $$ = $2; }
	;

values:
	  value_list
	| value_list ','
	;

value_list:
	  value				{ $$ = (struct vec){ 0 }; node_push(p, &$$, $1); }
	| value_list ',' value		{ $$ = $1; node_push(p, &$$, $3); }
	;

value: attrs name number {
		$$ = COPY(struct ast_value, { .attrs = $1, .name = $2, .number = $3 });
	};

number:
	  %empty			{ $$ = NULL; }
	| '=' literal			{ $$ = node_copy(p, &$2, sizeof($2)); }
	;

members:
	  type				{ $$ = (struct vec){ 0 }; node_push(p, &$$, $1); }
	| members '|' type		{ $$ = $1; node_push(p, &$$, $3); }
	;

fields:
	  %empty			{ $$ = (struct vec){ 0 }; }
	| fields member ';'		{ $$ = $1; node_push(p, &$$, $2); }
	| fields reserved ';'		{ $$ = $1; node_push(p, &$$, $2); }
	| fields error ';'		{ $$ = $1; node_skip(p, @2); yyerrok; }
	;

reserved: attrs RESERVED name {
		$$ = COPY(struct ast_member, { .attrs = $1, .name = $3, .span = @$ });
	};

/* A field or a parameter. */
member:
	  attrs name ':' type {
		$$ = COPY(struct ast_member, {
			.attrs = $1, .name = $2, .type = $4, .span = span_join(@2, @4),
		});
	  }
	| member '@' name args {
		node_attr(p, $1->attrs, $3, &$4, span_join(@2, @4));
		((struct ast_attr *)$1->attrs->list.at[$1->attrs->list.n - 1])->late =
			$1->value != NULL;
		$$ = $1;
		$$->span.end = @4.end;
	  }
	| member '=' literal {
		$$ = $1;
		*($1->value ? &$$->second : &$$->value) = node_copy(p, &$3, sizeof($3));
		$$->span.end = @3.end;
	  }
	;

methods:
	  %empty			{ $$ = (struct vec){ 0 }; }
	| methods method ';'		{ $$ = $1; node_push(p, &$$, $2); }
	| methods error ';'		{ $$ = $1; node_skip(p, @2); yyerrok; }
	;

method:
	  attrs name '(' params ')' result throws {
		$$ = COPY(struct ast_method, {
			.attrs = $1, .name = $2, .params = $4, .result = $6,
			.throws = $7, .span = span_join(@2, @7),
		});
	  }
	| messages ARROW type throws {
		struct ast_method *m = $1;

		m->result = $3;
		m->throws = $4;
		m->span.end = @4.end;
		$$ = m;
	  }
	;

messages:
	  attrs MESSAGES message {
		struct ast_name name = { $2.text, @2 };
		struct ast_method *m = COPY(struct ast_method, {
			.attrs = $1, .name = name, .messages = true, .span = @2,
		});

		node_push(p, &m->params, COPY(struct ast_member, {
			.attrs = COPY(struct ast_attrs, { .list = { 0 } }),
			.name = name, .type = $3, .span = @3,
		}));
		$$ = m;
	  }
	| messages '@' name args {
		struct ast_method *m = $1;
		struct ast_member *in = m->params.at[0];

		node_attr(p, in->attrs, $3, &$4, span_join(@2, @4));
		$$ = m;
	  }
	;

params:
	  %empty			{ $$ = (struct vec){ 0 }; }
	| param_list
	| param_list ','
	;

param_list:
	  member			{ $$ = (struct vec){ 0 }; node_push(p, &$$, $1); }
	| param_list ',' member		{ $$ = $1; node_push(p, &$$, $3); }
	;

result:
	  %empty			{ $$ = NULL; }
	| ARROW type			{ $$ = $2; }
	;

throws:
	  %empty			{ $$ = (struct vec){ 0 }; }
	| THROWS types			{ $$ = $2; }
	;

types:
	  type				{ $$ = (struct vec){ 0 }; node_push(p, &$$, $1); }
	| types ',' type		{ $$ = $1; node_push(p, &$$, $3); }
	;

type:
	  named
	| '(' types ')' {
		$$ = node_type(p, (struct ast_name){ 0 }, (struct ast_name){ 0 }, @$);
		$$->args = $2;
	  }
	| type '?'			{ $$ = node_question($1, @2); }
	;

/* No tuple: `messages(` begins a method of that name. */
message:
	  named
	| message '?'			{ $$ = node_question($1, @2); }
	;

named:
	  IDENT {
		$$ = node_type(p, (struct ast_name){ 0 }, $1, @$);
	  }
	| IDENT '.' IDENT {
		$$ = node_type(p, $1, $3, @$);
	  }
	| IDENT '<' types '>' {
		$$ = node_type(p, (struct ast_name){ 0 }, $1, @$);
		$$->args = $3;
		$$->has_args = true;
	  }
	;

attrs:
	  %empty		{ $$ = COPY(struct ast_attrs, { .list = { 0 } }); }
	| attrs DOC {
		$$ = $1;
		node_push(p, &$$->docs, (void *)(uintptr_t)$2);
		$$->doc_span = @2;
	  }
	| attrs '@' name args {
		$$ = $1;
		node_attr(p, $$, $3, &$4, span_join(@2, @4));
	  }
	;

args:
	  %empty			{ $$ = (struct vec){ 0 }; }
	| '(' arg_list ')'		{ $$ = $2; }
	;

arg_list:
	  arg				{ $$ = (struct vec){ 0 }; node_push(p, &$$, $1); }
	| arg_list ',' arg		{ $$ = $1; node_push(p, &$$, $3); }
	;

arg:
	  literal			{ $$ = COPY(struct ast_arg, { .value = $1 }); }
	| key '=' literal	{ $$ = COPY(struct ast_arg, { .key = $1, .value = $3 }); }
	;

key: name;

literal:
	  INT
	| FLOAT
	| DURATION
	| SIZE
	| STRING
	| name		{ $$ = (struct ast_literal){ LITERAL_WORD, $1.text, @1 }; }
	| '[' ']'	{ $$ = (struct ast_literal){ LITERAL_EMPTY, "[]", @$ }; }
	;

/* The words that no declaration begins with are names wherever a name may stand. */
name:
	  IDENT
	| EXTENDS
	| THROWS
	| MESSAGES
	| RESERVED
	| DEFAULT
	;

%%

/* Only for a stack that is full, which the limit on nesting does not let happen. */
static void yyerror(const struct span *at, struct parse *p, const char *message)
{
	diag_error(p->diag, *at, "%s", message);
}

/* Token kinds of the expected symbols. */
static void expect(struct expected *e, const yysymbol_kind_t *kinds, int n)
{
	int i, token;

	*e = (struct expected){ .n = 0 };
	for (token = 0; token < TOKENS_END; token++)
		for (i = 0; i < n; i++)
			if (YYTRANSLATE(token) == kinds[i])
				e->kinds[e->n++] = token;
}

static int token_of(yysymbol_kind_t kind)
{
	int token = 0;

	while (token < TOKENS_END - 1 && YYTRANSLATE(token) != kind)
		token++;
	return token;
}

static int yyreport_syntax_error(const yypcontext_t *context, struct parse *p)
{
	yysymbol_kind_t kinds[EXPECTED_MAX];
	struct expected expected;

	expect(&expected, kinds,
	       yypcontext_expected_tokens(context, kinds, EXPECTED_MAX));
	syntax_unexpected(p, &expected, token_of(yypcontext_token(context)),
			  *yypcontext_location(context));
	return 0;
}

static bool fits(yypstate *state, int token)
{
	yysymbol_kind_t kinds[EXPECTED_MAX];
	int i, n = yypstate_expected_tokens(state, kinds, EXPECTED_MAX);

	for (i = 0; i < n; i++)
		if (kinds[i] == YYTRANSLATE(token))
			return true;
	return false;
}

static void insert(struct parse *p, yypstate *state, int token)
{
	struct span at = { p->before_span.end, p->before_span.end };
	SPY_YYSTYPE none = { 0 };

	yypush_parse(state, token, &none, &at, p);
}

/* A declaration begins, or the file ends, and something before it is not finished. */
static void finish(struct parse *p, yypstate *state, int token, struct span at)
{
	yysymbol_kind_t kinds[EXPECTED_MAX];
	struct expected expected;

	if (fits(state, token))
		return;
	if (!state->yyerrstatus) {
		bool item = fits(state, TOK_DOC) && p->before != '(' && p->before != ',';

		if (p->depth && (item || syntax_between_items(p->before))) {
			syntax_missing_brace(p, at);
		} else {
			expect(&expected, kinds,
			       yypstate_expected_tokens(state, kinds, EXPECTED_MAX));
			syntax_unexpected(p, &expected, token, at);
		}
	}
	if (!fits(state, '}'))
		insert(p, state, TOK_SPY_YYerror);
	if (fits(state, '}'))
		insert(p, state, '}');
	p->depth = 0;
}

/*
 * Puts in the ';', ',' or '}' that is missing before a token, and says so.  Asking the
 * parser costs time, so it is asked only where a mistake of this kind can be.
 */
static void mend(struct parse *p, yypstate *state, int token, struct span at)
{
	bool newline = scan_newline_between(p, p->before_span, at);

	if (!state->yyerrstatus && syntax_ends_item(p->before) &&
	    (newline || token == '}' || token == TOK_END || token == TOK_DOC) &&
	    !fits(state, token)) {
		if (token != TOK_DEFAULT && fits(state, ',') && fits(state, '}')) {
			syntax_missing(p, ',', newline, at);
			insert(p, state, ',');
		} else if (fits(state, ';')) {
			syntax_missing(p, ';', newline, at);
			insert(p, state, ';');
			p->before = ';';
		}
	}
	if (!p->depth && newline && token != '{' && !syntax_begins_declaration(token) &&
	    !state->yyerrstatus && fits(state, '{') && !fits(state, token)) {
		syntax_missing(p, '{', newline, at);
		insert(p, state, '{');
		p->depth = 1;
		p->brace = p->before_span;
	}
	if (syntax_begins_declaration(token) &&
	    (p->depth || state->yyerrstatus || !syntax_between_items(p->before)))
		finish(p, state, token, at);
}

static void parse(struct parse *p, yypstate *state)
{
	int token, status;

	do {
		SPY_YYSTYPE value = { 0 };
		struct span at = { 0 };

		token = spy_yylex_scan(&value, &at, p->scanner);
		if (token == TOK_END)
			at.start = at.end = p->source->base + (uint32_t)p->source->len;
		scan_count(p, token, at);
		if (p->nesting > TYPE_NESTING_MAX) {
			diag_error(p->diag, at, "types nest at most %d deep",
				   TYPE_NESTING_MAX);
			p->file->cut = true;
			return;
		}
		mend(p, state, token, at);
		status = yypush_parse(state, token, &value, &at, p);
		p->before = token;
		p->before_span = at;
	} while (status == YYPUSH_MORE && !diag_full(p->diag) &&
		 p->troubles <= TROUBLES_MAX);
	if (status)
		p->file->cut = true;
}

struct ast_file *parse_file(struct arena *a, struct strs *names, struct diag *diag,
			    const struct source *source)
{
	struct parse p = { .arena = a, .names = names, .diag = diag, .source = source };
	yypstate *state = yypstate_new();

	p.file = ARENA_NEW(a, struct ast_file);
	p.file->source = source;
	p.before = ';';
	p.before_span = (struct span){ source->base, source->base };
	if (state && !scan_start(&p))
		parse(&p, state);
	else
		diag_file_error(diag, source->path, "out of memory");
	if (p.scanner)
		scan_end(&p);
	if (state)
		yypstate_delete(state);
	return p.file;
}
