/* What can be done with values in memory: defaults, comparing, printing, `any` and objects. */
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
#include <support/sample.h>

static void now(struct timespec *time)
{
	*time = (struct timespec){ 1785576600, 250000000 };
}

static void random_bytes(void *bytes, size_t len)
{
	memset(bytes, 0x11, len);
}

static const struct spy_env env = { now, random_bytes };

static void assert_prints(const struct spy_type *type, const void *value,
			  const char *text)
{
	struct spy_buf buf = { 0 };

	assert_int_equal(spy_print_value(&buf, type, value), 0);
	spy_buf_append(&buf, "", 1);
	assert_string_equal((const char *)buf.data, text);
	spy_buf_free(&buf);
}

static void defaults(void **state)
{
	struct sample_all all;
	struct sample_animal animal;

	(void)state;
	memset(&all, 0xff, sizeof(all));
	spy_value_init_env(&sample_all_type, &all, &env);
	assert_int_equal(all.secret, 11);
	assert_int_equal(all.defaulted, 42);
	assert_string_equal(all.greeting, "hello");
	assert_int_equal(all.made_at.tv_sec, 1785576600);
	assert_int_equal(all.key.bytes[6], 0x41);
	assert_int_equal(all.key.bytes[8], 0x91);
	assert_int_equal(all.point.y, 7);
	assert_int_equal(all.shape.kind, SAMPLE_SHAPE_POINT);
	assert_int_equal(all.shape.point.y, 7);
	assert_null(all.a_string);
	assert_null(all.maybe_point);
	assert_int_equal(all.numbers.len, 0);
	assert_false(all.has_maybe_int);
	assert_int_equal(all.base.id, 0);
	/* without a clock and randomness: zeros */
	spy_value_init_env(&sample_all_type, &all, NULL);
	assert_int_equal(all.made_at.tv_sec, 0);
	assert_int_equal(all.key.bytes[6], 0);
	spy_value_init_env(&sample_animal_type, &animal, NULL);
	assert_int_equal(animal.kind, SAMPLE_ANIMAL_DOG);
}

static void sets_compare_in_any_order(void **state)
{
	static const double abc[] = { 1, 2, 3 }, cab[] = { 3, 1, 2 }, abd[] = { 1, 2, 4 };
	struct sample_double_set a = { abc, 3 }, b = { cab, 3 }, c = { abd, 3 },
				 d = { abc, 2 };
	static const struct sample_int_name ab[] = { { 1, "a" }, { 2, "b" } };
	static const struct sample_int_name ba[] = { { 2, "b" }, { 1, "a" } };
	static const struct sample_int_name ac[] = { { 1, "a" }, { 2, "c" } };
	struct sample_int_names m = { ab, 2 }, n = { ba, 2 }, o = { ac, 2 };
	static const int32_t x[] = { 1, 2 }, y[] = { 2, 1 };
	struct sample_int32_list list = { x, 2 }, reversed = { y, 2 };

	(void)state;
	assert_true(spy_value_equal(&sample_double_set_type, &a, &b));
	assert_false(spy_value_equal(&sample_double_set_type, &a, &c));
	assert_false(spy_value_equal(&sample_double_set_type, &a, &d));
	assert_true(spy_value_equal(&sample_int_names_type, &m, &n));
	assert_false(spy_value_equal(&sample_int_names_type, &m, &o));
	assert_false(spy_value_equal(&sample_int32_list_type, &list, &reversed));
	assert_true(spy_value_equal(&sample_int32_list_type, &list, &list));
	assert_false(spy_value_equal(&sample_int32_list_type, &list, NULL));
}

static void numbers_compare(void **state)
{
	double nan = __builtin_nan(""), zero = 0, minus_zero = -0.0;
	struct spy_any f = { .kind = SPY_ANY_FLOAT, .number = 0.5 };
	struct spy_any d = { .kind = SPY_ANY_DOUBLE, .number = 0.5 };
	struct spy_any i = { .kind = SPY_ANY_INT, .integer = -1 };
	struct spy_any u = { .kind = SPY_ANY_UINT, .natural = UINT64_MAX };

	(void)state;
	assert_true(spy_value_equal(&spy_double_type, &nan, &nan));
	assert_true(spy_value_equal(&spy_double_type, &zero, &minus_zero));
	assert_false(spy_value_equal(&spy_double_type, &zero, &nan));
	assert_true(spy_any_equal(&f, &d));
	assert_false(spy_any_equal(&i, &u));
	u.natural = 7;
	i.integer = 7;
	assert_true(spy_any_equal(&i, &u));
	assert_false(spy_any_equal(&i, &d));
}

