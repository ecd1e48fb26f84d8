/*
 * Values that have no C type of their own: bytes, uuid, bigint, and `any`, a value that
 * carries its type along. All are plain structs: make them on the stack, copy them freely;
 * what they point to is borrowed unless a function says otherwise.
 *
 * Strings are `const char *`: UTF-8, NUL-terminated. time is `struct timespec`, UTC since
 * 1970. duration is `int64_t`, nanoseconds. uri is a string.
 */
#ifndef SPY_VALUE_H
#define SPY_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <spy/attr.h>

struct spy_bytes {
	const uint8_t *data;
	size_t len;
};

/* Two's complement, big endian, shortest form; zero is one byte 00. */
struct spy_bigint {
	const uint8_t *data;
	size_t len;
};

struct spy_uuid {
	uint8_t bytes[16];
};

enum spy_any_kind {
	SPY_ANY_NIL,
	SPY_ANY_BOOL,
	SPY_ANY_INT,	/* `integer`; also every unsigned integer that fits */
	SPY_ANY_UINT,	/* `natural`: above INT64_MAX */
	SPY_ANY_FLOAT,	/* `number`, came as 32 bits */
	SPY_ANY_DOUBLE, /* `number` */
	SPY_ANY_STRING, /* `string`, `len` bytes without the NUL */
	SPY_ANY_BYTES,	/* `bytes`, `len` */
	SPY_ANY_TIME,	/* `seconds`, and `len` is the nanoseconds */
	SPY_ANY_UUID,	/* `uuid` */
	SPY_ANY_BIGINT, /* `bytes`, `len` */
	SPY_ANY_ARRAY,	/* `items`, `len` of them */
	SPY_ANY_MAP,	/* `entries`, `len` of them */
	SPY_ANY_OBJECT, /* `object`: a model, exception, enum or union by its own type */
};

/* A value with its type. 16 bytes. */
struct spy_any {
	enum spy_any_kind kind;
	uint32_t len;
	union {
		bool boolean;
		int64_t integer;
		uint64_t natural;
		double number;
		int64_t seconds;
		const char *string;
		const uint8_t *bytes;
		const struct spy_uuid *uuid;
		const struct spy_any *items;
		const struct spy_any_entry *entries;
		const struct spy_object *object;
	};
};

struct spy_any_entry {
	struct spy_any key;
	struct spy_any value;
};

struct spy_type;
struct spy_arena;

/* A typed value inside `any`. Made by the generated NAME_object(), read by the generated
 * NAME_from_any(). One that arrived is not looked into until then: `type` is NULL, `encoded`
 * is its MessagePack. */
struct spy_object {
	const char *name; /* "chat.ChatMessage" */
	const struct spy_type *type;
	const void *value;
	struct spy_bytes encoded;
	struct spy_arena *arena; /* where NAME_from_any() decodes to */
};

/* Items for a call on the spot: spy_any_send(in, SPY_STRING("Hello")). In C a pointer to a
 * temporary of the enclosing block; length is taken when it is encoded. */
#ifndef __cplusplus
#define SPY_NIL	      (&(struct spy_any){ .kind = SPY_ANY_NIL })
#define SPY_BOOL(v)   (&(struct spy_any){ .kind = SPY_ANY_BOOL, .boolean = (v) })
#define SPY_INT(v)    (&(struct spy_any){ .kind = SPY_ANY_INT, .integer = (v) })
#define SPY_DOUBLE(v) (&(struct spy_any){ .kind = SPY_ANY_DOUBLE, .number = (v) })
#define SPY_STRING(v) \
	(&(struct spy_any){ .kind = SPY_ANY_STRING, .len = SPY_STRLEN, .string = (v) })
#endif
/* As the `len` of a string: up to its NUL. */
#define SPY_STRLEN UINT32_MAX

/* Text of a value for people, without a newline: a string that stands alone as it is,
 * everything else as JSON-like text on one line, strings in it quoted and escaped; bytes,
 * uuid and time as text a person knows. Returns the characters written, or a negative
 * error. */
SPY_PUBLIC int spy_any_print(const struct spy_any *value, FILE *file);
SPY_PUBLIC bool spy_any_equal(const struct spy_any *a, const struct spy_any *b);

/* A deep copy in one block, gives; spy_any_free() takes NULL. NULL without memory. */
SPY_PUBLIC struct spy_any *spy_any_clone(const struct spy_any *value);
SPY_PUBLIC void spy_any_free(struct spy_any *value);

#endif
