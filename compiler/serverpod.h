/*
 * `spygen import`: Serverpod's model files (.spy.yaml) to .spy.
 *
 *	files -> serverpod_yaml.c -> serverpod_read.c, _field.c, _options.c -> declarations
 *	-> serverpod_names.c, _resolve.c -> names and types found across all files
 *	-> serverpod_type.c, _default.c, _write.c -> a .spy text per package
 *	-> serverpod_verify.c: the compiler reads it -> print.c -> output
 *
 * Invariant: whatever a model file says reaches the .spy file, or a diagnostic at its
 * place says that it does not: what only a database needs is a warning, what .spy cannot
 * express an error.  Only serverpod_import.c and serverpod_modules.c touch files.
 *
 * "pod" in names below is short for Serverpod.
 */
#ifndef SPYGEN_SERVERPOD_H
#define SPYGEN_SERVERPOD_H

#include "buf.h"
#include "diag.h"
#include "serverpod_yaml.h"
#include "str.h"

/* `List<List<...`: the compiler takes 32, and some become tuples in lists. */
#define POD_NESTING_MAX 24
/* As the compiler: an ancestor costs a level of nesting on the wire. */
#define POD_ANCESTORS_MAX 32
/* An enum of more values than this is data. */
#define POD_VALUES_MAX 1000
/* Diagnostics: a thousand tables have thousands of warnings. */
#define POD_MESSAGES_MAX 10000

struct pod_module;
struct pod_decl;

/* ---- types as they are written ---- */

enum pod_type_kind {
	POD_NAMED,  /* String, List<int>, module:auth:UserInfo */
	POD_RECORD, /* (int, {String name}) */
};

struct pod_type {
	enum pod_type_kind kind;
	bool nullable;
	const char *prefix; /* "module:auth", "package:x/y.dart"; or NULL */
	const char *name;   /* interned; NULL for a record */
	const char *number; /* Vector(3): "3"; or NULL */
	struct vec args;    /* struct pod_type *: of <...> or the record */
	const char *member; /* as a member of a record: its name, or NULL */
	struct span span;
	const struct pod_builtin *builtin; /* resolve: one of these two */
	struct pod_decl *decl;
};

/* `name`, `!name`, `name=value`, `name(sub=value)` */
struct pod_option {
	const char *name; /* interned */
	struct span span;
	bool negated;
	const char *value; /* or NULL */
	bool quoted;	   /* YAML took quotes off the value */
	struct span value_span;
	struct vec subs; /* struct pod_option * */
	bool has_subs;
};

/* ---- declarations ---- */

struct pod_field {
	const char *name;
	struct span span;
	struct above above;
	struct pod_type *type;		/* NULL: wrong, which has been said */
	const char *type_text;		/* the type as it was written */
	struct vec options;		/* struct pod_option *, the type not among them */
	const struct pod_option *value; /* default or defaultModel */
	const struct pod_option *relation;
	bool server;	      /* scope=serverOnly, scope=none */
	bool implied;	      /* Serverpod adds it by itself */
	const char *c_name;   /* verify: not the mechanical one, or NULL */
	const char *spy_name; /* resolve */
};

struct pod_property { /* of an enum, or of one of its values */
	const char *name;
	struct span span;
	const char *type; /* of the enum's: "int", "String" */
	bool nullable;
	const char *text; /* the default or the value; NULL: none */
};

struct pod_value {
	const char *name;
	struct span span;
	struct above above;
	struct vec properties; /* struct pod_property * */
	const char *spy_name;  /* resolve */
	const char *c_name;    /* verify */
};

enum pod_kind {
	POD_CLASS = 1,
	POD_EXCEPTION = 2,
	POD_ENUM = 4,
};

struct pod_decl {
	enum pod_kind kind;
	const char *name;
	struct span span;
	struct above above;
	const struct source *source;
	struct pod_module *module;
	bool sealed, immutable, server;
	struct span sealed_span;
	bool table;
	struct pod_type *extends; /* or NULL */
	struct pod_decl *parent;  /* resolve */
	bool has_children;	  /* resolve: concrete ones */
	struct vec fields;	  /* struct pod_field * */
	struct vec properties;	  /* struct pod_property *, of an enum */
	struct vec values;	  /* struct pod_value *, of an enum */
	const char *fallback;	  /* `default:` of an enum, or NULL */
	struct span fallback_span;
	struct map names;   /* resolve: spy_name -> struct pod_field * */
	unsigned state;	    /* resolve */
	const char *c_name; /* verify */
};