static void models_print(void **state)
{
	static const char *const tricks[] = { "sit", "\"roll\"" };
	struct sample_animal animal = { .kind = SAMPLE_ANIMAL_DOG,
					.dog = { { "Rex" }, { tricks, 2 } } };
	struct sample_base base = { 1, NULL };
	static const uint8_t big[33] = { 0x7f };
	struct spy_bigint huge = { big, sizeof(big) };
	int64_t duration = INT64_MIN;
	struct timespec time = { INT64_MAX, 0 };
	enum sample_mood mood = (enum sample_mood)99;

	(void)state;
	assert_prints(
		&sample_animal_type, &animal,
		"{\"sample.Dog\": {\"name\": \"Rex\", \"tricks\": [\"sit\", \"\\\"roll\\\"\"]}}");
	assert_prints(&sample_base_type, &base, "{\"id\": 1, \"owner\": null}");
	assert_prints(
		&spy_bigint_type, &huge,
		"\"0x7f0000000000000000000000000000000000000000000000000000000000000000\"");
	huge.len = 32;
	assert_prints(
		&spy_bigint_type, &huge,
		"57443731770074831323412168344153766786583156455220123566449660816425654157312");
	assert_prints(&spy_duration_type, &duration, "\"-9223372036.854775808s\"");
	assert_prints(&spy_time_type, &time, "\"+292277026596-12-04T15:30:07Z\"");
	assert_prints(&sample_mood_type, &mood, "99");
}

static const void *decode_any(struct spy_arena *arena, const struct spy_buf *buf)
{
	const void *value = NULL;

	assert_int_equal(
		spy_decode_type(arena, &spy_any_type, buf->data, buf->len, 0, &value), 0);
	return value;
}

static void objects(void **state)
{
	struct sample_point point = { 1, 2 };
	struct spy_object object = {
		"sample.Point", &sample_point_type, &point, { NULL, 0 }, NULL
	};
	struct spy_any any = { .kind = SPY_ANY_OBJECT, .object = &object };
	struct spy_buf buf = { 0 }, again = { 0 };
	struct spy_arena arena;
	const struct spy_any *arrived;
	const struct sample_point *read;
	struct spy_any *clone, *clone_of_clone;

	(void)state;
	spy_arena_init(&arena, &env);
	assert_ptr_equal(spy_value_from_any(&sample_point_type, &any), &point);
	assert_null(spy_value_from_any(&sample_dog_type, &any));
	assert_int_equal(spy_encode_type(&buf, &spy_any_type, &any, 0), 0);
	arrived = decode_any(&arena, &buf);
	assert_int_equal(arrived->kind, SPY_ANY_OBJECT);
	assert_string_equal(arrived->object->name, "sample.Point");
	assert_null(arrived->object->type);
	/* a copy can be asked too, after what it came from is gone */
	clone = spy_any_clone(arrived);
	clone_of_clone = spy_any_clone(clone);
	assert_null(spy_value_from_any(&sample_dog_type, arrived));
	read = spy_value_from_any(&sample_point_type, arrived);
	assert_int_equal(read->y, 2);
	assert_ptr_equal(spy_value_from_any(&sample_point_type, arrived), read);
	assert_true(spy_any_equal(arrived, &any));
	assert_true(spy_any_equal(&any, arrived));
	assert_true(spy_any_equal(clone, &any));
	/* passed on as it came */
	assert_int_equal(spy_encode_type(&again, &spy_any_type, arrived, 0), 0);
	assert_int_equal(again.len, buf.len);
	assert_memory_equal(again.data, buf.data, buf.len);
	spy_arena_free(&arena);
	read = spy_value_from_any(&sample_point_type, clone_of_clone);
	assert_int_equal(read->x, 1);
	assert_true(spy_any_equal(clone, clone_of_clone));
	spy_any_free(clone);
	spy_any_free(clone_of_clone);
	spy_any_free(NULL);
	spy_buf_free(&buf);
	spy_buf_free(&again);
}

