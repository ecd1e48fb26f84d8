/*
 * Every kind of value and its bytes: the shortest form both ways, every longer form on the
 * way in, and every input cut short at every length refused.
 * What was decoded is compared as text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <core/decode.h>
#include <core/encode.h>
#include <core/print.h>
#include <support/hex.h>
#include <support/places.h>

#define A31  "61616161616161616161616161616161616161616161616161616161616161"
#define A32  A31 "61"
#define T31  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define UUID "000102030405060708090a0b0c0d0e0f"

/* The text, the shortest form, and longer ones that mean the same. */
static const struct {
	const struct spy_field *type;
	const char *text, *shortest;
	const char *longer[8];
} forms[] = {
	{ &t_bool, "true", "c3", { NULL } },
	{ &t_bool, "false", "c2", { NULL } },
	{ &t_int,
	  "0",
	  "00",
	  { "cc00", "cd0000", "ce00000000", "cf0000000000000000", "d000", "d10000",
	    "d200000000", "d30000000000000000" } },
	{ &t_int, "127", "7f", { "cc7f", "d07f", "d1007f", "d20000007f" } },
	{ &t_int,
	  "128",
	  "cc80",
	  { "cd0080", "d10080", "ce00000080", "d30000000000000080" } },
	{ &t_int, "255", "ccff", { "cd00ff", "d100ff" } },
	{ &t_int, "256", "cd0100", { "ce00000100", "d10100" } },
	{ &t_int, "65535", "cdffff", { "ce0000ffff", "d20000ffff" } },
	{ &t_int, "65536", "ce00010000", { "cf0000000000010000", "d200010000" } },
	{ &t_int,
	  "4294967295",
	  "ceffffffff",
	  { "cf00000000ffffffff", "d300000000ffffffff" } },
	{ &t_int, "4294967296", "cf0000000100000000", { "d30000000100000000" } },
	{ &t_int, "9223372036854775807", "cf7fffffffffffffff", { "d37fffffffffffffff" } },
	{ &t_int, "-1", "ff", { "d0ff", "d1ffff", "d2ffffffff", "d3ffffffffffffffff" } },
	{ &t_int, "-32", "e0", { "d0e0" } },
	{ &t_int, "-33", "d0df", { "d1ffdf" } },
	{ &t_int, "-128", "d080", { "d1ff80" } },
	{ &t_int, "-129", "d1ff7f", { "d2ffffff7f" } },
	{ &t_int, "-32768", "d18000", { "d2ffff8000" } },
	{ &t_int, "-32769", "d2ffff7fff", { "d3ffffffffffff7fff" } },
	{ &t_int, "-2147483648", "d280000000", { "d3ffffffff80000000" } },
	{ &t_int, "-2147483649", "d3ffffffff7fffffff", { NULL } },
	{ &t_int, "-9223372036854775808", "d38000000000000000", { NULL } },
	{ &t_int8, "-128", "d080", { "d1ff80" } },
	{ &t_int8, "127", "7f", { "cf000000000000007f" } },
	{ &t_int16, "-32768", "d18000", { "d2ffff8000" } },
	{ &t_int16, "32767", "cd7fff", { "d17fff" } },
	{ &t_int32, "2147483647", "ce7fffffff", { "d27fffffff" } },
	{ &t_int32, "-2147483648", "d280000000", { NULL } },
	{ &t_uint8, "255", "ccff", { "d100ff" } },
	{ &t_uint16, "65535", "cdffff", { "d20000ffff" } },
	{ &t_uint32, "4294967295", "ceffffffff", { "d300000000ffffffff" } },
	{ &t_uint64, "18446744073709551615", "cfffffffffffffffff", { NULL } },
	{ &t_uint64, "9223372036854775808", "cf8000000000000000", { NULL } },
	{ &t_uint64, "7", "07", { "d007" } },
	{ &t_duration, "\"-1.5s\"", "d2a697d100", { NULL } },
	{ &t_duration, "\"0.000000001s\"", "01", { "d001" } },
	{ &t_float, "0.5", "ca3f000000", { "cb3fe0000000000000" } },
	{ &t_float, "7", "ca40e00000", { "07", "cc07", "cb401c000000000000" } },
	{ &t_float, "-3", "cac0400000", { "fd" } },
	{ &t_float, "NaN", "ca7fc00000", { "cb7ff8000000000000" } },
	{ &t_float, "Infinity", "ca7f800000", { "cb7ff0000000000000" } },
	{ &t_float,
	  "3.4028235e+38",
	  "ca7f7fffff",
	  { "cb47efffffe0000000", "cb47efffffefffffff" } },
	{ &t_double, "0.1", "cb3fb999999999999a", { NULL } },
	{ &t_double, "-0", "cb8000000000000000", { "ca80000000" } },
	{ &t_double,
	  "1.8446744073709552e+19",
	  "cb43f0000000000000",
	  { "cfffffffffffffffff" } },
	{ &t_double, "-Infinity", "cbfff0000000000000", { "caff800000" } },
	{ &t_double, "1.0000000149011612", "cb3ff0000004000000", { NULL } },
	{ &t_string, "\"\"", "a0", { "d900", "da0000", "db00000000" } },
	{ &t_string, "\"hi\"", "a26869", { "d9026869", "da00026869", "db000000026869" } },
	{ &t_string, "\"" T31 "\"", "bf" A31, { "d91f" A31 } },
	{ &t_string, "\"" T31 "a\"", "d920" A32, { "da0020" A32, "db00000020" A32 } },
	{ &t_string,
	  "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
	  "a9c3a9e282acf09f9880",
	  { NULL } },
	{ &t_string, "\"a\\\"\\n\\u0001\"", "a461220a01", { NULL } },
	{ &t_opt_text, "\"x\"", "a178", { NULL } },
	{ &t_opt_text, "null", "c0", { NULL } },
	{ &t_opt_int, "null", "c0", { NULL } },
	{ &t_opt_int, "5", "05", { NULL } },
	{ &t_text3, "\"abc\"", "a3616263", { NULL } },
	{ &t_bytes, "\"0x\"", "c400", { "c50000", "c600000000" } },
	{ &t_bytes, "\"0x00ff\"", "c40200ff", { "c5000200ff", "c60000000200ff" } },
	{ &t_bytes3, "\"0x010203\"", "c403010203", { NULL } },
	{ &t_time,
	  "\"1970-01-01T00:00:00Z\"",
	  "d6ff00000000",
	  { "c704ff00000000", "c80004ff00000000", "c900000004ff00000000",
	    "d7ff0000000000000000", "c70cff000000000000000000000000" } },
	{ &t_time,
	  "\"2106-02-07T06:28:15Z\"",
	  "d6ffffffffff",
	  { "d7ff00000000ffffffff" } },
	{ &t_time, "\"2106-02-07T06:28:16Z\"", "d7ff0000000100000000", { NULL } },
	{ &t_time,
	  "\"1970-01-01T00:00:00.000000001Z\"",
	  "d7ff0000000400000000",
	  { "c708ff0000000400000000" } },
	{ &t_time,
	  "\"2514-05-30T01:53:03.999999999Z\"",
	  "d7ffee6b27ffffffffff",
	  { "c70cff3b9ac9ff00000003ffffffff" } },
	{ &t_time,
	  "\"2514-05-30T01:53:04Z\"",
	  "c70cff000000000000000400000000",
	  { NULL } },
	{ &t_time,
	  "\"1969-12-31T23:59:59.5Z\"",
	  "c70cff1dcd6500ffffffffffffffff",
	  { NULL } },
	{ &t_time,
	  "\"-0001-12-31T23:59:59Z\"",
	  "c70cff00000000fffffff1868b83ff",
	  { NULL } },
	{ &t_uuid,
	  "\"00010203-0405-0607-0809-0a0b0c0d0e0f\"",
	  "d802" UUID,
	  { "c71002" UUID, "c8001002" UUID, "c90000001002" UUID } },
	{ &t_uri, "\"\"", "a0", { NULL } },
	{ &t_uri,
	  "\"http://[::1]:80/a?b#c\"",
	  "b5687474703a2f2f5b3a3a315d3a38302f613f622363",
	  { NULL } },
	{ &t_bigint, "0", "d40300", { "c7010300", "d5030000", "c8000103 00" } },
	{ &t_bigint, "-1", "d403ff", { "d503ffff", "d603ffffffff" } },
	{ &t_bigint, "128", "d5030080", { "c703030000 80" } },
	{ &t_bigint, "-128", "d40380", { "d503ff80" } },
	{ &t_bigint, "-129", "d503ff7f", { NULL } },
	{ &t_bigint, "18446744073709551616", "c70903010000000000000000", { NULL } },
	{ &t_mood, "\"happy\"", "05", { "cc05", "d005" } },
	{ &t_level, "\"low\"", "fd", { "d0fd" } },
	{ &t_level, "\"high\"", "ce00011170", { "d200011170" } },
	{ &t_ints, "[]", "90", { "dc0000", "dd00000000" } },
	{ &t_ints,
	  "[1, -1, 300]",
	  "9301ffcd012c",
	  { "dc000301ffcd012c", "dd0000000301ffcd012c" } },
	{ &t_ints2, "[1, 2]", "920102", { NULL } },
	{ &t_opt_ints, "[null, 4]", "92c004", { NULL } },
	{ &t_doubles,
	  "[1, 0.5]",
	  "92cb3ff0000000000000cb3fe0000000000000",
	  { "9201ca3f000000" } },
	{ &t_moods, "[\"calm\", \"angry\"]", "920006", { NULL } },
	{ &t_names,
	  "{\"1\": \"a\", \"2\": \"b\"}",
	  "8201a16102a162",
	  { "de000201a16102a162", "df0000000201a16102a162" } },
	{ &t_points, "{\"calm\": {\"x\": 1, \"y\": 2}}", "8100920102", { NULL } },
	{ &t_pair, "[3, null]", "9203c0", { "dc000203c0" } },
	{ &t_point,
	  "{\"x\": 1, \"y\": 2}",
	  "920102",
	  { "dc00020102", "dd000000020102" } },
	{ &t_maybe, "[{\"x\": 1, \"y\": 2}, null]", "92920102c0", { NULL } },
	{ &t_shape,
	  "{\"sample.Point\": {\"x\": 1, \"y\": 2}}",
	  "9200920102",
	  { "92cc00920102" } },
	{ &t_shape, "{\"sample.Mood\": \"angry\"}", "920106", { NULL } },
	{ &t_animal,
	  "{\"sample.Cat\": {\"name\": \"Tom\", \"lives\": 8}}",
	  "92019291a3546f6d08",
	  { NULL } },
	{ &t_node,
	  "{\"value\": 1, \"children\": [], \"next\": {\"value\": 2, \"children\": [], "
	  "\"next\": null}}",
	  "930190930290c0",
	  { NULL } },
	{ &t_any, "null", "c0", { NULL } },
	{ &t_any, "true", "c3", { NULL } },
	{ &t_any, "18446744073709551615", "cfffffffffffffffff", { NULL } },
	{ &t_any, "-5", "fb", { "d0fb", "d3fffffffffffffffb" } },
	{ &t_any, "0.5", "ca3f000000", { NULL } },
	{ &t_any, "0.5", "cb3fe0000000000000", { NULL } },
	{ &t_any, "hi \"you\"", "a8686920 22796f7522", { "d908686920 22796f7522" } },
	{ &t_any, "\"0x0102\"", "c4020102", { NULL } },
	{ &t_any,
	  "\"1970-01-01T00:00:01Z\"",
	  "d6ff00000001",
	  { "d7ff0000000000000001" } },
	{ &t_any,
	  "\"00010203-0405-0607-0809-0a0b0c0d0e0f\"",
	  "d802" UUID,
	  { "c71002" UUID } },
	{ &t_any, "-2", "d403fe", { "d503fffe" } },
	{ &t_any, "[1, [\"a\", null], {\"2\": {}}]", "930192a161c0810280", { NULL } },
	{ &t_any, "{\"a\": 1, \"1\": 2, \"null\": 3}", "83a161010102c003", { NULL } },
	{ &t_any,
	  "{\"sample.Point\": [1, 2]}",
	  "d801 ac73616d706c652e506f696e74 920102",
	  { "c71001 ac73616d706c652e506f696e74 920102",
	    "c8001001 ac73616d706c652e506f696e74 920102" } },
};

