/*
 * Every kind of value and its bytes: the shortest form both ways, every longer form on the
 * way in, what does not fit refused, and every input cut short at every length refused.
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
#include <spy/tables.h>
#include <support/hex.h>
#include <support/sample.h>

static const struct spy_type text3_type = { .kind = SPY_KIND_STRING,
					    .size = sizeof(char *) };
#define PLAIN(name, kind, type) \
	static const struct spy_field name = SPY_ITEM("", kind, type, 0)
PLAIN(t_bool, BOOL, spy_bool_type);
PLAIN(t_int8, INT8, spy_int8_type);
PLAIN(t_int16, INT16, spy_int16_type);
PLAIN(t_int32, INT32, spy_int32_type);
PLAIN(t_int, INT64, spy_int_type);
PLAIN(t_uint8, UINT8, spy_uint8_type);
PLAIN(t_uint16, UINT16, spy_uint16_type);
PLAIN(t_uint32, UINT32, spy_uint32_type);
PLAIN(t_uint64, UINT64, spy_uint64_type);
PLAIN(t_float, FLOAT, spy_float_type);
PLAIN(t_double, DOUBLE, spy_double_type);
PLAIN(t_string, STRING, spy_string_type);
PLAIN(t_bytes, BYTES, spy_bytes_type);
PLAIN(t_time, TIME, spy_time_type);
PLAIN(t_duration, DURATION, spy_duration_type);
PLAIN(t_uuid, UUID, spy_uuid_type);
PLAIN(t_uri, URI, spy_uri_type);
PLAIN(t_bigint, BIGINT, spy_bigint_type);
PLAIN(t_any, ANY, spy_any_type);
PLAIN(t_mood, ENUM, sample_mood_type);
PLAIN(t_level, ENUM, sample_level_type);
PLAIN(t_ints, LIST, sample_int32_list_type);
PLAIN(t_opt_ints, LIST, sample_opt_int_list_type);
PLAIN(t_doubles, SET, sample_double_set_type);
PLAIN(t_moods, SET, sample_mood_set_type);
PLAIN(t_names, MAP, sample_int_names_type);
PLAIN(t_points, MAP, sample_mood_points_type);
PLAIN(t_pair, TUPLE, sample_pair_type);
PLAIN(t_point, MODEL, sample_point_type);
PLAIN(t_maybe, LIST, sample_point_list_type);
PLAIN(t_shape, UNION, sample_shape_type);
PLAIN(t_animal, UNION, sample_animal_type);
PLAIN(t_node, MODEL, sample_node_type);
static const struct spy_field t_text3 = { "", &text3_type,     NULL, 0, SPY_NO_HAS,
					  3,  SPY_KIND_STRING, 0 };
static const struct spy_field t_bytes3 = { "", &spy_bytes_type, NULL, 0, SPY_NO_HAS,
					   3,  SPY_KIND_BYTES,	0 };
static const struct spy_field t_ints2 = {
	"", &sample_int32_list_type, NULL, 0, SPY_NO_HAS, 2, SPY_KIND_LIST, 0
};
static const struct spy_field t_opt_int =
	SPY_ITEM("", INT64, spy_int_type, SPY_FIELD_NULLABLE);
static const struct spy_field t_opt_text =
	SPY_ITEM("", STRING, spy_string_type, SPY_FIELD_NULLABLE);

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

/* Bytes that do not fit. */
static const struct {
	const struct spy_field *type;
	const char *bytes;
} misfits[] = {
	{ &t_bool, "00" },
	{ &t_bool, "01" },
	{ &t_bool, "c0" },
	{ &t_int, "c0" },
	{ &t_int, "ca00000000" },
	{ &t_int, "c3" },
	{ &t_int, "a130" },
	{ &t_int, "cf8000000000000000" },
	{ &t_int, "c1" },
	{ &t_int8, "cc80" },
	{ &t_int8, "d1ff7f" },
	{ &t_int16, "cd8000" },
	{ &t_int16, "d2ffff7fff" },
	{ &t_int32, "ce80000000" },
	{ &t_int32, "d3ffffffff7fffffff" },
	{ &t_uint8, "cd0100" },
	{ &t_uint8, "ff" },
	{ &t_uint16, "ce00010000" },
	{ &t_uint16, "d1ffff" },
	{ &t_uint32, "cf0000000100000000" },
	{ &t_uint32, "d2ffffffff" },
	{ &t_uint64, "ff" },
	{ &t_uint64, "d3ffffffffffffffff" },
	{ &t_duration, "cfffffffffffffffff" },
	{ &t_float, "cb47f0000000000000" },
	{ &t_float, "cb47effffff0000000" },
	{ &t_float, "cbc7f0000000000000" },
	{ &t_float, "a0" },
	{ &t_double, "c3" },
	{ &t_string, "c40161" },
	{ &t_string, "01" },
	{ &t_string, "c0" },
	{ &t_string, "a100" },
	{ &t_string, "a3610062" },
	{ &t_string, "a180" },
	{ &t_string, "a1ff" },
	{ &t_string, "a2c080" },
	{ &t_string, "a2c1bf" },
	{ &t_string, "a3e08080" },
	{ &t_string, "a3eda080" },
	{ &t_string, "a3edbfbf" },
	{ &t_string, "a4f0808080" },
	{ &t_string, "a4f4908080" },
	{ &t_string, "a4f5808080" },
	{ &t_string, "a2e282" },
	{ &t_string, "bf"
		     "61616161616161616161616161616161616161616161616161616161616180" },
	{ &t_string, "bf"
		     "00616161616161616161616161616161616161616161616161616161616161" },
	{ &t_text3, "a461626364" },
	{ &t_bytes, "a161" },
	{ &t_bytes3, "c40401020304" },
	{ &t_time, "00" },
	{ &t_time, "d7ffee6b280000000000" },
	{ &t_time, "d7ffffffffffffffffff" },
	{ &t_time, "c70cff3b9aca000000000000000000" },
	{ &t_time, "d4ff00" },
	{ &t_time, "c705ff0000000000" },
	{ &t_time, "c700ff" },
	{ &t_time, "d60000000000" },
	{ &t_uuid, "d803" UUID },
	{ &t_uuid, "d702"
		   "0001020304050607" },
	{ &t_uuid, "c70f02"
		   "000102030405060708090a0b0c0d0e" },
	{ &t_uuid,
	  "d924"
	  "30303031303230332d303430352d303630372d303830392d306130623063306430653066" },
	{ &t_uri, "a120" },
	{ &t_uri, "a23a61" },
	{ &t_bigint, "c70003" },
	{ &t_bigint, "05" },
	{ &t_bigint, "d40205" },
	{ &t_level, "00" },
	{ &t_level, "cf0000000100000001" },
	{ &t_level, "a36c6f77" },
	{ &t_mood, "c3" },
	{ &t_ints, "80" },
	{ &t_ints, "91c0" },
	{ &t_ints, "91a131" },
	{ &t_ints, "91ce80000000" },
	{ &t_ints2, "93010203" },
	{ &t_doubles, "920101" },
	{ &t_doubles, "9201cb3ff0000000000000" },
	{ &t_doubles, "92ca00000000cb8000000000000000" },
	{ &t_doubles, "92ca7fc00000cb7ff8000000000001" },
	{ &t_moods, "920505" },
	{ &t_moods, "9205cc05" },
	{ &t_moods, "920909" },
	{ &t_names, "9201a161" },
	{ &t_names, "82 01a161 cc01a162" },
	{ &t_names, "81c0a161" },
	{ &t_names, "8101c0" },
	{ &t_points, "82 05920102 05920102" },
	{ &t_points, "82 08920102 08920102" },
	{ &t_pair, "9103" },
	{ &t_pair, "9303c0c0" },
	{ &t_pair, "92c0c0" },
	{ &t_point, "90" },
	{ &t_point, "920103a0" },
	{ &t_point, "c0" },
	{ &t_point, "820102" },
	{ &t_shape, "9202c0" },
	{ &t_shape, "92ff920102" },
	{ &t_shape, "92cfffffffffffffffff920102" },
	{ &t_shape, "9100" },
	{ &t_shape, "930092010200" },
	{ &t_shape, "9200c0" },
	{ &t_shape, "920102ff" },
	{ &t_animal, "920190" },
	{ &t_animal, "9201920108" },
	{ &t_animal, "92019191a3546f6d90" },
	{ &t_any, "c1" },
	{ &t_any, "a1ff" },
	{ &t_any, "91a100" },
	{ &t_any, "8290019002" },
	{ &t_any, "8180c0" },
	{ &t_any, "820101 cc0102" },
	{ &t_any, "82a16101d9016102" },
	{ &t_any, "82ca3f80000001 cb3ff000000000000002" },
	{ &t_any, "81c70401a1619001c0" },
	{ &t_any, "d400ff" },
	{ &t_any, "d40400" },
	{ &t_any, "d4fe00" },
	{ &t_any, "d802"
		  "000102030405060708090a0b0c0d0e" },
	{ &t_any, "d402ff" },
	{ &t_any, "c70003" },
	{ &t_any, "d7ffffffffffffffffff" },
	{ &t_any, "d4ff00" },
	{ &t_any, "c70001" },
	{ &t_any, "d40101" },
	{ &t_any, "d501a1ff" },
	{ &t_any, "d401a1" },
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

static void misfits_are_refused(void **state)
{
	size_t i, len;
	const void *box;

	(void)state;
	for (i = 0; i < sizeof(misfits) / sizeof(*misfits); i++) {
		uint8_t *data = hex_bytes(misfits[i].bytes, &len);
		int r = decode(misfits[i].type, data, len, &box);

		if (r != SPY_EINVALID_ARGUMENT)
			fail_msg("%s: %s", misfits[i].bytes, spy_strerror(r));
		assert_null(box);
		free(data);
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

static void refuse(const struct spy_field *type, const void *box)
{
	struct spy_buf buf = { 0 };

	spy_buf_append(&buf, "before", 6);
	assert_int_equal(spy_encode(&buf, type, box, 0), SPY_EINVALID_ARGUMENT);
	assert_int_equal(buf.len, 6);
	assert_memory_equal(buf.data, "before", 6);
	assert_false(buf.failed);
	spy_buf_free(&buf);
}

/* What the receiver would refuse is not sent. */
static void senders_check(void **state)
{
	const char *text;
	int32_t number = 2;
	struct timespec time = { 0, 1000000000 };
	static const double same[] = { 1, 2, 1 };
	static const int32_t three[] = { 1, 2, 3 };
	struct sample_shape shape = { .kind = (enum sample_shape_kind)2 };
	struct spy_bytes bytes = { (const uint8_t *)"abcd", 4 };
	struct spy_bigint none = { NULL, 0 };
	struct sample_point_list points = { (const struct sample_point *const[]){ NULL },
					    1 };
	struct spy_any_entry twice[] = { { { .kind = SPY_ANY_INT, .integer = 1 }, { 0 } },
					 { { .kind = SPY_ANY_UINT, .natural = 1 },
					   { 0 } } };
	struct spy_any_entry composite[] = { { { .kind = SPY_ANY_ARRAY }, { 0 } } };
	struct spy_any any = { .kind = SPY_ANY_MAP, .len = 2, .entries = twice };

	(void)state;
	refuse(&t_int, NULL);
	refuse(&t_string, NULL);
	text = NULL;
	refuse(&t_string, &text);
	text = "\xff";
	refuse(&t_string, &text);
	text = "long enough for whole words \xc0\x80";
	refuse(&t_string, &text);
	text = "abcd";
	refuse(&t_text3, &text);
	refuse(&t_bytes3, &bytes);
	text = "http://a b";
	refuse(&t_uri, &text);
	text = NULL;
	refuse(&t_uri, &text);
	refuse(&t_level, &number);
	refuse(&t_mood, &number);
	refuse(&t_time, &time);
	time.tv_nsec = -1;
	refuse(&t_time, &time);
	refuse(&t_bigint, &none);
	refuse(&t_doubles, &(struct sample_double_set){ same, 3 });
	refuse(&t_ints2, &(struct sample_int32_list){ three, 3 });
	refuse(&t_shape, &shape);
	shape.kind = (enum sample_shape_kind) - 1;
	refuse(&t_shape, &shape);
	refuse(&t_any, &any);
	any = (struct spy_any){ .kind = SPY_ANY_MAP, .len = 1, .entries = composite };
	refuse(&t_any, &any);
	any = (struct spy_any){ .kind = SPY_ANY_STRING, .len = 3, .string = "a\0b" };
	refuse(&t_any, &any);
	any = (struct spy_any){ .kind = SPY_ANY_FLOAT, .number = 1e300 };
	refuse(&t_any, &any);
	any = (struct spy_any){ .kind = SPY_ANY_TIME, .len = 1000000000 };
	refuse(&t_any, &any);
	any = (struct spy_any){ .kind = (enum spy_any_kind)99 };
	refuse(&t_any, &any);
	assert_encodes(&t_maybe, &points, "91c0");
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
		cmocka_unit_test(forms_both_ways), cmocka_unit_test(misfits_are_refused),
		cmocka_unit_test(unknown_numbers), cmocka_unit_test(senders_check),
		cmocka_unit_test(senders_shorten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
