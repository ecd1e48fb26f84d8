/* What everything else stands on: arena, names, sources, diagnostics. */
#include "diag.h"
#include "source.h"
#include "str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void arena_gives_zeroed_aligned_memory(void **state)
{
	struct arena a;
	struct vec v = { 0 };
	size_t i, k;

	(void)state;
	arena_init(&a);
	for (i = 0; i < 2000; i++) {
		char *p = arena_alloc(&a, i);

		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (k = 0; k < i; k++)
			assert_int_equal(p[k], 0);
		memset(p, 0xff, i);
		vec_push(&a, &v, p);
	}
	assert_int_equal(v.n, 2000);
	assert_non_null(arena_alloc(&a, (size_t)5 << 20));
	arena_free(&a);
}

static void arena_jumps_when_there_is_no_memory(void **state)
{
	struct arena a;
	volatile int jumped = 0;

	(void)state;
	arena_init(&a);
	if (setjmp(a.fail)) {
		jumped = 1;
	} else {
		a.fail_set = 1;
		arena_array(&a, SIZE_MAX / 4, 16);
	}
	assert_int_equal(jumped, 1);
	arena_free(&a);
}

static void interned_strings_are_equal_by_pointer(void **state)
{
	const char *first[5000];
	struct arena a;
	struct strs s;
	char name[24];
	int i;

	(void)state;
	arena_init(&a);
	strs_init(&s, &a);
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "name_%d", i);
		first[i] = intern_z(&s, name);
	}
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "name_%d", i);
		assert_ptr_equal(intern_z(&s, name), first[i]);
		assert_string_equal(first[i], name);
	}
	assert_ptr_equal(intern(&s, "name_12", 6), first[1]);
	assert_ptr_equal(intern(&s, "", 0), intern_z(&s, ""));
	arena_free(&a);
}

static void maps_keep_the_first(void **state)
{
	struct arena a;
	struct strs s;
	struct map m = { 0 };
	char name[16];
	int i;

	(void)state;
	arena_init(&a);
	strs_init(&s, &a);
	assert_null(map_get(&m, "x"));
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		assert_null(map_put(&a, &m, intern_z(&s, name), &m + i));
	}
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		assert_ptr_equal(map_put(&a, &m, intern_z(&s, name), &s), &m + i);
		assert_ptr_equal(map_get(&m, intern_z(&s, name)), &m + i);
	}
	arena_free(&a);
}

static void spelling(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a);
	assert_true(is_pascal("ChatMessage") && is_pascal("A1") &&
		    is_pascal("HTTPServer"));
	assert_false(is_pascal("chat") || is_pascal("Chat_Message") || is_pascal(""));
	assert_true(is_snake("sent_at") && is_snake("a") && is_snake("x1_y2"));
	assert_false(is_snake("sentAt") || is_snake("_a") || is_snake("a_") ||
		     is_snake("a__b") || is_snake("") || is_snake("1a"));
	assert_string_equal(to_snake(&a, "sentAt"), "sent_at");
	assert_string_equal(to_snake(&a, "HTTPServer"), "http_server");
	assert_string_equal(to_snake(&a, "userID"), "user_id");
	assert_string_equal(to_snake(&a, "__A__b_"), "a_b");
	assert_string_equal(to_pascal(&a, "chat_message"), "ChatMessage");
	assert_string_equal(to_pascal(&a, "roomEvent"), "RoomEvent");
	arena_free(&a);
}

static const char *guess(const char *wanted, const char *const *candidates)
{
	struct guess g = guess_start(wanted);

	for (; *candidates; candidates++)
		guess_offer(&g, *candidates);
	return g.best;
}

static void guesses(void **state)
{
	static const char *const words[] = { "string", "uint32", "endpoint",
					     "enum",   "int",	 NULL };

	(void)state;
	assert_string_equal(guess("strng", words), "string");
	assert_string_equal(guess("unit32", words), "uint32");
	assert_string_equal(guess("enmu", words), "enum");
	assert_string_equal(guess("itn", words), "int");
	assert_null(guess("zzz", words));
	assert_null(guess("x", words));
	assert_null(guess("something_else_entirely", words));
}