static struct spy_arena arena;

static int decode(const struct spy_field *type, const uint8_t *data, size_t len,
		  const void **box)
{
	spy_arena_reset(&arena);
	return spy_decode(&arena, type, data, len, 0, box);
}

static void assert_text(const struct spy_field *type, const void *box, const char *text)
{
	struct spy_buf buf = { 0 };

	if (!box)
		spy_buf_append(&buf, "null", 4);
	else if (type->kind == SPY_KIND_ANY)
		assert_int_equal(spy_print_any(&buf, box), 0);
	else
		assert_int_equal(spy_print_value(&buf, type->type, box), 0);
	spy_buf_append(&buf, "", 1);
	assert_false(buf.failed);
	assert_string_equal((const char *)buf.data, text);
	spy_buf_free(&buf);
}

static void assert_encodes(const struct spy_field *type, const void *box,
			   const char *shortest)
{
	struct spy_buf buf = { 0 };
	size_t len;
	uint8_t *want = hex_bytes(shortest, &len);

	assert_int_equal(spy_encode(&buf, type, box, 0), 0);
	if (buf.len != len || memcmp(buf.data, want, len) != 0)
		fail_msg("%s came out as %s", shortest, hex_text(buf.data, buf.len));
	free(want);
	spy_buf_free(&buf);
}

