/*
 * What does not fit its type: refused by the reader, whatever bytes say it, and by the
 * sender before it is bytes.
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
#include <support/hex.h>
#include <support/places.h>

#define UUID "000102030405060708090a0b0c0d0e0f"

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
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(misfits_are_refused),
		cmocka_unit_test(senders_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
