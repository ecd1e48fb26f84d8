/*
 * How a .spy type lies in memory: constant tables that generated code fills in and that
 * one codec, one printer, one comparer and one cloner in the runtime read. A bug fixed
 * there needs no code generated again. Users never touch these; read example.c as made by
 * spygen next to this page.
 *
 * A *field* is a place for a value: a struct member, a list's element, a map's key, a
 * stream's item. How nothing (nil) is written down in C depends on the type only:
 *
 *   string, uri                          the pointer is NULL
 *   model, exception, sealed, union,     the place holds a pointer to the struct
 *   tuple                                (SPY_FIELD_POINTER), NULL for nil
 *   everything else                      a bool beside it (`has`)
 *
 * A value that stands alone (a stream's item, a plain result) is handed over as a pointer
 * to its C representation, NULL for nil, whatever the type.
 */
#ifndef SPY_TYPE_H
#define SPY_TYPE_H

#include <spy/error.h>
#include <spy/value.h>

/* X(name, size in C): every kind of type; the codec has one case for each. */
#define SPY_KINDS(X)                         \
	X(BOOL, sizeof(bool))                \
	X(INT8, 1)                           \
	X(INT16, 2)                          \
	X(INT32, 4)                          \
	X(INT64, 8)                          \
	X(UINT8, 1)                          \
	X(UINT16, 2)                         \
	X(UINT32, 4)                         \
	X(UINT64, 8)                         \
	X(FLOAT, 4)                          \
	X(DOUBLE, 8)                         \
	X(STRING, sizeof(char *))            \
	X(BYTES, sizeof(struct spy_bytes))   \
	X(TIME, sizeof(struct timespec))     \
	X(DURATION, 8)                       \
	X(UUID, sizeof(struct spy_uuid))     \
	X(URI, sizeof(char *))               \
	X(BIGINT, sizeof(struct spy_bigint)) \
	X(ANY, sizeof(struct spy_any))       \
	X(ENUM, 4)                           \
	X(LIST, sizeof(struct spy_list))     \
	X(SET, sizeof(struct spy_list))      \
	X(MAP, sizeof(struct spy_list))      \
	X(TUPLE, 0)                          \
	X(MODEL, 0)                          \
	X(UNION, 0)

/* A model's kind covers exceptions; a union's covers sealed models, which travel alike. */
enum spy_kind {
#define SPY_KIND(name, size) SPY_KIND_##name,
	SPY_KINDS(SPY_KIND)
#undef SPY_KIND
};

/* Every generated list, set and map struct has this shape: { const T *items; size_t len; }.
 * A map's items are structs { key, value }. */
struct spy_list {
	const void *items;
	size_t len;
};

enum spy_field_flag {
	SPY_FIELD_NULLABLE = 1 << 0,
	SPY_FIELD_POINTER = 1 << 1,  /* the place holds a pointer to the struct */
	SPY_FIELD_SERVER = 1 << 2,   /* never on a client's connection */
	SPY_FIELD_RESERVED = 1 << 3, /* no C member; nil is sent, anything is skipped */
	SPY_FIELD_BASE =
		1 << 4, /* fields[0] of a model that extends: the parent, embedded */
	SPY_FIELD_NOW = 1 << 5,	   /* default: the time when it is made */
	SPY_FIELD_RANDOM = 1 << 6, /* default: a random uuid (version 4) */
};

#define SPY_NO_HAS UINT32_MAX
#define SPY_NO_MAX UINT32_MAX

struct spy_field {
	const char *name;
	const struct spy_type *type;
	const void *dflt; /* the default's C representation, or NULL */
	uint32_t offset;  /* of the value, from the start of the struct */
	uint32_t has;	  /* offset of the bool, or SPY_NO_HAS */
	uint32_t max; /* @max: characters of a text, bytes or elements; or SPY_NO_MAX */
	uint8_t kind; /* type->kind again: the codec's switch needs no second load */
	uint8_t flags;
};

struct spy_enum_value {
	const char *name;
	int32_t number;
};

enum spy_type_flag {
	SPY_TYPE_SERVER = 1 << 0,	/* @server on the declaration */
	SPY_TYPE_EXCEPTION = 1 << 1,	/* a model that can be thrown */
	SPY_TYPE_SEALED = 1 << 2,	/* a union made of a sealed model's children */
	SPY_TYPE_HOLDS_SERVER = 1 << 3, /* has @server fields, here or deeper */
};

#define SPY_NO_DEFAULT INT64_MIN

struct spy_type {
	const char
		*name; /* "chat.ChatMessage"; "int", "string" for what is built in; NULL
			     for lists, sets, maps, tuples */
	uint8_t kind;
	uint8_t flags;
	uint16_t count; /* of fields, of values, of members */
	uint32_t size;	/* sizeof the C representation */
	/* model, tuple: its fields (a BASE first). list, set: [0] the element. map: [0] the
	 * key, [1] the value, both inside one item; `stride` is the size of an item. */
	const struct spy_field *fields;
	uint32_t stride;
	/* union, sealed: the member's struct lies at this offset; an int enum at 0 says which,
	 * counting from 0 as on the wire. */
	uint32_t offset;
	const struct spy_type *const *members;
	/* enum: ascending by number; `dflt` or SPY_NO_DEFAULT for a number not declared */
	const struct spy_enum_value *values;
	int64_t dflt;
};

