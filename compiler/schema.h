/*
 * The checked schema: what the back ends see of a .spy file, and all they see.
 *
 * Invariant: nothing is missing and nothing is wrong.  Names are pointers, defaults are
 * values of their type, attributes are effective (what an endpoint says is in each of
 * its methods), numbers are counted out, lists stand in the order of declaration.
 * Everything lives in the arena of the run; names and types are interned, so equal
 * means the same pointer.  check.c makes it; cname.c adds the C names; nobody else
 * writes to it.
 *
 * Pointers that may be NULL say so.  A `doc` is NULL or the text of the `///` lines
 * joined by '\n', without the slashes and one leading space, without a final newline.
 * A `deprecated` is NULL or the advice, "" when there is none.  A `c_name` is what
 * @c(name = "...") gave, else NULL, until cname_assign() has run.
 */
#ifndef SPYGEN_SCHEMA_H
#define SPYGEN_SCHEMA_H

#include "source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct schema;
struct decl;
struct record;
struct enumeration;
struct variant;
struct endpoint;

/* ---- attributes as they are written; what they mean stands in its own member ---- */

struct attribute_arg {
	const char *key;  /* "name" of `name = "x"`, or NULL */
	const char *text; /* as written: "64KiB", "\"admin\"" */
};

struct attribute {
	const char *name; /* "max" */
	struct attribute_arg *args;
	size_t n_args;
};

struct attributes {
	struct attribute *list;
	size_t n;
};

/* ---- types ---- */

enum type_kind {
	TYPE_BOOL,
	TYPE_INT8,
	TYPE_INT16,
	TYPE_INT32,
	TYPE_INT64, /* `int` as well */
	TYPE_UINT8,
	TYPE_UINT16,
	TYPE_UINT32,
	TYPE_UINT64,
	TYPE_FLOAT,
	TYPE_DOUBLE,
	TYPE_STRING,
	TYPE_BYTES,
	TYPE_TIME,
	TYPE_DURATION,
	TYPE_UUID,
	TYPE_URI,
	TYPE_BIGINT,
	TYPE_ANY,
	TYPE_ENUM,	/* decl->enumeration */
	TYPE_MODEL,	/* decl->record, not sealed */
	TYPE_EXCEPTION, /* decl->record, not sealed */
	TYPE_SEALED,	/* decl->record, sealed: any of record->children */
	TYPE_UNION,	/* decl->variant */
	TYPE_LIST,	/* element */
	TYPE_SET,	/* element */
	TYPE_MAP,	/* key, element */
	TYPE_TUPLE,	/* items */
};

/* Interned: structurally equal types are the same pointer. */
struct type {
	enum type_kind kind;
	bool nullable;
	const struct type *base;    /* without the `?`; itself when not nullable */
	const struct decl *decl;    /* ENUM, MODEL, EXCEPTION, SEALED, UNION */
	const struct type *element; /* LIST, SET; the value of a MAP */
	const struct type *key;	    /* MAP */
	const struct type **items;  /* TUPLE */
	size_t n_items;
	const char *text; /* canonical: "map<int64, chat.Mood?>" */
	unsigned id;	  /* from 0, in order of first use in the run */
};

/* ---- default values ---- */

enum value_kind {
	VALUE_BOOL,	/* b */
	VALUE_INT,	/* i: any integer type but uint64 */
	VALUE_UINT,	/* u: uint64 */
	VALUE_DOUBLE,	/* d: float (rounded to it), double */
	VALUE_STRING,	/* s: string and uri; UTF-8, `len` bytes, no NUL in it */
	VALUE_TIME,	/* time: UTC, since 1970 */
	VALUE_NOW,	/* the time at which the value is made */
	VALUE_DURATION, /* i: nanoseconds */
	VALUE_UUID,	/* uuid: 16 bytes */
	VALUE_RANDOM,	/* a fresh random uuid (version 4) */
	VALUE_BIGINT,	/* s: the `len` bytes of the wire: two's complement,
				   big endian, shortest */
	VALUE_ENUM,	/* e */
	VALUE_EMPTY,	/* an empty list, set or map */
};

struct value {
	enum value_kind kind;
	struct span span;
	const char *text; /* as it was written: "10s", "\"a\\n\"" */
	union {
		bool b;
		int64_t i;
		uint64_t u;
		double d;
		const char *s;
		struct {
			int64_t seconds;
			uint32_t nanoseconds;
		} time;
		uint8_t uuid[16];
		const struct enum_value *e;
	};
	size_t len;
};

/* ---- declarations ---- */

enum decl_kind {
	DECL_ENUM,
	DECL_MODEL,
	DECL_EXCEPTION,
	DECL_UNION,
	DECL_ENDPOINT,
};

struct decl {
	enum decl_kind kind;
	const char *name;	/* "ChatMessage" */
	const char *full_name;	/* "chat.ChatMessage"; the name on the wire */
	const char *doc;	/* or NULL */
	const char *deprecated; /* or NULL */
	const char *c_name;	/* see above */
	bool server;		/* @server: unknown to clients */
	struct attributes attributes;
	struct span span;	 /* of the name */
	struct schema *schema;	 /* the file it stands in */
	const struct type *type; /* not nullable; NULL for an endpoint */
	union {			 /* by kind */
		struct enumeration *enumeration;
		struct record *record; /* MODEL and EXCEPTION */
		struct variant *variant;
		struct endpoint *endpoint;
	};
};

