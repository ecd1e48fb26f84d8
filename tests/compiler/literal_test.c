/* Literals: values, limits and reasons for refusal. */
#include "literal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void integers(void **state)
{
	bool negative;
	uint64_t n;

	(void)state;
	assert_null(literal_int("0", &negative, &n));
	assert_true(n == 0 && !negative);
	assert_null(literal_int("-0", &negative, &n));
	assert_false(negative);
	assert_null(literal_int("0xFf", &negative, &n));
	assert_int_equal(n, 255);
	assert_null(literal_int("-0b101", &negative, &n));
	assert_true(n == 5 && negative);
	assert_null(literal_int("18446744073709551615", &negative, &n));
	assert_true(n == UINT64_MAX);
	assert_non_null(literal_int("18446744073709551616", &negative, &n));
	assert_non_null(literal_int("0x10000000000000000", &negative, &n));
	assert_non_null(literal_int("007", &negative, &n));
	assert_non_null(literal_int("12ab", &negative, &n));
}

static void doubles(void **state)
{
	double d;

	(void)state;
	assert_null(literal_double("0.1", false, &d));
	assert_true(d == 0.1);
	assert_null(literal_double("0.1", true, &d));
	assert_true(d == (double)0.1f);
	assert_null(literal_double("-3", false, &d));
	assert_true(d == -3.0);
	assert_non_null(literal_double("1e39", true, &d));
	assert_null(literal_double("1e39", false, &d));
	assert_non_null(literal_double("1e999", false, &d));
	assert_non_null(literal_double("01.5", false, &d));
}

static void durations(void **state)
{
	int64_t ns;

	(void)state;
	assert_null(literal_duration("10s", &ns));
	assert_int_equal(ns, 10000000000);
	assert_null(literal_duration("-1h30m", &ns));
	assert_int_equal(ns, -5400000000000);
	assert_null(literal_duration("1d2h3m4s5ms6us7ns", &ns));
	assert_int_equal(ns, 93784005006007);
	assert_null(literal_duration("9223372036854775807ns", &ns));
	assert_true(ns == INT64_MAX);
	assert_non_null(literal_duration("9223372036854775808ns", &ns));
	assert_non_null(literal_duration("99999999999999999999s", &ns));
	assert_non_null(literal_duration("106752d", &ns));
	assert_non_null(literal_duration("1s1h", &ns));
	assert_non_null(literal_duration("1s1s", &ns));
}

static void sizes(void **state)
{
	uint64_t n;

	(void)state;
	assert_null(literal_size("64KiB", &n));
	assert_int_equal(n, 65536);
	assert_null(literal_size("3GiB", &n));
	assert_true(n == (uint64_t)3 << 30);
	assert_non_null(literal_size("99999999999999999GiB", &n));
}