/* What is inside is looked at when it is asked for, and has to be whole then. */
static void broken_objects(void **state)
{
	static const char *const bodies[] = {
		"",	    /* nothing */
		"9201",	    /* short */
		"920102c0", /* long */
		"c1",	    /* nothing known */
		"a0",	    /* another type */
		"c0",	    /* nil is no object */
		"9201ce80000000",
	};
	struct spy_arena arena;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct spy_buf buf = { 0 }, again = { 0 };
		uint8_t *body = hex_bytes(bodies[i], &len);
		const struct spy_any *any;

		spy_arena_init(&arena, NULL);
		assert_int_equal(spy_encode_object_slice(&buf, "sample.Point", body, len),
				 0);
		any = decode_any(&arena, &buf);
		assert_null(spy_value_from_any(&sample_point_type, any));
		assert_null(spy_value_from_any(&sample_point_type, any));
		/* but it can be passed on and shown */
		assert_int_equal(spy_encode_type(&again, &spy_any_type, any, 0), 0);
		assert_int_equal(again.len, buf.len);
		assert_memory_equal(again.data, buf.data, buf.len);
		assert_int_equal(spy_print_any(&again, any), 0);
		spy_arena_free(&arena);
		spy_buf_free(&buf);
		spy_buf_free(&again);
		free(body);
	}
}

static void objects_in_two_parts(void **state)
{
	struct sample_cat cat = { { "Tom" }, 9 };
	struct spy_buf buf = { 0 };
	struct spy_slice name, value;
	struct spy_arena arena;
	const void *read;

	(void)state;
	spy_arena_init(&arena, NULL);
	assert_int_equal(spy_encode_object(&buf, &sample_cat_type, &cat, 0), 0);
	assert_int_equal(spy_decode_object(buf.data, buf.len, &name, &value), 0);
	assert_int_equal(name.len, strlen("sample.Cat"));
	assert_memory_equal(name.data, "sample.Cat", name.len);
	assert_int_equal(spy_decode_type(&arena, &sample_cat_type, value.data, value.len,
					 0, &read),
			 0);
	assert_true(spy_value_equal(&sample_cat_type, &cat, read));
	assert_int_equal(spy_decode_object(buf.data, buf.len - 1, &name, &value),
			 SPY_EINVALID_ARGUMENT);
	assert_int_equal(spy_decode_object((const uint8_t *)"\xc0", 1, &name, &value),
			 SPY_EINVALID_ARGUMENT);
	assert_int_equal(
		spy_decode_object((const uint8_t *)"\xd5\x01\xa1\xff", 4, &name, &value),
		SPY_EINVALID_ARGUMENT);
	assert_int_equal(spy_encode_object(&buf, &sample_pair_type, &cat, 0),
			 SPY_EINVALID_ARGUMENT); /* it has no name */
	spy_arena_free(&arena);
	spy_buf_free(&buf);
}

static void ancestors(void **state)
{
	(void)state;
	assert_true(spy_type_extends(&sample_cat_type, &sample_animal_base_type));
	assert_true(spy_type_extends(&sample_cat_type, &sample_cat_type));
	assert_false(spy_type_extends(&sample_animal_base_type, &sample_cat_type));
	assert_false(spy_type_extends(&sample_point_type, &sample_base_type));
	assert_false(spy_type_extends(&spy_int_type, &sample_base_type));
}

static void blocks_of_their_own(void **state)
{
	struct sample_base base = { 5, "me" };
	uint8_t *data;
	size_t len;

	(void)state;
	assert_int_equal(spy_value_encode(&sample_base_type, &base, false, &data, &len),
			 0);
	assert_int_equal(len, 2);
	assert_memory_equal(data, "\x91\x05", 2);
	free(data);
	assert_int_equal(spy_value_encode(&sample_base_type, &base, true, &data, &len),
			 0);
	assert_int_equal(len, 7);
	free(data);
	base.owner = "\xff";
	assert_int_equal(spy_value_encode(&sample_base_type, &base, true, &data, &len),
			 SPY_EINVALID_ARGUMENT);
	assert_null(data);
}

static void errors_have_words(void **state)
{
	(void)state;
	assert_string_equal(spy_strerror(0), "no error");
	assert_string_equal(spy_strerror(SPY_EOUT_OF_RANGE), "out of range");
	assert_string_equal(spy_strerror(SPY_EPROTOCOL), "the peer broke the protocol");
	assert_string_equal(spy_strerror(-1), "the method failed");
	assert_string_equal(spy_code_name(0), "ok");
	assert_string_equal(spy_code_name(SPY_ECANCELED), "cancelled");
	assert_string_equal(spy_code_name(SPY_EXCEPTION), "aborted");
	assert_string_equal(spy_code_name(SPY_ENOMEM), "resource_exhausted");
	assert_string_equal(spy_code_name(-5), "internal");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(sets_compare_in_any_order),
		cmocka_unit_test(numbers_compare),
		cmocka_unit_test(models_print),
		cmocka_unit_test(objects),
		cmocka_unit_test(broken_objects),
		cmocka_unit_test(objects_in_two_parts),
		cmocka_unit_test(ancestors),
		cmocka_unit_test(blocks_of_their_own),
		cmocka_unit_test(errors_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
