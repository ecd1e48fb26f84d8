/* The functions on values that touch the system: the clock, randomness, files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <spy/type.h>
#include <support/sample.h>

static void now_and_random(void **state)
{
	struct sample_all a, b;

	(void)state;
	spy_value_init(&sample_all_type, &a);
	spy_value_init(&sample_all_type, &b);
	assert_true(a.made_at.tv_sec > 1700000000);
	assert_true(b.made_at.tv_sec - a.made_at.tv_sec <= 2);
	assert_true(a.made_at.tv_nsec >= 0 && a.made_at.tv_nsec <= 999999999);
	assert_memory_not_equal(a.key.bytes, b.key.bytes, 16);
	assert_int_equal(a.key.bytes[6] >> 4, 4);
	assert_int_equal(a.key.bytes[8] >> 6, 2);
}

static void decoded_values_are_owned(void **state)
{
	struct sample_dog dog = { { "Rex" }, { NULL, 0 } };
	uint8_t *data;
	void *value;
	size_t len;

	(void)state;
	assert_int_equal(spy_value_encode(&sample_dog_type, &dog, false, &data, &len), 0);
	assert_int_equal(spy_value_decode(&sample_dog_type, data, len, &value), 0);
	assert_true(spy_value_equal(&sample_dog_type, &dog, value));
	spy_value_free(&sample_dog_type, value);
	assert_int_equal(spy_value_decode(&sample_dog_type, data, len - 1, &value),
			 SPY_EINVALID_ARGUMENT);
	assert_null(value);
	free(data);
}

static void assert_contents(FILE *file, int printed, const char *text)
{
	char got[256] = "";

	assert_int_equal(printed, strlen(text));
	rewind(file);
	assert_non_null(fgets(got, sizeof(got), file));
	assert_string_equal(got, text);
	fclose(file);
}

static void printing(void **state)
{
	struct sample_point point = { 1, -2 };
	struct spy_any text = { .kind = SPY_ANY_STRING,
				.len = SPY_STRLEN,
				.string = "say \"hi\"" };
	struct spy_any list = { .kind = SPY_ANY_ARRAY, .len = 1, .items = &text };
	FILE *file = tmpfile(), *full = fopen("/dev/full", "w");

	(void)state;
	assert_contents(file, spy_value_print(&sample_point_type, &point, file),
			"{\"x\": 1, \"y\": -2}");
	file = tmpfile();
	assert_contents(file, spy_any_print(&text, file), "say \"hi\"");
	file = tmpfile();
	assert_contents(file, spy_any_print(&list, file), "[\"say \\\"hi\\\"\"]");
	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	assert_true(spy_any_print(&list, full) < 0);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(now_and_random),
		cmocka_unit_test(decoded_values_are_owned),
		cmocka_unit_test(printing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