/* Cut short it is refused, and so is one byte too many. */
static void assert_whole(const struct spy_field *type, const uint8_t *data, size_t len)
{
	const void *box;
	size_t n;

	for (n = 0; n < len; n++) {
		uint8_t *copy = malloc(n ? n : 1);

		memcpy(copy, data, n);
		assert_int_equal(decode(type, copy, n, &box), SPY_EINVALID_ARGUMENT);
		free(copy);
	}
	uint8_t *copy = malloc(len + 1);

	memcpy(copy, data, len);
	copy[len] = 0xc0;
	assert_int_equal(decode(type, copy, len + 1, &box), SPY_EINVALID_ARGUMENT);
	free(copy);
}

static void forms_both_ways(void **state)
{
	size_t i, k, len;
	const void *box;

	(void)state;
	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		for (k = 0; k <= 8; k++) {
			const char *hex = k ? forms[i].longer[k - 1] : forms[i].shortest;
			uint8_t *data;
			int r;

			if (!hex)
				break;
			data = hex_bytes(hex, &len);
			r = decode(forms[i].type, data, len, &box);
			if (r)
				fail_msg("%s: %s: %s", forms[i].text, hex,
					 spy_strerror(r));
			assert_text(forms[i].type, box, forms[i].text);
			if (forms[i].type != &t_any ||
			    ((const struct spy_any *)box)->kind != SPY_ANY_FLOAT)
				assert_encodes(forms[i].type, box, forms[i].shortest);
			assert_whole(forms[i].type, data, len);
			free(data);
		}
	}
	spy_arena_free(&arena);
}

