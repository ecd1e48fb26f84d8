/*
 * MessagePack in, without types: cutting a message into values and reading the heads of
 * frames. Nothing is allocated, nothing recurses, every longer form is accepted.
 *
 * Invariant: `at` never passes `end`; a function that fails returns SPY_EPROTOCOL and
 * leaves `at` where it was. Next: decode.h reads what stands in a slice by its type.
 */
#ifndef SPY_CORE_UNPACK_H
#define SPY_CORE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <core/utf8.h>

/* Containers within one value; each costs the peer a byte and us a level of recursion when
 * it is decoded. An object (extension 1) counts as one. */
#define SPY_NESTING_MAX 64

struct spy_slice {
	const uint8_t *data;
	size_t len;
};

/* What a value is, by its first byte. */
enum spy_wire {
	SPY_WIRE_NIL,
	SPY_WIRE_BOOL,
	SPY_WIRE_INT, /* any integer */
	SPY_WIRE_FLOAT,
	SPY_WIRE_STR,
	SPY_WIRE_BIN,
	SPY_WIRE_ARRAY,
	SPY_WIRE_MAP,
	SPY_WIRE_EXT,
	SPY_WIRE_NONE, /* no value: c1, or the end */
};

struct spy_reader {
	const uint8_t *at, *end;
};

static inline struct spy_reader spy_reader(const void *data, size_t len)
{
	const uint8_t *at = (const uint8_t *)data;

	return (struct spy_reader){ at, len ? at + len : at };
}

static inline bool spy_read_done(const struct spy_reader *reader)
{
	return reader->at == reader->end;
}

enum spy_wire spy_read_peek(const struct spy_reader *reader);

/* Skips exactly one value and gives its bytes (`value` may be NULL). */
int spy_cut(struct spy_reader *reader, struct spy_slice *value);

/* Heads: as many values, or pairs of values, follow. A count that the rest of the bytes
 * cannot hold is an error already here. */
int spy_read_array(struct spy_reader *reader, uint32_t *count);
int spy_read_map(struct spy_reader *reader, uint32_t *count);

int spy_read_nil(struct spy_reader *reader);
int spy_read_bool(struct spy_reader *reader, bool *value);
/* Any integer that fits. */
int spy_read_int(struct spy_reader *reader, int64_t *value);
int spy_read_uint(struct spy_reader *reader, uint64_t *value);
/* The bytes of a str, whether they are UTF-8 or not. */
int spy_read_str(struct spy_reader *reader, struct spy_slice *text);
int spy_read_bin(struct spy_reader *reader, struct spy_slice *bytes);
int spy_read_ext(struct spy_reader *reader, int8_t *type, struct spy_slice *body);
/* A timestamp of any of the three forms. */
int spy_read_time(struct spy_reader *reader, struct timespec *time);

#endif
