/* @max of a text counts characters, whatever they take in bytes; both sides hold to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <core/decode.h>
#include <core/encode.h>

/* string @max(3) */
static const struct spy_field three = {
	.name = "item",
	.type = &spy_string_type,
	.has = SPY_NO_HAS,
	.max = 3,
	.kind = SPY_KIND_STRING,
};

static int send(const char *text)
{
	struct spy_buf buf = { 0 };
	int r = spy_encode(&buf, &three, &text, 0);

	spy_buf_free(&buf);
	return r;
}

static int receive(const char *text)
{
	struct spy_arena arena;
	struct spy_field any_length = three;
	struct spy_buf buf = { 0 };
	const void *box;
	int r;

	spy_arena_init(&arena, NULL);
	any_length.max = SPY_NO_MAX;
	assert_int_equal(spy_encode(&buf, &any_length, &text, 0), 0);
	r = spy_decode(&arena, &three, buf.data, buf.len, 0, &box);
	spy_arena_free(&arena);
	spy_buf_free(&buf);
	return r;
}

static void test_characters(void **state)
{
	static const char *const fit[] = { "", "abc", "äöü", "日本語", "😀😀😀" };
	static const char *const over[] = { "abcd", "äöüß", "日本語だ", "😀😀😀a" };

	(void)state;
	for (size_t i = 0; i < sizeof fit / sizeof *fit; i++) {
		assert_int_equal(send(fit[i]), 0);
		assert_int_equal(receive(fit[i]), 0);
	}
	for (size_t i = 0; i < sizeof over / sizeof *over; i++) {
		assert_int_equal(send(over[i]), SPY_EINVALID_ARGUMENT);
		assert_int_equal(receive(over[i]), SPY_EINVALID_ARGUMENT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_characters) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
