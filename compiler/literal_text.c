/*
 * Literals that are written as strings, and integers of any size.  Start in literal.h.
 */
#include "literal.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int hex_of(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Days since 1970-01-01 in the Gregorian calendar. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t era, of_era, of_year;

	year -= month <= 2;
	era = year / 400;
	of_era = year - era * 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t days_in(int64_t year, int64_t month)
{
	static const int64_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (month == 2 && !(year % 4) && (year % 100 || !(year % 400)))
		return 29;
	return days[month - 1];
}

const char *literal_time(const char *text, int64_t *seconds, uint32_t *nanoseconds)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	static const char not_a_time[] =
		"is no time; a time is UTC, such as \"2026-01-31T12:00:00Z\"";
	int64_t n[6] = { 0 };
	uint32_t unit = 100000000;
	size_t i, part = 0;

	for (i = 0; i < sizeof(form) - 1; i++) {
		if (form[i] == 'd' ? !is_digit(text[i]) : text[i] != form[i])
			return not_a_time;
		if (form[i] == 'd')
			n[part] = n[part] * 10 + (text[i] - '0');
		else
			part++;
	}
	*nanoseconds = 0;
	if (text[i] == '.' && is_digit(text[i + 1]))
		for (i++; is_digit(text[i]); i++, unit /= 10) {
			if (!unit)
				return "has more than nine digits of a second";
			*nanoseconds += unit * (uint32_t)(text[i] - '0');
		}
	if (text[i] != 'Z' || text[i + 1])
		return not_a_time;
	if (n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > days_in(n[0], n[1]))
		return "is a day that no calendar has";
	if (n[3] > 23 || n[4] > 59 || n[5] > 59)
		return "is a time that no clock shows";
	*seconds = days_of(n[0], n[1], n[2]) * 86400 + n[3] * 3600 + n[4] * 60 + n[5];
	return NULL;
}

const char *literal_uuid(const char *text, uint8_t uuid[16])
{
	static const char not_a_uuid[] =
		"is no uuid; a uuid is \"123e4567-e89b-12d3-a456-426614174000\"";
	size_t i, n = 0;

	if (strlen(text) != 36)
		return not_a_uuid;
	for (i = 0; i < 36; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text[i] != '-')
				return not_a_uuid;
			continue;
		}
		if (hex_of(text[i]) < 0)
			return not_a_uuid;
		uuid[n / 2] = (uint8_t)(uuid[n / 2] << 4 | hex_of(text[i]));
		n++;
	}
	return NULL;
}

/* Characters and percent signs of RFC 3986, and the form of the scheme. */
const char *literal_uri(const char *text)
{
	static const char others[] = "-._~:/?#[]@!$&'()*+,;=";
	size_t colon = strcspn(text, ":/?#"), i;
	bool fragment = false;

	if (text[colon] == ':') {
		for (i = 0; i < colon; i++)
			if (!(is_letter(text[i]) ||
			      (i && (is_digit(text[i]) || strchr("+-.", text[i])))))
				return "is no URI: what stands before ':' is no scheme";
		if (!colon)
			return "is no URI: nothing stands before ':'";
	}
	for (i = 0; text[i]; i++) {
		if (text[i] == '%' &&
		    (hex_of(text[i + 1]) < 0 || hex_of(text[i + 2]) < 0))
			return "is no URI: '%' stands before two hexadecimal digits";
		if (text[i] == '#' && fragment)
			return "is no URI: it has a second '#'";
		fragment |= text[i] == '#';
		if (!(is_letter(text[i]) || is_digit(text[i]) || text[i] == '%' ||
		      strchr(others, text[i])))
			return "is no URI: a character in it has to be written as %xx";
	}
	return NULL;
}

/* number = number * base + digit, in big-endian bytes. */
static void times_plus(uint8_t *number, size_t len, unsigned base, unsigned digit)
{
	unsigned carry = digit;

	while (len--) {
		carry += number[len] * base;
		number[len] = (uint8_t)carry;
		carry >>= 8;
	}
}

static void negate(uint8_t *number, size_t len)
{
	unsigned carry = 1;

	while (len--) {
		carry += (uint8_t)~number[len];
		number[len] = (uint8_t)carry;
		carry >>= 8;
	}
}

const char *literal_bigint(struct arena *a, const char *text, const char **bytes,
			   size_t *len)
{
	bool negative = *text == '-';
	unsigned base = 10;
	size_t n, start = 0;
	uint8_t *number;

	text += negative;
	if (text[0] == '0' && text[1] && strchr("xXbB", text[1])) {
		base = text[1] == 'x' || text[1] == 'X' ? 16 : 2;
		text += 2;
	} else if (text[0] == '0' && text[1]) {
		return "has a leading zero, which would be octal elsewhere";
	}
	if (strlen(text) > BIGINT_DIGITS_MAX)
		return "has more than 1000 digits";
	/* a digit is at most half a byte; one byte more for the sign */
	n = strlen(text) / 2 + 2;
	number = arena_alloc(a, n);
	for (; *text; text++) {
		int digit = hex_of(*text);

		if (digit < 0 || (unsigned)digit >= base)
			return "is no integer";
		times_plus(number, n, base, (unsigned)digit);
	}
	if (negative)
		negate(number, n);
	/* a leading byte that only repeats the sign goes */
	while (start + 1 < n && ((number[start] == 0x00 && number[start + 1] < 0x80) ||
				 (number[start] == 0xff && number[start + 1] >= 0x80)))
		start++;
	*bytes = (const char *)number + start;
	*len = n - start;
	return NULL;
}
