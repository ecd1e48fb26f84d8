/*
 * Checking: from syntax trees to the schema.  The only place that says no for a reason
 * of meaning.
 *
 * Invariant: when no error was reported, every schema is complete as schema.h says.  When
 * one was, nobody may look at it.  A thing that another error explains is left alone in
 * silence: its type is NULL, its declaration marked broken.
 *
 * Reading order: check.c (the phases), check_names.c, check_attrs.c, check_types.c,
 * check_records.c, check_defaults.c, check_methods.c, check_cycles.c, check_uses.c.
 */
#ifndef SPYGEN_CHECK_H
#define SPYGEN_CHECK_H

#include "import.h"
#include "schema.h"
#include "types.h"

/* The protocol carries 64 nested containers; ancestors nest as well as fields do. */
#define VALUE_DEPTH_MAX 64
#define ANCESTORS_MAX	32

/* A tuple with more parts wants to be a model. */
#define TUPLE_MAX 16

/* `@credit`: less could not carry a frame, more the protocol cannot count. */
#define CREDIT_MIN 4096
/* Fields, values, members, methods, parameters of one thing: the runtime's tables count
 * them in 16 bits. */
#define COUNT_MAX  65535
#define CREDIT_MAX 0x7fffffff

struct check {
	struct arena *arena;
	struct strs *names;
	struct diag *diag;
	struct types *types;
	const struct vec *units; /* struct unit *, imported ones first */
	bool runtime;		 /* the package `spy` is allowed */
	struct map by_name;	 /* full name -> struct symbol * */
	struct vec symbols;	 /* struct symbol *, in order */
	struct map unknown;	 /* names of types that were reported */
};

/* A declaration on its way from tree to schema. */
struct symbol {
	struct decl decl; /* first: see symbol_of() */
	const struct ast_decl *ast;
	struct unit *unit;
	bool broken; /* syntax errors inside, or a wrong ancestor */

	struct vec children; /* check_records.c's: of record->children */

	struct map fields;	     /* check_records.c's: name -> struct ast_member * */
	struct vertex *body, *value; /* check_cycles.c's */
};

static inline struct symbol *symbol_of(const struct decl *decl)
{
	return (struct symbol *)(uintptr_t)decl;
}

/* ---- check.c ---- */

/* Fills in unit->schema of every unit. */
void check_units(struct check *c);

/* ---- check_names.c: spelling, declaring, finding ---- */

void check_declare(struct check *c, struct unit *unit);
void check_type_name(struct check *c, struct ast_name name, const char *what);
void check_snake_name(struct check *c, struct ast_name name, const char *what);
void check_imports(struct check *c, struct unit *unit);

/* int, list, stream, ... */
bool check_is_builtin(const char *name);

/* A table of names within one declaration; reports the second of a name. */
bool check_unique(struct check *c, struct map *seen, const struct ast_name *name,
		  const char *what);

/* Reports what has more than COUNT_MAX of something. */
void check_count(struct check *c, struct ast_name name, size_t n, const char *what);

/* NULL when there is none, which has then been said. */
struct symbol *check_find(struct check *c, struct unit *unit, const struct ast_type *t);
/* "a model", "an enum", ...: what a declaration is called in a sentence. */
const char *check_kind_text(const struct decl *decl);

/* ---- check_attrs.c ---- */

/* Where an attribute may stand. */
enum place_bit {
	ON_PACKAGE = 1 << 0,
	ON_ENUM = 1 << 1,
	ON_RECORD = 1 << 2,
	ON_UNION = 1 << 3,
	ON_ENDPOINT = 1 << 4,
	ON_FIELD = 1 << 5,
	ON_PARAM = 1 << 6,
	ON_STREAM_PARAM = 1 << 7,
	ON_METHOD = 1 << 8,
	ON_MESSAGES = 1 << 9,
	ON_VALUE = 1 << 10,
	ON_RESERVED = 1 << 11,
	ON_IMPORT = 1 << 12,
};

struct attrs {
	bool login;
	const char **scopes;
	size_t n_scopes;
	uint32_t timeout_ms;
	uint64_t max;
	struct span max_span;
	bool server;
	struct span server_span;
	const char *deprecated;
	uint32_t credit;
	struct span credit_span;
	enum overflow overflow;
	struct span overflow_span;
	const char *c_name;
};

struct attrs check_attrs(struct check *c, const struct ast_attrs *attrs,
			 enum place_bit place);
/* As they are written, for the schema. */
struct attributes check_written(struct check *c, const struct ast_attrs *attrs);

/* ---- check_types.c ---- */

/* NULL when the type is wrong, which has then been said. */
const struct type *check_type(struct check *c, struct unit *unit,
			      const struct ast_type *ast);
/* The items' type when the type is a stream, else NULL; `*stream` says which. */
const struct type *check_item_type(struct check *c, struct unit *unit,
				   const struct ast_type *ast, bool *stream);
bool check_is_stream(const struct ast_type *ast);
/* As the user wrote it, spaces in order. */
const char *check_type_text(struct check *c, const struct ast_type *ast);
void check_max(struct check *c, const struct attrs *attrs, const struct type *type,
	       const char *type_text);

/* ---- check_records.c: enums, unions, models, exceptions ---- */

void check_parents(struct check *c, struct symbol *s);
void check_children(struct check *c, struct symbol *s);
void check_enum(struct check *c, struct symbol *s);
void check_union(struct check *c, struct symbol *s);
void check_record(struct check *c, struct symbol *s);
/* Once all fields are known: those that an ancestor has already. */
void check_inherited(struct check *c, struct symbol *s);

/* ---- check_defaults.c ---- */

/* NULL when there is no default or it is wrong. */
const struct value *check_default(struct check *c, const struct ast_member *member,
				  const struct type *type, uint64_t max);
/* An integer literal within bounds. */
bool check_int(struct check *c, const struct ast_literal *literal, int64_t min,
	       uint64_t max, const char *what, int64_t *value);

/* ---- check_methods.c ---- */

void check_endpoint(struct check *c, struct symbol *s);

/* ---- check_cycles.c ---- */

/* Models that hold themselves, and values that nest too deep to be sent. */
void check_cycles(struct check *c);

/* ---- check_uses.c ---- */

/* Server-only and deprecated types where they may not or should not be used; fills in
   the lists of types of the schema. */
void check_uses(struct check *c, struct unit *unit);

#endif
