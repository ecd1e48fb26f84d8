/*
 * The syntax tree: what the text says, faithfully, and nothing that it does not say.
 *
 * Invariant: every node has its span; names are as written, known or not; repeated,
 * contradictory and unknown things are all kept, so that the text can be printed back
 * from the tree and its comments.  parse.y makes it, import.c and check.c read it.
 * Next: check.h.
 */
#ifndef SPYGEN_AST_H
#define SPYGEN_AST_H

#include "arena.h"
#include "diag.h"
#include "source.h"
#include "str.h"

#include <stdbool.h>

struct ast_name {
	const char *text; /* interned; NULL when there is no name */
	struct span span;
};

enum literal_kind {
	LITERAL_INT,	  /* 12, -3, 0xff */
	LITERAL_FLOAT,	  /* 1.5, -2e9 */
	LITERAL_DURATION, /* 10s, 1h30m */
	LITERAL_SIZE,	  /* 64KiB */
	LITERAL_STRING,	  /* "..." */
	LITERAL_WORD,	  /* true, now, calm */
	LITERAL_EMPTY,	  /* [] */
};

struct ast_literal {
	enum literal_kind kind;
	const char *text; /* as written, quotes and escapes included */
	struct span span;
};

struct ast_arg {
	struct ast_name key; /* of `name = "..."`, else without text */
	struct ast_literal value;
};

struct ast_attr {
	struct ast_name name;
	struct vec args; /* struct ast_arg * */
	bool late;	 /* stands behind the default of its field */
	struct span span;
};

/* What stands before a thing: doc comment lines and attributes. */
struct ast_attrs {
	struct vec docs; /* const char *, one per line */
	struct span doc_span;
	struct vec list; /* struct ast_attr * */
};

struct ast_type {
	struct ast_name package; /* of `package.Name` */
	struct ast_name name;	 /* no text: a tuple */
	struct vec args;	 /* struct ast_type *: of <...> or the tuple */
	bool has_args;
	unsigned questions;   /* how many `?` */
	struct span question; /* the last of them */
	struct span span;
};

/* A field or a parameter. */
struct ast_member {
	struct ast_attrs *attrs; /* before the name and after the type */
	struct ast_name name;
	struct ast_type *type;	    /* NULL: `reserved name;` */
	struct ast_literal *value;  /* the default, or NULL */
	struct ast_literal *second; /* a second default, which is one too many */
	struct span span;
};

struct ast_value { /* of an enum */
	struct ast_attrs *attrs;
	struct ast_name name;
	struct ast_literal *number; /* or NULL */
};

struct ast_method {
	struct ast_attrs *attrs;
	struct ast_name name;
	bool messages;		 /* `messages In -> Out`: one parameter, a result */
	struct vec params;	 /* struct ast_member * */
	struct ast_type *result; /* or NULL */
	struct vec throws;	 /* struct ast_type * */
	struct span span;
};

enum ast_kind {
	AST_ENUM,
	AST_MODEL,
	AST_EXCEPTION,
	AST_UNION,
	AST_ENDPOINT,
};

struct ast_decl {
	enum ast_kind kind;
	struct ast_attrs *attrs;
	struct ast_name name;
	struct span span;	  /* from the keyword to the name */
	bool broken;		  /* syntax errors inside: its parts are no evidence */
	struct vec modifiers;	  /* struct ast_name *: sealed, immutable */
	struct ast_type *extends; /* or NULL */
	struct vec items;	  /* fields, values, members (types) or methods */
	struct ast_name fallback; /* of an enum: `default name;` */
};

struct ast_import {
	struct ast_attrs *attrs;
	struct ast_literal path;
	struct span span;
	bool late; /* stands behind a declaration */
	bool used; /* check_uses.c's */
};

struct ast_package {
	struct ast_attrs *attrs;
	struct ast_name name;
	struct span span;
	bool late; /* stands behind an import or a declaration */
};

struct ast_file {
	const struct source *source;
	struct vec packages; /* struct ast_package *: one, when all is well */
	struct vec imports;  /* struct ast_import * */
	struct vec decls;    /* struct ast_decl * */
	struct vec comments; /* struct span *: every comment, doc or not */
	struct map skipped;  /* words of text that no node speaks for */
	bool cut;	     /* the parser gave up before the end */
	bool nameless;	     /* something is declared or imported without a name */
};

/*
 * Reads a file that source_check() has found to be text.  Never NULL; mistakes are in
 * `diag`, and what could be understood is in the tree.
 */
struct ast_file *parse_file(struct arena *a, struct strs *names, struct diag *diag,
			    const struct source *source);

/* The doc comment as one text, or NULL. */
const char *ast_doc(struct arena *a, const struct ast_attrs *attrs);

/* Whether `name`, interned, stands in text that the parser skipped: there it may be
   declared. */
bool ast_in_skipped(const struct ast_file *file, const char *name);

#endif
