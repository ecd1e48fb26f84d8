/*
 * The C back end's own parts.  emit_c.c drives them; ctype.c says how a type looks in C,
 * emit_value.c how a default does; emit_structs.c and emit_methods.c fill in the view that
 * the templates types.h, types.c, server.h and client.h print.
 *
 * Invariant: the view holds every text that varies within a line; which lines there are is
 * the templates' affair.
 */
#ifndef SPYGEN_EMIT_C_H
#define SPYGEN_EMIT_C_H

#include "buf.h"
#include "diag.h"
#include "schema.h"
#include "str.h"
#include "view.h"

/* Generated lines are wrapped behind this column where that is possible. */
#define EMIT_COLUMNS 90

struct emit {
	struct arena *arena;
	const struct schema *schema;
	struct view *root;
	struct view *structs;
	bool public;	    /* without what only servers know */
	struct map holders; /* decls with server-only fields, here or deeper */
	struct map records; /* whose struct has been begun */
	struct map done;    /* decls and tuples whose struct is complete */
	struct map needed;  /* composite types that have a struct, or wait for it */
	struct vec pending; /* struct pending *: structs that wait for their parts */
};

/* ---- emit_c.c ---- */

/* All that the templates see of a schema; `public`: without what only servers know. */
struct view *emit_view(struct arena *a, const struct schema *schema, bool public);

/* ---- ctype.c ---- */

/* How a value is passed: as a parameter, a stream's item, a plain result. */
enum form {
	FORM_VALUE,   /* int64_t */
	FORM_STRING,  /* const char *, NULL for nil */
	FORM_POINTER, /* const struct x *, NULL for nil */
};

/* "int64_t", "const char *", "struct chat_mood": of the type without its `?`. */
const char *ctype(const struct emit *e, const struct type *type);
/* As a struct's member: a nullable model is "const struct x *". */
const char *ctype_member(const struct emit *e, const struct type *type);
/* As a parameter. */
enum form ctype_form(const struct type *type);
const char *ctype_param(const struct emit *e, const struct type *type);
/* Whether nil is a bool beside the value, or the place a pointer. */
bool ctype_has(const struct type *type);
bool ctype_is_pointer(const struct type *type);
/* Type and name, with a space where one belongs. */
const char *ctype_decl(const struct emit *e, const char *type, const char *name,
		       bool constant);

/* A pointer to it: "const char **", "const int64_t *". */
const char *ctype_pointer(const struct emit *e, const char *type, bool constant);

/* "INT64", and "chat_mood_type": the table. */
const char *ctype_kind(const struct type *type);
const char *ctype_table(const struct emit *e, const struct type *type);

/* ---- emit_value.c ---- */

/* The C type and the initializer of a default's representation; NULL for `now` and
 * `random`, which are flags. */
const char *value_type(const struct emit *e, const struct type *type,
		       const struct value *v);
const char *value_initializer(const struct emit *e, const struct type *type,
			      const struct value *v);

/* Text as a C string literal. */
const char *c_string(struct arena *a, const char *text, size_t len);

/* ---- emit_structs.c, emit_composites.c ---- */

/* Every declared type with the structs of the lists and tuples it mentions. */
void emit_structs(struct emit *e);
/* Makes the structs that a type needs. */
void emit_needs(struct emit *e, const struct type *type);
/* Those that were waiting for others. */
void emit_pending(struct emit *e);

/* The view of one struct, named and empty; the same names for all of them. */
struct struct_view {
	struct view *view;
	struct view *doc;
	struct view *members;  /* of the struct */
	struct view *choices;  /* of the union within it; with them it has a `kind` */
	struct view *defines;  /* macros of define.h */
	struct view *defaults; /* for its table */
	struct view *rows;
	struct view *types;
};
struct struct_view emit_struct(struct emit *e, const char *name, const char *guard);
void emit_define(struct emit *e, struct struct_view *s, const char *macro,
		 const char *name, const char *type, const char *const *suffixes);
struct view *emit_member(struct emit *e, struct struct_view *s, const struct type *type,
			 const char *name, bool constant);
/* Its table as a whole: name, storage class, initializer; all NULL when it has none. */
void emit_table(struct emit *e, struct struct_view *s, const char *table,
		const char *storage, const char *initializer);

/* ---- emit_table.c ---- */

/* One line of a table: a member of struct `owner`. */
struct row {
	const char *owner; /* "struct chat_message" */
	const char *member;
	const char *name; /* in the schema */
	const struct type *type;
	const char *flags; /* besides what the type says, or NULL */
	uint64_t max;	   /* or 0 */
	const char *dflt;  /* or NULL */
	bool param;	   /* passed as a parameter is */
};
const char *emit_row(const struct emit *e, const struct row *row);

/* "A | B", or "0". */
const char *emit_flags(struct arena *a, const char *const *flags, size_t n);
/* Left out of what only clients see. */
bool emit_is_hidden(const struct emit *e, const struct field *f);
/* Whether values of the type hold server-only fields; a record without its children's. */
bool emit_holds_server(const struct emit *e, const struct type *type);
bool emit_record_holds(const struct emit *e, const struct record *r);
void emit_find_holders(struct emit *e);

/* ---- emit_method_tables.c ---- */

/* An array of one endpoint, which its methods point into; equal rows are shared. */
struct shared_table {
	struct view *lines;
	struct vec rows; /* struct shared_row * */
	size_t n;	 /* elements */
};

struct method_tables {
	struct shared_table params, args, streams, results, throws, scopes;
};
struct method_tables emit_method_tables(const struct emit *e, struct view *endpoint);
/* Adds what the method's table says to its view. */
void emit_method_table(const struct emit *e, struct method_tables *t, struct view *v,
		       const struct method *m);
/* Stream parameters. */
size_t emit_stream_count(const struct method *m);
/* "&chat_room_table_scopes[0]", or "NULL" without any. */
const char *emit_scopes(const struct emit *e, struct method_tables *t,
			const struct endpoint *ep, const char *const *scopes, size_t n);

/* ---- emit_methods.c ---- */

void emit_endpoints(struct emit *e);
void emit_streams(struct emit *e);

/* ---- emit_text.c ---- */

/* Adds a list of the lines of a doc comment, none without a doc, and the attribute
 * `deprecated` behind a space, or "". */
void emit_doc(const struct emit *e, struct view *object, const char *doc,
	      const char *deprecated);
/* Lines that would be too long are broken behind a comma or
 * semicolon; `column` is where the text begins,
 * continued lines begin with `indent`. */
#define EMIT_INDENT "\t\t"
const char *emit_fold(struct arena *a, size_t column, const char *indent,
		      const char *text);
/* Texts, each with its comma, in as many lines. */
const char *emit_join(struct arena *a, size_t column, const char *indent,
		      const struct vec *texts);
/* Adds a list of comment lines that name functions. */
void emit_names(const struct emit *e, struct view *object, const char *list,
		const char *name, const char *const *suffixes);
/* What may stand within a comment. */
const char *emit_comment(struct arena *a, const char *text);

#endif