static void places(void **state)
{
	struct arena a;
	struct sources s;
	struct place p;
	const struct source *first, *second;

	(void)state;
	arena_init(&a);
	sources_init(&s, &a);
	first = source_add(&s, "a", "ab\r\n\xc3\xa9\tx\n", 9);
	second = source_add(&s, "b", "", 0);
	assert_ptr_equal(source_of(&s, 0), first);
	assert_ptr_equal(source_of(&s, 9), first);
	assert_ptr_equal(source_of(&s, 10), second);
	assert_null(source_of(&s, 11));
	assert_int_equal(source_place(&s, 7, &p), 0);
	assert_int_equal(p.line, 2);
	assert_int_equal(p.column, 3);
	assert_int_equal(source_place(&s, 2, &p), 0);
	assert_int_equal(p.line_end, 2);
	assert_int_equal(source_place(&s, 10, &p), 0);
	assert_int_equal(p.line, 1);
	assert_int_equal(source_place(&s, 11, &p), -1);
	arena_free(&a);
}

static void utf8(void **state)
{
	uint32_t code;

	(void)state;
	assert_int_equal(utf8_next("a", 1, &code), 1);
	assert_int_equal(utf8_next("\xf0\x9f\x98\x80", 4, &code), 4);
	assert_int_equal(code, 0x1f600);
	assert_int_equal(utf8_next("\xf0\x9f\x98\x80", 3, &code), 0);
	assert_int_equal(utf8_next("\xc0\x80", 2, &code), 0);
	assert_int_equal(utf8_next("\xe0\x80\x80", 3, &code), 0);
	assert_int_equal(utf8_next("\xed\xa0\x80", 3, &code), 0);
	assert_int_equal(utf8_next("\xf4\x90\x80\x80", 4, &code), 0);
	assert_int_equal(utf8_next("\xff", 1, &code), 0);
	assert_int_equal(utf8_next("\x80", 1, &code), 0);
	assert_int_equal(utf8_next("", 0, &code), 0);
}

static char *printed(const struct diag *d, bool color)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	diag_print(d, f, color);
	fclose(f);
	return text;
}

static void diagnostics_are_sorted_limited_and_said_once(void **state)
{
	struct arena a;
	struct sources s;
	struct diag d;
	char *text;
	uint32_t i;

	(void)state;
	arena_init(&a);
	sources_init(&s, &a);
	diag_init(&d, &a, &s);
	source_add(&s, "x.spy", "one two\nthree\n", 14);
	diag_error(&d, (struct span){ 8, 13 }, "second");
	diag_note(&d, (struct span){ 4, 7 }, "its note");
	diag_error(&d, (struct span){ 0, 3 }, "first");
	diag_error(&d, (struct span){ 0, 7 }, "a consequence");
	diag_note(&d, (struct span){ 1, 2 }, "the note of a consequence");
	diag_file_error(&d, "y.spy", "no such file");
	diag_line_error(&d, "t.tmpl", 3, "unknown name '%s'", "m");
	text = printed(&d, false);
	assert_string_equal(text, "y.spy: error: no such file\n"
				  "t.tmpl:3: error: unknown name 'm'\n"
				  "x.spy:1:1: error: first\n"
				  "    1 | one two\n"
				  "      | ^~~\n"
				  "x.spy:2:1: error: second\n"
				  "    2 | three\n"
				  "      | ^~~~~\n"
				  "x.spy:1:5: note: its note\n"
				  "    1 | one two\n"
				  "      |     ^~~\n");
	free(text);
	text = printed(&d, true);
	assert_non_null(strstr(text, "\033[1;31merror:"));
	free(text);
	for (i = 0; i < 2 * DIAG_ERRORS_MAX; i++)
		diag_file_error(&d, "z", "another");
	assert_true(diag_full(&d));
	assert_int_equal(d.n_errors, DIAG_ERRORS_MAX);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_gives_zeroed_aligned_memory),
		cmocka_unit_test(arena_jumps_when_there_is_no_memory),
		cmocka_unit_test(interned_strings_are_equal_by_pointer),
		cmocka_unit_test(maps_keep_the_first),
		cmocka_unit_test(spelling),
		cmocka_unit_test(guesses),
		cmocka_unit_test(places),
		cmocka_unit_test(utf8),
		cmocka_unit_test(diagnostics_are_sorted_limited_and_said_once),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
