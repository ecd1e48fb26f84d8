/*
 * The full check: RFC 3629's table of well-formed sequences, with U+0000 left out. No
 * overlong forms, no surrogates, nothing above U+10FFFF.
 */
#include <core/utf8.h>

/* The length of the sequence that starts here, 0 when there is none. */
static size_t sequence(const uint8_t *s, size_t left)
{
	uint8_t c = s[0], low = 0x80, high = 0xbf;
	size_t n, i;

	if (c < 0x80)
		return c != 0;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	n = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (left < n)
		return 0;
	/* what the second byte may be depends on the first */
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool spy_utf8_valid(const void *text, size_t len)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t i = 0, n;
	uint64_t word;

	while (i < len) {
		if (len - i >= 8) {
			memcpy(&word, s + i, 8);
			if (!spy_not_ascii(word)) {
				i += 8;
				continue;
			}
		}
		n = sequence(s + i, len - i);
		if (!n)
			return false;
		i += n;
	}
	return true;
}

size_t spy_utf8_count(const void *text, size_t len)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += (s[i] & 0xc0) != 0x80;
	return count;
}