/* A number that an enum does not declare, in sets and keys too: the default, once. */
static void unknown_numbers(void **state)
{
	static const struct {
		const struct spy_field *type;
		const char *bytes, *text;
	} cases[] = {
		{ &t_mood, "07", "\"calm\"" },
		{ &t_mood, "cfffffffffffffffff", "\"calm\"" },
		{ &t_mood, "d38000000000000000", "\"calm\"" },
		{ &t_moods, "920708", "[\"calm\"]" },
		{ &t_moods, "93ffcfffffffffffffffff05", "[\"calm\", \"happy\"]" },
		{ &t_moods, "9c000102030405060708090a0b",
		  "[\"calm\", \"happy\", \"angry\"]" },
		{ &t_points, "8208920102 09920304", "{\"calm\": {\"x\": 1, \"y\": 2}}" },
	};
	size_t i, len;
	const void *box;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t *data = hex_bytes(cases[i].bytes, &len);

		assert_int_equal(decode(cases[i].type, data, len, &box), 0);
		assert_text(cases[i].type, box, cases[i].text);
		free(data);
	}
	spy_arena_free(&arena);
}

/* Longer than it needs to be is not sent either, but put right. */
static void senders_shorten(void **state)
{
	struct spy_bigint big = { (const uint8_t *)"\0\0\x7f", 3 };
	struct spy_any any = { .kind = SPY_ANY_UINT, .natural = 3 };

	(void)state;
	assert_encodes(&t_bigint, &big, "d4037f");
	big = (struct spy_bigint){ (const uint8_t *)"\xff\xff\x7f", 3 };
	assert_encodes(&t_bigint, &big, "d503ff7f");
	assert_encodes(&t_any, &any, "03");
	any = (struct spy_any){ .kind = SPY_ANY_STRING,
				.len = SPY_STRLEN,
				.string = "hi" };
	assert_encodes(&t_any, &any, "a26869");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_both_ways),
		cmocka_unit_test(unknown_numbers),
		cmocka_unit_test(senders_shorten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