static void strings(void **state)
{
	struct arena a;
	const char *s;
	size_t len, at, at_len;

	(void)state;
	arena_init(&a);
	assert_null(literal_string(&a, "\"a\\n\\\"\\\\\\t\\r\"", &s, &len, &at, &at_len));
	assert_string_equal(s, "a\n\"\\\t\r");
	assert_null(literal_string(&a, "\"\\u{e9}\\u{20ac}\\u{1F600}x\"", &s, &len, &at,
				   &at_len));
	assert_string_equal(s, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80x");
	assert_int_equal(len, 10);
	assert_non_null(literal_string(&a, "\"ab\\q\"", &s, &len, &at, &at_len));
	assert_int_equal(at, 3);
	assert_int_equal(at_len, 2);
	assert_non_null(literal_string(&a, "\"\\0\"", &s, &len, &at, &at_len));
	assert_non_null(literal_string(&a, "\"\\u{0}\"", &s, &len, &at, &at_len));
	assert_non_null(literal_string(&a, "\"\\u{d800}\"", &s, &len, &at, &at_len));
	assert_non_null(literal_string(&a, "\"\\u{110000}\"", &s, &len, &at, &at_len));
	assert_non_null(literal_string(&a, "\"\\u{\"", &s, &len, &at, &at_len));
	assert_non_null(literal_string(&a, "\"\\u{1234567}\"", &s, &len, &at, &at_len));
	arena_free(&a);
}

static void times(void **state)
{
	int64_t s;
	uint32_t ns;

	(void)state;
	assert_null(literal_time("1970-01-01T00:00:00Z", &s, &ns));
	assert_true(s == 0 && ns == 0);
	assert_null(literal_time("2024-02-29T23:59:59.000000001Z", &s, &ns));
	assert_true(s == 1709251199 && ns == 1);
	assert_null(literal_time("0001-01-01T00:00:00.5Z", &s, &ns));
	assert_true(s == -62135596800 && ns == 500000000);
	assert_null(literal_time("9999-12-31T23:59:59.999999999Z", &s, &ns));
	assert_true(s == 253402300799 && ns == 999999999);
	assert_non_null(literal_time("2023-02-29T00:00:00Z", &s, &ns));
	assert_non_null(literal_time("1900-02-29T00:00:00Z", &s, &ns));
	assert_non_null(literal_time("2024-13-01T00:00:00Z", &s, &ns));
	assert_non_null(literal_time("2024-01-01T24:00:00Z", &s, &ns));
	assert_non_null(literal_time("2024-01-01T00:00:00", &s, &ns));
	assert_non_null(literal_time("2024-01-01T00:00:00.Z", &s, &ns));
	assert_non_null(literal_time("2024-01-01T00:00:00+01:00", &s, &ns));
	assert_non_null(literal_time("2024-01-01T00:00:00.1234567890Z", &s, &ns));
	assert_non_null(literal_time("", &s, &ns));
}

static void uuids(void **state)
{
	static const uint8_t expected[16] = { 0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b,
					      0x12, 0xd3, 0xA4, 0x56, 0x42, 0x66,
					      0x14, 0x17, 0x40, 0x00 };
	uint8_t uuid[16];

	(void)state;
	assert_null(literal_uuid("123e4567-e89b-12d3-A456-426614174000", uuid));
	assert_memory_equal(uuid, expected, 16);
	assert_non_null(literal_uuid("123e4567e89b12d3a456426614174000", uuid));
	assert_non_null(literal_uuid("123e4567-e89b-12d3-a456-42661417400", uuid));
	assert_non_null(literal_uuid("123e4567-e89b-12d3-a456-42661417400x", uuid));
	assert_non_null(literal_uuid("123e4567-e89b-12d3-a4561426614174000", uuid));
}

static void uris(void **state)
{
	(void)state;
	assert_null(literal_uri("https://example.org:80/a/b?c=d#e"));
	assert_null(literal_uri("mailto:a@b.c"));
	assert_null(literal_uri("../a/b:c"));
	assert_null(literal_uri("?q"));
	assert_null(literal_uri(""));
	assert_null(literal_uri("http://[::1]/"));
	assert_non_null(literal_uri(":a"));
	assert_non_null(literal_uri("1a:b"));
	assert_non_null(literal_uri("a b"));
	assert_non_null(literal_uri("%"));
	assert_non_null(literal_uri("%4"));
	assert_non_null(literal_uri("a#b#c"));
	assert_non_null(literal_uri("\xc3\xa9"));
}

static void bigint_is(struct arena *a, const char *text, const char *expected, size_t n)
{
	const char *bytes;
	size_t len;

	assert_null(literal_bigint(a, text, &bytes, &len));
	assert_int_equal(len, n);
	assert_memory_equal(bytes, expected, n);
}

static void bigints(void **state)
{
	struct arena a;
	char digits[BIGINT_DIGITS_MAX + 3];
	const char *bytes;
	size_t len;

	(void)state;
	arena_init(&a);
	bigint_is(&a, "0", "\x00", 1);
	bigint_is(&a, "-0", "\x00", 1);
	bigint_is(&a, "127", "\x7f", 1);
	bigint_is(&a, "128", "\x00\x80", 2);
	bigint_is(&a, "-1", "\xff", 1);
	bigint_is(&a, "-128", "\x80", 1);
	bigint_is(&a, "-129", "\xff\x7f", 2);
	bigint_is(&a, "256", "\x01\x00", 2);
	bigint_is(&a, "-256", "\xff\x00", 2);
	bigint_is(&a, "0xff", "\x00\xff", 2);
	bigint_is(&a, "18446744073709551616", "\x01\0\0\0\0\0\0\0\0", 9);
	memset(digits, '9', sizeof(digits));
	digits[BIGINT_DIGITS_MAX] = '\0';
	assert_null(literal_bigint(&a, digits, &bytes, &len));
	assert_int_equal(len, 416);
	digits[BIGINT_DIGITS_MAX] = '9';
	digits[BIGINT_DIGITS_MAX + 1] = '\0';
	assert_non_null(literal_bigint(&a, digits, &bytes, &len));
	assert_non_null(literal_bigint(&a, "00", &bytes, &len));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers),  cmocka_unit_test(doubles),
		cmocka_unit_test(durations), cmocka_unit_test(sizes),
		cmocka_unit_test(strings),   cmocka_unit_test(times),
		cmocka_unit_test(uuids),     cmocka_unit_test(uris),
		cmocka_unit_test(bigints),
	};

	return cmocka_run_group_tests_name("literal", tests, NULL, NULL);
}
