/*
 * What the parts of `spygen check` share: one comparison of two sets of schemas.
 *
 * Invariant: "before" and "then" are the older schema, "now" the newer one, everywhere and
 * in this order; a thing is told apart by its name, which the two have interned together.
 *
 * Reading order: compat.c (the walk over both), compat_match.c (which declaration has become
 * which), compat_align.c (which place has become which), compat_records.c,
 * compat_values.c, compat_enums.c, compat_methods.c.
 */
#ifndef SPYGEN_COMPAT_PARTS_H
#define SPYGEN_COMPAT_PARTS_H

#include "compat_rules.h"
#include "schema.h"
#include "str.h"

struct compat {
	struct arena *arena;
	struct strs *names;
	struct diag *diag;
	bool allowed[N_RULES];
	bool bus; /* what is looked at travels between servers only */

	/* all files of both sides, struct schema *, those named on the command line too */
	struct vec files_then, files_now;
	struct map file_now;  /* path of an older file -> the newer struct schema * */
	struct map became;    /* older full name -> newer struct decl * */
	struct map packages;  /* older package -> the newer name; "" for none */
	struct map decls_now; /* full name -> struct decl * */
	struct map taken;     /* newer full names that have an older counterpart */
	struct map held;      /* full names of sealed ones that are values somewhere */
	size_t n_guesses;     /* how often something was held against something gone */
};

/* ---- compat.c ---- */

/* A place in a version; `name` is what a note about it calls it. */
struct spot {
	struct span span;
	const char *name;
};

/* Reports a change at its newer place, with a note at the older one. */
void compat_say(struct compat *c, enum rule rule, struct span now, struct spot then,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

static inline struct spot compat_spot(struct span span, const char *name)
{
	return (struct spot){ span, name };
}

/* ---- compat_match.c ---- */

/* Renamed things are looked for among all that are new; with many of both that is slow,
   and then they are not renamed things. */
#define COMPAT_GUESSES_MAX ((size_t)1000000)

/* Finds which declaration has become which; reports those that are gone. */
void compat_match(struct compat *c);
/* What an older declaration is now; NULL when it is gone. */
struct decl *compat_now(const struct compat *c, const struct decl *then);
/* "model", "enum", ... */
const char *compat_kind(const struct decl *decl);
void compat_c_name(struct compat *c, const char *then, const char *now, struct span at,
		   struct spot before);

/* ---- compat_align.c ---- */

/* Something whose position counts. */
struct item {
	const char *name;
	struct span span;
	const void *of; /* struct field, struct param, ... */
};

enum step_kind {
	STEP_SAME,     /* the same name in the same order */
	STEP_PAIRED,   /* another name in the same place */
	STEP_MOVED,    /* the same name in another order */
	STEP_INSERTED, /* new, before something that was there */
	STEP_APPENDED, /* new, behind all that was there */
	STEP_REMOVED,
};

struct step {
	enum step_kind kind;
	const struct item *then; /* NULL when APPENDED */
	const struct item *now;	 /* NULL when REMOVED */
	const struct item *next; /* INSERTED: what it stands before, which was `then` */
};

/*
 * Lays two lists against each other.  When no step is MOVED, INSERTED or REMOVED, every
 * item stands where it stood.  Gives the number of steps.
 */
size_t compat_align(struct arena *a, const struct item *then, size_t n_then,
		    const struct item *now, size_t n_now, struct step **steps);

/* ---- compat_values.c: what stands in a place ---- */

enum fit {
	FIT_SAME,
	FIT_ALIKE, /* the same bytes, another type */
	FIT_NOT,
};

/* Whether both sides read each other's values. */
enum fit compat_fit(const struct compat *c, const struct type *then,
		    const struct type *now);

/* A field or parameter, as far as they have in common. */
struct place_of {
	const char *what; /* "field" */
	const char *name;
	const struct type *type;
	const char *type_text;
	const struct value *value;
	uint64_t max;
	const char *c_name;
	struct span span;
	bool reserved;
	bool stream;
};

struct place_of compat_field(const struct field *f);
struct place_of compat_param(const struct param *p);

/* What a reader takes when nothing was sent. */
bool compat_optional(const struct place_of *p);

/* Reports what happened to a list of fields or parameters; `owner_*` is what has them. */
struct owner {
	const char *name; /* now */
	struct span now;
	struct spot then;
	bool params; /* C functions take them as arguments */
};
void compat_places(struct compat *c, const struct owner *owner,
		   const struct place_of *then, size_t n_then, const struct place_of *now,
		   size_t n_now);
/* The same for what is sent without a name: results and items of streams. */
void compat_result(struct compat *c, const char *what, const struct type *then,
		   const struct type *now, const char *text_then, const char *text_now,
		   struct span at, struct spot before);

/* ---- the kinds of declarations ---- */

void compat_record(struct compat *c, const struct decl *then, const struct decl *now);
void compat_enum(struct compat *c, const struct decl *then, const struct decl *now);
void compat_union(struct compat *c, const struct decl *then, const struct decl *now);
/* Fills in c->held; before compat_children(), which needs to know. */
void compat_find_held(struct compat *c, const struct vec *files);
/* The concrete children of a sealed model. */
void compat_children(struct compat *c, const struct decl *then, const struct decl *now);
void compat_endpoint(struct compat *c, const struct decl *then, const struct decl *now);
/* Whether two methods look the same but for their names. */
bool compat_same_method(const struct compat *c, const struct method *then,
			const struct method *now);

#endif
