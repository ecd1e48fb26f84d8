/*
 * Text: copying it and knowing in the same pass whether it is plain ASCII, which nearly all
 * text is. Only what is not goes through the full check in utf8.c.
 */
#ifndef SPY_CORE_UTF8_H
#define SPY_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Whether this is UTF-8 without U+0000. */
bool spy_utf8_valid(const void *text, size_t len);

/* Its characters (code points), which is what @max counts. */
size_t spy_utf8_count(const void *text, size_t len);

typedef int8_t spy_chars __attribute__((vector_size(16)));

/* All ones in every byte's sign that is no ASCII character, or zero: a zero byte borrows
 * from the subtraction, one above 127 has the bit already. */
static inline uint64_t spy_not_ascii(uint64_t word)
{
	return (word | (word - 0x0101010101010101u)) & 0x8080808080808080u;
}

/* Copies and answers whether all of it is ASCII without NUL; false says no more than that.
 * Ranges of 4, 8 and 16 bytes overlap at the end rather than going byte by byte. */
static inline bool spy_copy_ascii(void *to_, const void *from_, size_t n)
{
	uint8_t *to = (uint8_t *)to_;
	const uint8_t *from = (const uint8_t *)from_;

	if (n >= 16) {
		spy_chars v, good;
		uint64_t words[2];
		size_t i;

		memcpy(&v, from + n - 16, 16);
		memcpy(to + n - 16, &v, 16);
		good = v > 0;
		for (i = 0; i + 16 < n; i += 16) {
			memcpy(&v, from + i, 16);
			memcpy(to + i, &v, 16);
			good &= v > 0;
		}
		memcpy(words, &good, 16);
		return (words[0] & words[1]) == UINT64_MAX;
	}
	if (n >= 8) {
		uint64_t a, b;

		memcpy(&a, from, 8);
		memcpy(&b, from + n - 8, 8);
		memcpy(to, &a, 8);
		memcpy(to + n - 8, &b, 8);
		return !(spy_not_ascii(a) | spy_not_ascii(b));
	}
	if (n >= 4) {
		uint32_t a, b;

		memcpy(&a, from, 4);
		memcpy(&b, from + n - 4, 4);
		memcpy(to, &a, 4);
		memcpy(to + n - 4, &b, 4);
		return !spy_not_ascii((uint64_t)a << 32 | b);
	}
	for (size_t i = 0; i < n; i++) {
		to[i] = from[i];
		if ((int8_t)from[i] <= 0) {
			memcpy(to, from, n);
			return false;
		}
	}
	return true;
}

#endif