struct enum_value {
	const char *name;
	int32_t number;
	const char *doc;	/* or NULL */
	const char *deprecated; /* or NULL */
	const char *c_name;	/* see above */
	struct attributes attributes;
	struct span span;
};

struct enumeration {
	struct decl *decl;
	struct enum_value *values; /* at least one */
	size_t n_values;
	const struct enum_value *fallback; /* for unknown numbers, or NULL */
};

struct field {
	const char *name;
	const struct type *type;   /* NULL when reserved */
	const char *type_text;	   /* as written, "list<int>"; NULL when reserved */
	const struct value *value; /* the default, or NULL */
	uint64_t max;		   /* @max; 0: no limit of its own */
	bool server;		   /* @server on this field */
	bool reserved;		   /* the place of a removed field: only a name */
	const char *doc;	   /* or NULL */
	const char *deprecated;	   /* or NULL */
	const char *c_name;	   /* see above */
	struct attributes attributes;
	struct span span; /* of the name */
};

/* A model or an exception. */
struct record {
	struct decl *decl;
	bool sealed;
	bool immutable;
	struct record *parent; /* or NULL; may be of another file */
	struct field *fields;  /* its own, without those of its ancestors */
	size_t n_fields;
	/* When sealed: the concrete descendants, all of this file, in order of
	   declaration; the index is the number on the wire. */
	struct record **children;
	size_t n_children;
};

/* A union; the index of a member is its number on the wire. */
struct variant {
	struct decl *decl;
	const struct type **members; /* MODEL or SEALED, none nullable; at least one */
	struct span *member_spans;
	size_t n_members;
};

/* ---- endpoints ---- */

enum overflow {
	OVERFLOW_UNSAID, /* the runtime's default for where it stands */
	OVERFLOW_BLOCK,
	OVERFLOW_DROP_OLDEST,
	OVERFLOW_DROP_NEWEST,
	OVERFLOW_LATEST,
	OVERFLOW_FAIL,
};

struct param {
	const char *name;
	bool stream;
	const struct type *type;   /* of a stream: the items' */
	const char *type_text;	   /* as written, with "stream<...>" */
	const struct value *value; /* the default, or NULL; never for a stream */
	uint64_t max;		   /* @max, or 0; never for a stream */
	uint32_t credit;	   /* @credit, or 0: the setting; streams only */
	enum overflow overflow;	   /* streams only */
	const char *doc;	   /* or NULL */
	const char *c_name;	   /* see above */
	struct attributes attributes;
	struct span span;
};

enum result_kind {
	RESULT_NONE,
	RESULT_PLAIN,
	RESULT_STREAM,
};

struct method {
	const char *name;
	const char *wire_name; /* "chat.room.post", without package "room.post" */
	struct endpoint *endpoint;
	const char *doc;	/* or NULL */
	const char *deprecated; /* or NULL; its own or the endpoint's */
	const char *c_name;	/* see above */
	struct attributes attributes;
	struct span span;

	/* Declared with `messages`: one stream parameter named "messages", a stream
	   result, called "messages" on the wire. */
	bool messages;
	bool streaming; /* has a stream parameter or result */

	struct param *params;
	size_t n_params;
	enum result_kind result;
	const struct type *result_type; /* of a stream: the items'; NULL for NONE */
	const char *result_text;	/* as written; NULL for NONE */
	uint32_t credit;		/* of the result stream; 0: the setting */
	enum overflow overflow;		/* of the result stream */

	struct record **throws; /* exceptions, maybe sealed */
	size_t n_throws;
	uint32_t timeout_ms; /* 0: none */
	bool login;	     /* effective: own, endpoint's, or by a scope */
	const char **scopes; /* effective: the endpoint's, then its own */
	size_t n_scopes;
};

struct endpoint {
	struct decl *decl;
	struct method *methods; /* at least one */
	size_t n_methods;
	bool login; /* as declared on the endpoint itself */
	const char **scopes;
	size_t n_scopes;
};

/* ---- a file ---- */

struct schema {
	const char *package;  /* or NULL */
	const char *path;     /* of the file, as the user wrote or as found */
	const char *stem;     /* "chat" of "dir/chat.spy": what outputs are named */
	const char *doc;      /* of the package statement, or NULL */
	const char *c_prefix; /* @c(name = "...") before `package`, or NULL */
	struct attributes attributes; /* of the package statement */
	struct span span; /* of the package's name; empty when there is none */

	struct schema **imports;   /* direct, in order */
	const char **import_texts; /* what stands between the quotes */
	size_t n_imports;
	struct schema **all; /* all files it needs, itself the last: */
	size_t n_all;	     /* each stands after those it imports */

	struct decl **decls; /* of this file */
	size_t n_decls;
	/* The same without endpoints, each behind those of this file that it holds by
	   value: types of fields that are not nullable, parts of tuples, members of
	   unions, children of sealed ones, a parent and what a sealed parent holds. */
	struct decl **ordered;
	size_t n_ordered;

	/* In order of first use in this file, not nullable and nullable ones apart: */
	const struct type **types; /* every type that occurs, parts before wholes */
	size_t n_types;
	const struct type **stream_items; /* of all stream parameters and results */
	size_t n_stream_items;
};

#endif
