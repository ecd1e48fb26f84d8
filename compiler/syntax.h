/*
 * What the scanner, the parser and the wording of syntax errors share during one file.
 * Nobody outside lex.l, parse.y and syntax.c includes it; parse_file() in ast.h is the
 * door.
 */
#ifndef SPYGEN_SYNTAX_H
#define SPYGEN_SYNTAX_H

#include "ast.h"

/* `list<list<...`: values nest at most 64 deep on the wire, and a type needs room for
   what its models hold. */
#define TYPE_NESTING_MAX 32

/* Mistakes of syntax in one file, said or not, after which reading on is in vain. */
#define TROUBLES_MAX 1000

struct parse {
	struct arena *arena;
	struct strs *names;
	struct diag *diag;
	const struct source *source;
	struct ast_file *file;
	void *scanner;

	unsigned troubles;
	int depth;	   /* 1 within a declaration's braces */
	struct span brace; /* the last '{' */
	unsigned nesting;  /* of '<' and '(' */
	int before;	   /* the last token, and where it stood */
	struct span before_span;
	bool astray;	      /* an error between declarations, none read since */
	bool lost;	      /* a part of the declaration was skipped */
	uint32_t quiet_until; /* a lexical error explains errors before this */
};

/* The tokens that the grammar allows at some place. */
#define EXPECTED_MAX 64
struct expected {
	int kinds[EXPECTED_MAX]; /* as in parse.h */
	size_t n;
};

/* ---- lex.l ---- */

int scan_start(struct parse *p);
void scan_end(struct parse *p);

/* Keeps count of braces and nesting. */
void scan_count(struct parse *p, int token, struct span at);

/* Whether the text between two tokens has the end of a line in it. */
bool scan_newline_between(const struct parse *p, struct span a, struct span b);

/* ---- nodes.c ---- */

void *node_copy(struct parse *p, const void *from, size_t size);
void node_push(struct parse *p, struct vec *v, void *item);
/* The text could not be read; what is being declared is broken. */
void node_skip(struct parse *p, struct span at);
void node_attr(struct parse *p, struct ast_attrs *attrs, struct ast_name name,
	       const struct vec *args, struct span at);
struct ast_decl *node_decl(struct parse *p, enum ast_kind kind, struct ast_attrs *attrs,
			   struct ast_name name, struct span at);
struct ast_type *node_type(struct parse *p, struct ast_name package, struct ast_name name,
			   struct span at);
struct ast_type *node_question(struct ast_type *type, struct span at);

/* ---- syntax.c ---- */

bool syntax_begins_declaration(int token); /* or is the end of the file */
bool syntax_between_items(int before);	   /* nothing is begun behind this token */
bool syntax_ends_item(int before);	   /* a ';' may follow this token */

/* `token` (',' or ';') is missing: at the end of the line, or before what is at `at`. */
void syntax_missing(struct parse *p, int token, bool newline, struct span at);
/* The '}' is missing before the declaration at `at`. */
void syntax_missing_brace(struct parse *p, struct span at);
void syntax_unexpected(struct parse *p, const struct expected *expected, int found,
		       struct span at);

#endif
