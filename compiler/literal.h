/*
 * The texts of literals to values.
 *
 * Invariant: each function gives NULL and a value, or the reason why the text is none, as
 * the end of a sentence: "... is too large for 64 bits".  No function reads a locale.
 */
#ifndef SPYGEN_LITERAL_H
#define SPYGEN_LITERAL_H

#include "arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No computation needs more, and reading them takes quadratic time. */
#define BIGINT_DIGITS_MAX 1000

/* 12, -3, 0xff, 0b101: sign and magnitude. */
const char *literal_int(const char *text, bool *negative, uint64_t *magnitude);
/* Also of an integer.  `single` rounds to float and refuses what float cannot hold. */
const char *literal_double(const char *text, bool single, double *value);
/* 10s, 1h30m, -200ms: nanoseconds. */
const char *literal_duration(const char *text, int64_t *nanoseconds);
/* 64KiB: bytes. */
const char *literal_size(const char *text, uint64_t *bytes);

/*
 * "a\n\u{e9}" with its quotes, to UTF-8.  On a mistake `*at` and `*at_len` are the bytes
 * of `text` that are wrong.
 */
const char *literal_string(struct arena *a, const char *text, const char **value,
			   size_t *len, size_t *at, size_t *at_len);

/* The following take the text between the quotes. */
const char *literal_time(const char *text, int64_t *seconds, uint32_t *nanoseconds);
const char *literal_uuid(const char *text, uint8_t uuid[16]);
const char *literal_uri(const char *text);

/* An integer of any size, as the wire has it: two's complement, big endian, shortest. */
const char *literal_bigint(struct arena *a, const char *text, const char **bytes,
			   size_t *len);

#endif
