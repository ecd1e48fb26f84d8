/* Numbers, durations, sizes and strings.  Start in literal.h; next: literal_text.c. */
#include "literal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* Skips sign and prefix. */
static const char *base_of(const char *text, bool *negative, unsigned *base)
{
	*negative = *text == '-';
	text += *negative;
	*base = 10;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		*base = 16;
	else if (text[0] == '0' && (text[1] == 'b' || text[1] == 'B'))
		*base = 2;
	return *base == 10 ? text : text + 2;
}

const char *literal_int(const char *text, bool *negative, uint64_t *magnitude)
{
	unsigned base;
	uint64_t value = 0;

	text = base_of(text, negative, &base);
	if (base == 10 && text[0] == '0' && text[1])
		return "has a leading zero, which would be octal elsewhere";
	for (; *text; text++) {
		unsigned digit = (unsigned)digit_of(*text);

		if (digit >= base)
			return "is no integer";
		if (value > (UINT64_MAX - digit) / base)
			return "is too large for 64 bits";
		value = value * base + digit;
	}
	*magnitude = value;
	if (!value)
		*negative = false;
	return NULL;
}

const char *literal_double(const char *text, bool single, double *value)
{
	const char *digits = text + (*text == '-');
	char *end;

	if (digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9')
		return "has a leading zero";
	*value = strtod(text, &end);
	if (*end)
		return "is no number";
	if (single)
		*value = (double)(float)*value;
	if (isinf(*value))
		return single ? "is too large for a float" : "is too large for a double";
	return NULL;
}

static const struct {
	const char *name;
	uint64_t nanoseconds;
} units[] = {
	{ "d", 86400000000000 },
	{ "h", 3600000000000 },
	{ "m", 60000000000 },
	{ "s", 1000000000 },
	{ "ms", 1000000 },
	{ "us", 1000 },
	{ "ns", 1 },
};

enum { N_UNITS = sizeof(units) / sizeof(units[0]) };

const char *literal_duration(const char *text, int64_t *nanoseconds)
{
	bool negative = *text == '-';
	uint64_t sum = 0;
	size_t unit = 0, len;

	for (text += negative; *text; text += len) {
		uint64_t n = 0;

		for (; *text >= '0' && *text <= '9'; text++) {
			if (n > INT64_MAX / 10)
				return "is longer than 292 years";
			n = n * 10 + (uint64_t)(*text - '0');
		}
		len = strcspn(text, "0123456789");
		while (unit < N_UNITS && (strlen(units[unit].name) != len ||
					  strncmp(units[unit].name, text, len)))
			unit++;
		if (unit == N_UNITS)
			return "has its units out of order; it is d, h, m, s, ms, us, ns";
		if (n > INT64_MAX / units[unit].nanoseconds ||
		    sum > INT64_MAX - n * units[unit].nanoseconds)
			return "is longer than 292 years";
		sum += n * units[unit++].nanoseconds;
	}
	*nanoseconds = negative ? -(int64_t)sum : (int64_t)sum;
	return NULL;
}

const char *literal_size(const char *text, uint64_t *bytes)
{
	uint64_t n = 0;
	unsigned shift;

	for (; *text >= '0' && *text <= '9'; text++) {
		if (n > UINT64_MAX >> 40)
			return "is too large";
		n = n * 10 + (uint64_t)(*text - '0');
	}
	shift = *text == 'K' ? 10 : *text == 'M' ? 20 : 30;
	if (n > UINT64_MAX >> shift)
		return "is too large";
	*bytes = n << shift;
	return NULL;
}

static size_t utf8_put(char *out, uint32_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* \u{1f600}: gives the bytes it takes, 0 when it is none. */
static size_t read_code(const char *s, uint32_t *code)
{
	size_t n = 3;

	*code = 0;
	if (s[1] != 'u' || s[2] != '{')
		return 0;
	for (; digit_of(s[n]) < 16 && n < 9; n++)
		*code = *code << 4 | (uint32_t)digit_of(s[n]);
	return s[n] == '}' && n > 3 ? n + 1 : 0;
}

const char *literal_string(struct arena *a, const char *text, const char **value,
			   size_t *len, size_t *at, size_t *at_len)
{
	static const char names[] = "nrt\"\\", means[] = "\n\r\t\"\\";
	const char *s = text + 1, *end = text + strlen(text) - 1, *known;
	char *out = arena_alloc(a, strlen(text) + 1), *p = out;
	size_t n;
	uint32_t code;

	for (; s < end; s += n) {
		*at = (size_t)(s - text);
		*at_len = n = *s == '\\' ? 2 : 1;
		if (*s != '\\') {
			*p++ = *s;
		} else if ((known = strchr(names, s[1])) && s[1]) {
			*p++ = means[known - names];
		} else if (s[1] == 'u' && (n = read_code(s, &code))) {
			*at_len = n;
			if (!code)
				return "a string cannot hold the character 0";
			if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
				return "this is no Unicode character";
			p += utf8_put(p, code);
		} else if (s[1] == 'u') {
			return "a Unicode character is written \\u{e9}";
		} else if (s[1] == '0') {
			return "a string cannot hold the character 0";
		} else {
			return "unknown escape; there are \\n \\r \\t \\\" \\\\ \\u{...}";
		}
	}
	*value = out;
	*len = (size_t)(p - out);
	return NULL;
}
