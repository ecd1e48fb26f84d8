/*
 * The heads of MessagePack values as inline functions over bare pointers, shared by
 * unpack.c and the decoder. Each takes `at < end` and gives the address behind what it has
 * read, or NULL: another kind of value, or cut short. None reads past `end`.
 */
#ifndef SPY_CORE_WIRE_H
#define SPY_CORE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <core/unpack.h>

#define SPY_LIKELY(x)	__builtin_expect(!!(x), 1)
#define SPY_UNLIKELY(x) __builtin_expect(!!(x), 0)

static inline uint64_t spy_load_be(const uint8_t *at, size_t n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 8 | *at++;
	return value;
}

static inline uint64_t spy_load_be64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	value = __builtin_bswap64(value);
#endif
	return value;
}

static inline uint32_t spy_load_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
	       at[3];
}

/* Any integer. `large`: it is above INT64_MAX and `value` is its bits. Widths vary from
 * value to value, so they are computed, not branched on. */
static inline const uint8_t *spy_get_int(const uint8_t *at, const uint8_t *end,
					 int64_t *value, bool *large)
{
	unsigned form = *at - 0xccu, shift;
	size_t n, left = (size_t)(end - at);
	uint64_t bits;

	*large = false;
	if (*at < 0x80 || *at >= 0xe0) {
		*value = (int8_t)*at;
		return at + 1;
	}
	if (form > 7)
		return NULL;
	n = (size_t)1 << (form & 3);
	shift = 64 - 8 * (unsigned)n;
	if (SPY_LIKELY(left > 8))
		bits = spy_load_be64(at + 1);
	else if (left > n)
		bits = spy_load_be(at + 1, n) << shift;
	else
		return NULL;
	*value = form & 4 ? (int64_t)bits >> shift : (int64_t)(bits >> shift);
	*large = form == 3 && *value < 0;
	return at + 1 + n;
}

/* A float of either width, or an integer. */
static inline const uint8_t *spy_get_float(const uint8_t *at, const uint8_t *end,
					   double *value)
{
	size_t left = (size_t)(end - at);
	int64_t integer;
	bool large;
	float narrow;
	uint32_t bits32;
	uint64_t bits64;

	if (*at == 0xcb) {
		if (left < 9)
			return NULL;
		bits64 = spy_load_be64(at + 1);
		memcpy(value, &bits64, 8);
		return at + 9;
	}
	if (*at == 0xca) {
		if (left < 5)
			return NULL;
		bits32 = spy_load_be32(at + 1);
		memcpy(&narrow, &bits32, 4);
		*value = (double)narrow;
		return at + 5;
	}
	at = spy_get_int(at, end, &integer, &large);
	if (at)
		*value = large ? (double)(uint64_t)integer : (double)integer;
	return at;
}

/* Not a finite number beyond what a float can hold; NaN and infinities are fine. */
static inline bool spy_fits_float(double value)
{
	/* halfway between the largest float and what would be the next one */
	return !(value >= 0x1.ffffffp+127 || value <= -0x1.ffffffp+127) ||
	       value - value != 0;
}

/* The length behind a head byte: `n` bytes, big endian. */
static inline const uint8_t *spy_get_len(const uint8_t *at, const uint8_t *end, size_t n,
					 uint32_t *len)
{
	if ((size_t)(end - at) <= n)
		return NULL;
	*len = (uint32_t)spy_load_be(at + 1, n);
	return at + 1 + n;
}

/* The head of a str; its `len` bytes follow and are there. */
static inline const uint8_t *spy_get_str(const uint8_t *at, const uint8_t *end,
					 uint32_t *len)
{
	if (SPY_LIKELY((*at & 0xe0) == 0xa0)) {
		*len = *at & 0x1f;
		at++;
	} else if (*at == 0xd9) {
		if (end - at < 2)
			return NULL;
		*len = at[1];
		at += 2;
	} else if (*at == 0xda || *at == 0xdb) {
		at = spy_get_len(at, end, *at == 0xda ? 2 : 4, len);
		if (!at)
			return NULL;
	} else {
		return NULL;
	}
	return (size_t)(end - at) < *len ? NULL : at;
}

static inline const uint8_t *spy_get_bin(const uint8_t *at, const uint8_t *end,
					 uint32_t *len)
{
	if (*at < 0xc4 || *at > 0xc6)
		return NULL;
	at = spy_get_len(at, end, (size_t)1 << (*at - 0xc4), len);
	return at && (size_t)(end - at) >= *len ? at : NULL;
}

/* The head of an extension; its body follows and is there. */
static inline const uint8_t *spy_get_ext(const uint8_t *at, const uint8_t *end,
					 int8_t *type, uint32_t *len)
{
	if (*at >= 0xd4 && *at <= 0xd8) {
		*len = 1u << (*at - 0xd4);
		at++;
	} else if (*at >= 0xc7 && *at <= 0xc9) {
		at = spy_get_len(at, end, (size_t)1 << (*at - 0xc7), len);
		if (!at)
			return NULL;
	} else {
		return NULL;
	}
	if (end - at < 1 || (size_t)(end - at) - 1 < *len)
		return NULL;
	*type = (int8_t)*at;
	return at + 1;
}

/* The heads of containers. A count that the bytes left cannot hold is refused here, before
 * anyone takes memory for it. */
static inline const uint8_t *spy_get_array(const uint8_t *at, const uint8_t *end,
					   uint32_t *count)
{
	if (SPY_LIKELY((*at & 0xf0) == 0x90)) {
		*count = *at & 0x0f;
		at++;
	} else if (*at == 0xdc || *at == 0xdd) {
		at = spy_get_len(at, end, *at == 0xdc ? 2 : 4, count);
		if (!at)
			return NULL;
	} else {
		return NULL;
	}
	return (size_t)(end - at) < *count ? NULL : at;
}

static inline const uint8_t *spy_get_map(const uint8_t *at, const uint8_t *end,
					 uint32_t *count)
{
	if ((*at & 0xf0) == 0x80) {
		*count = *at & 0x0f;
		at++;
	} else if (*at == 0xde || *at == 0xdf) {
		at = spy_get_len(at, end, *at == 0xde ? 2 : 4, count);
		if (!at)
			return NULL;
	} else {
		return NULL;
	}
	return (size_t)(end - at) / 2 < *count ? NULL : at;
}

/* The body of a timestamp extension. False: no such length, or too many nanoseconds. */
static inline bool spy_get_stamp(const uint8_t *body, uint32_t len, struct timespec *time)
{
	uint64_t bits;

	switch (len) {
	case 4:
		time->tv_sec = spy_load_be32(body);
		time->tv_nsec = 0;
		return true;
	case 8:
		bits = spy_load_be64(body);
		time->tv_sec = (time_t)(bits & 0x3ffffffff);
		time->tv_nsec = (long)(bits >> 34);
		break;
	case 12:
		time->tv_nsec = (long)spy_load_be32(body);
		time->tv_sec = (time_t)spy_load_be64(body + 4);
		break;
	default:
		return false;
	}
	return (unsigned long)time->tv_nsec <= 999999999;
}

/* Skips one value, inside `depth` containers already. NULL: no MessagePack, cut short, or
 * nested too deeply. */
const uint8_t *spy_skip(const uint8_t *at, const uint8_t *end, unsigned depth);

#endif
