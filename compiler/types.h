/*
 * Types, interned: structurally equal types are the same pointer.
 *
 * Invariant: a type is found again by its canonical text; the types of declarations are
 * made once per declaration and live in decl->type.  Next: schema.h for struct type.
 */
#ifndef SPYGEN_TYPES_H
#define SPYGEN_TYPES_H

#include "arena.h"
#include "schema.h"
#include "str.h"

struct types {
	struct arena *arena;
	struct strs *names;
	struct map by_text; /* struct type * */
	unsigned next_id;
};

void types_init(struct types *t, struct arena *a, struct strs *names);

/* The kind of a type without parts, "int" included; 0, or -1 when `name` is none. */
int type_builtin_kind(const char *name, enum type_kind *kind);
/* The names of all such types, ended by NULL. */
const char *const *type_builtin_names(void);

const struct type *type_builtin(struct types *t, enum type_kind kind);
/* For decl->type; `kind` is one of ENUM, MODEL, EXCEPTION, SEALED, UNION. */
const struct type *type_of_decl(struct types *t, const struct decl *decl,
				enum type_kind kind);
const struct type *type_list(struct types *t, const struct type *element);
const struct type *type_set(struct types *t, const struct type *element);
const struct type *type_map(struct types *t, const struct type *key,
			    const struct type *element);
/* Takes the array. */
const struct type *type_tuple(struct types *t, const struct type **items, size_t n);
const struct type *type_nullable(struct types *t, const struct type *type);

#endif
