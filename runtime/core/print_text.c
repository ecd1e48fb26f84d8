/*
 * The text of scalars, for print.c: numbers, strings, instants. Appends to a buffer;
 * running out of memory shows there.
 */
#include <stdio.h>
#include <stdlib.h>

#include <core/print_text.h>

/* Of one number, instant or duration as text. */
#define NUMBER_MAX 48

/* A bigint of up to this many bytes is written in decimal digits: more would take time that
 * grows with the square of a length that a peer chooses. */
#define DECIMAL_MAX 32

void spy_text(struct spy_buf *buf, const char *text)
{
	spy_buf_append(buf, text, strlen(text));
}

void spy_text_char(struct spy_buf *buf, char c)
{
	spy_buf_append(buf, &c, 1);
}

void spy_text_int(struct spy_buf *buf, int64_t number)
{
	char text[NUMBER_MAX];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	spy_text(buf, text);
}

void spy_text_uint(struct spy_buf *buf, uint64_t number)
{
	char text[NUMBER_MAX];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	spy_text(buf, text);
}

/* The fewest digits that give the same number when they are read again. */
void spy_text_double(struct spy_buf *buf, double number, bool narrow)
{
	char text[NUMBER_MAX], *comma;
	int digits;

	if (number != number) {
		spy_text(buf, "NaN");
		return;
	}
	if (number - number != 0) {
		spy_text(buf, number > 0 ? "Infinity" : "-Infinity");
		return;
	}
	for (digits = narrow ? 6 : 15; digits <= 17; digits++) {
		double back;

		snprintf(text, sizeof(text), "%.*g", digits, number);
		back = strtod(text, NULL);
		if (narrow ? (float)back == (float)number : back == number)
			break;
	}
	/* whatever the program's locale is */
	comma = strchr(text, ',');
	if (comma)
		*comma = '.';
	spy_text(buf, text);
}

/* Quoted as in JSON; UTF-8 stays as it is. */
void spy_text_string(struct spy_buf *buf, const char *text, size_t len)
{
	static const char names[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
	char escape[8];
	size_t i;

	spy_text_char(buf, '"');
	for (i = 0; i < len; i++) {
		const char *name = text[i] ? strchr(names, text[i]) : NULL;

		if (name) {
			spy_text_char(buf, '\\');
			spy_text_char(buf, letters[name - names]);
		} else if ((uint8_t)text[i] < 0x20 || text[i] == 0x7f) {
			snprintf(escape, sizeof(escape), "\\u%04x", (uint8_t)text[i]);
			spy_text(buf, escape);
		} else {
			spy_text_char(buf, text[i]);
		}
	}
	spy_text_char(buf, '"');
}

static void put_hex(struct spy_buf *buf, const uint8_t *data, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		spy_text_char(buf, hex[data[i] >> 4]);
		spy_text_char(buf, hex[data[i] & 15]);
	}
}

void spy_text_bytes(struct spy_buf *buf, const uint8_t *data, size_t len)
{
	spy_text(buf, "\"0x");
	put_hex(buf, data, len);
	spy_text_char(buf, '"');
}

void spy_text_uuid(struct spy_buf *buf, const struct spy_uuid *uuid)
{
	static const uint8_t groups[] = { 4, 2, 2, 2, 6 };
	size_t at = 0, i;

	spy_text_char(buf, '"');
	for (i = 0; i < sizeof(groups); at += groups[i++]) {
		if (i)
			spy_text_char(buf, '-');
		put_hex(buf, uuid->bytes + at, groups[i]);
	}
	spy_text_char(buf, '"');
}

/* Nanoseconds as a fraction without trailing zeros, nothing for none. */
static void put_fraction(struct spy_buf *buf, uint32_t nanoseconds)
{
	char text[16];
	int digits = 9;

	nanoseconds %= 1000000000;
	if (!nanoseconds)
		return;
	for (; nanoseconds % 10 == 0; digits--)
		nanoseconds /= 10;
	snprintf(text, sizeof(text), ".%0*u", digits, nanoseconds);
	spy_text(buf, text);
}

/* "2026-08-01T09:30:00.25Z", by days since the first of March of year 0 of the Gregorian
 * calendar, where leap days come last. Years beyond four digits get a sign. */
void spy_text_time(struct spy_buf *buf, int64_t seconds, uint32_t nanoseconds)
{
	int64_t days = seconds / 86400, rest = seconds % 86400, era, year;
	unsigned day, month, of_year, of_era;
	char text[NUMBER_MAX];

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	days += 719468; /* from 0000-03-01 to 1970-01-01 */
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = (unsigned)(days - era * 146097);
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (unsigned)(365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	day = of_year - (153 * month + 2) / 5 + 1;
	month = month < 10 ? month + 3 : month - 9;
	year += era * 400 + (month <= 2);
	snprintf(text, sizeof(text), year < 0 || year > 9999 ? "%+05lld" : "%04lld",
		 (long long)year);
	spy_text_char(buf, '"');
	spy_text(buf, text);
	snprintf(text, sizeof(text), "-%02u-%02uT%02d:%02d:%02d", month, day,
		 (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
	spy_text(buf, text);
	put_fraction(buf, nanoseconds);
	spy_text(buf, "Z\"");
}

/* Seconds: "1.5s", "-0.00025s". */
void spy_text_duration(struct spy_buf *buf, int64_t duration)
{
	uint64_t size = duration < 0 ? -(uint64_t)duration : (uint64_t)duration;

	spy_text(buf, duration < 0 ? "\"-" : "\"");
	spy_text_uint(buf, size / 1000000000);
	put_fraction(buf, (uint32_t)(size % 1000000000));
	spy_text(buf, "s\"");
}

/* Decimal when it is of reasonable length, else hexadecimal two's complement. */
void spy_text_bigint(struct spy_buf *buf, const uint8_t *data, size_t len)
{
	uint8_t size[DECIMAL_MAX + 1];
	char digits[3 * (DECIMAL_MAX + 1)];
	size_t at = sizeof(digits), i;
	bool negative = len && data[0] & 0x80, carry = negative, more;

	if (!len || len > DECIMAL_MAX) {
		spy_text_bytes(buf, data, len);
		return;
	}
	for (i = len; i-- > 0;) {
		size[i] = (uint8_t)((negative ? ~data[i] : data[i]) + carry);
		carry = carry && size[i] == 0;
	}
	digits[--at] = '\0';
	do {
		unsigned rest = 0;

		for (more = false, i = 0; i < len; i++) {
			rest = rest << 8 | size[i];
			size[i] = (uint8_t)(rest / 10);
			rest %= 10;
			more |= size[i] != 0;
		}
		digits[--at] = (char)('0' + rest);
	} while (more);
	if (negative)
		spy_text_char(buf, '-');
	spy_text(buf, digits + at);
}