struct pod_import {
	struct pod_module *module;
	struct span span; /* the type that needs it */
};

/* What becomes one .spy file. */
struct pod_module {
	const char *package;  /* "auth"; interned, as all of these */
	const char *nickname; /* of config/generator.yaml, or NULL */
	const char *name;     /* of pubspec.yaml, or of the folder */
	const char *folder;
	struct map aliases; /* of config/generator.yaml: alias -> name */
	struct map decls;   /* struct pod_decl * by name */
	struct vec order;   /* struct pod_decl *, as the files come */
	struct vec imports; /* struct pod_import * */
	unsigned state;
};

struct pod {
	struct arena *arena;
	struct strs *names;
	struct diag *diag;
	struct vec modules; /* struct pod_module * */
	struct map lost;    /* names that files declare which could not be read */
	size_t n_files, n_types, n_fields;
};

/* ---- reading ---- */

/* Adds what a file declares to a module. */
void pod_read(struct pod *pod, struct pod_module *module, const struct source *source);
/* A field from its key and value; NULL when it is none. */
struct pod_field *pod_read_field(struct pod *pod, struct pod_decl *decl,
				 const struct node *key, const struct node *value);
/* "String?, default='x'": the type, then the options; false at a mistake. */
bool pod_parse_field(struct pod *pod, const struct source *source,
		     const struct node *node, struct pod_field *field);
/* A type alone. */
struct pod_type *pod_parse_type(struct pod *pod, const struct source *source,
				const struct node *node);
/* Holds the options of a field against those there are. */
void pod_read_options(struct pod *pod, const struct pod_decl *decl,
		      struct pod_field *field);
void pod_read_properties(struct pod *pod, struct pod_decl *decl, const struct node *map);
void pod_read_values(struct pod *pod, struct pod_decl *decl, const struct node *list);

/* ---- resolving ---- */

/* A type that Serverpod knows by itself. */
struct pod_builtin {
	const char *name;
	const char *spy; /* NULL: no counterpart, and then: */
	unsigned n_args;
	bool key; /* of a map in .spy */
	const char *instead;
};

const struct pod_builtin *pod_builtin_find(const char *name);

/* Everything between reading and writing. */
void pod_resolve(struct pod *pod);
/* Whether something of one module that is to be written mentions the other. */
bool pod_uses(const struct pod_module *module, const struct pod_module *other);
/* serverpod_names.c: snake_case names that differ from each other. */
void pod_name_fields(struct pod *pod, struct pod_decl *decl);
void pod_name_values(struct pod *pod, struct pod_decl *decl);
/* serverpod_type.c: finds what the names in a type mean; false when it does not find it. */
bool pod_resolve_type(struct pod *pod, struct pod_decl *decl, struct pod_type *type);
struct pod_decl *pod_find(struct pod *pod, struct pod_decl *from,
			  const struct pod_type *type);

/* ---- writing ---- */

/* Where a line comes from. */
struct pod_origin {
	struct span span;
	const char **c_name;	 /* what is declared there may have one */
	const char *c_plain;	 /* ... beginning with this */
	struct pod_field *field; /* or NULL */
};

struct pod_text {
	struct buf text;
	struct vec lines; /* const struct pod_origin * per line, or NULL */
};

void pod_write(struct pod *pod, struct pod_module *module, struct pod_text *out);
/* "list<(int, string?)>", as it is written in the file of a module. */
const char *pod_type_text(struct pod *pod, const struct pod_type *type,
			  const struct pod_module *from);
/* The default of a field as a literal; NULL when there is none, or after an error. */
const char *pod_default_text(struct pod *pod, const struct pod_field *field);

/*
 * The texts of all modules, in their order, as the compiler has read them without
 * complaint; NULL when there are none.  A field that it complains of is left out, what
 * has a name that is taken in C gets another.  `strict`: not when there was an error.
 */
const struct pod_text *pod_texts(struct pod *pod, bool strict);

/* ---- the command ---- */

int import_command(int argc, char **argv, bool color);

#endif