/* The types that need no schema, spy_int_type for `int` and so on. */
#define SPY_BUILTIN_TYPES(X)  \
	X(bool, BOOL)         \
	X(int8, INT8)         \
	X(int16, INT16)       \
	X(int32, INT32)       \
	X(int, INT64)         \
	X(uint8, UINT8)       \
	X(uint16, UINT16)     \
	X(uint32, UINT32)     \
	X(uint64, UINT64)     \
	X(float, FLOAT)       \
	X(double, DOUBLE)     \
	X(string, STRING)     \
	X(bytes, BYTES)       \
	X(time, TIME)         \
	X(duration, DURATION) \
	X(uuid, UUID)         \
	X(uri, URI)           \
	X(bigint, BIGINT)     \
	X(any, ANY)
#define SPY_BUILTIN(name, kind) SPY_PUBLIC_DATA const struct spy_type spy_##name##_type;
SPY_BUILTIN_TYPES(SPY_BUILTIN)
#undef SPY_BUILTIN

/* One stream of a method: its items and how it flows. */
struct spy_stream_type {
	const char *name; /* the parameter's; "result" */
	struct spy_field item;
	uint32_t credit;  /* @credit: window in bytes; 0: the connection's setting */
	uint8_t overflow; /* enum spy_overflow */
};

/* What a slow reader of a stream costs (@overflow). */
enum spy_overflow {
	SPY_OVERFLOW_DEFAULT, /* block on a call's streams, fail on a channel's */
	SPY_OVERFLOW_BLOCK,
	SPY_OVERFLOW_DROP_OLDEST,
	SPY_OVERFLOW_DROP_NEWEST,
	SPY_OVERFLOW_LATEST,
	SPY_OVERFLOW_FAIL,
};

enum spy_method_flag {
	SPY_METHOD_RESULT_STREAM = 1 << 0, /* streams[0] is the result */
	SPY_METHOD_STREAMING = 1 << 1,	   /* has a stream at all: OPENED is sent */
	SPY_METHOD_LOGIN = 1 << 2,
	SPY_METHOD_MESSAGES = 1 << 3, /* a streaming endpoint */
};

struct spy_method {
	const char *name;		/* "chat.room.post" */
	const struct spy_type *args;	/* a tuple of the ordinary parameters, or NULL */
	const struct spy_field *result; /* of a plain result, or NULL */
	/* [0] is the result stream (unused without one), [1..stream_count] the parameters */
	const struct spy_stream_type *streams;
	const struct spy_type *const *throws; /* NULL-terminated, or NULL */
	const char *const *scopes;	      /* NULL-terminated, or NULL */
	uint32_t timeout;		      /* ms; 0: none */
	uint16_t stream_count;
	uint16_t flags;
};

struct spy_endpoint {
	const char *name; /* "chat.room" */
	const struct spy_method *methods;
	uint16_t method_count;
	uint16_t
		flags; /* SPY_METHOD_LOGIN: checked before a method's name is looked up */
	const char *const *scopes;
};

/* --- What generated _init, _clone, _free, _equal, _print forward to ----------------- */

/* Fills in zeros and the declared defaults; `now` and `random` ask the system. */
SPY_PUBLIC void spy_value_init(const struct spy_type *type, void *value);
/* A deep copy, gives; NULL without memory. */
SPY_PUBLIC void *spy_value_clone(const struct spy_type *type, const void *value);
/* Takes what spy_value_clone() gave; NULL is fine. */
SPY_PUBLIC void spy_value_free(const struct spy_type *type, void *value);
/* Deep; NaN equals NaN; lists in order, sets and maps in any. */
SPY_PUBLIC bool spy_value_equal(const struct spy_type *type, const void *a,
				const void *b);
/* One line of JSON-like text; returns the characters written or a negative error. */
SPY_PUBLIC int spy_value_print(const struct spy_type *type, const void *value,
			       FILE *file);
/* The name of an enum's number in the schema; "?" for one that is not declared, never NULL. */
SPY_PUBLIC const char *spy_enum_name(const struct spy_type *type, int32_t number);
/* The value inside `any` when it is an object of exactly this type and fits it, else NULL.
 * Lives as long as `any` does. */
SPY_PUBLIC const void *spy_value_from_any(const struct spy_type *type,
					  const struct spy_any *any);

/* --- MessagePack of a value by its type, for files and caches ------------------------ */

/* Encodes into a new block, gives (free()); server-only fields are left out unless `bus`. */
SPY_PUBLIC int spy_value_encode(const struct spy_type *type, const void *value, bool bus,
				uint8_t **data, size_t *len);
/* Decodes a whole block; gives, as spy_value_clone() does. */
SPY_PUBLIC int spy_value_decode(const struct spy_type *type, const uint8_t *data,
				size_t len, void **value);

#endif
