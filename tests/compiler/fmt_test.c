/* What spygen fmt takes for the same: tokens and comments, not white space. */
#include "fmt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void space_means_nothing(void **state)
{
	(void)state;
	assert_true(fmt_same("model A{x:int;}", "model A { x: int; }\n"));
	assert_true(fmt_same("a: common.  User;", "a: common.User;"));
	assert_true(fmt_same("f()->int;", "f() -> int;"));
	assert_true(fmt_same("messages A->B;", "messages A -> B;"));
	assert_true(fmt_same("a: list<int> = [ ];", "a: list<int> = [];"));
	assert_true(fmt_same("a: int=-1;", "a: int = -1;"));
	assert_true(fmt_same("// a  b \r\nx", "// a b\nx"));
	assert_true(fmt_same("enum A { b, c, }", "enum A { b, c; }"));
}

static void everything_else_does(void **state)
{
	(void)state;
	assert_false(fmt_same("model A { x: int; }", "model A { x: in; }"));
	assert_false(fmt_same("a b", "ab"));
	assert_false(fmt_same("a: int = 3;", "a: int;"));
	assert_false(fmt_same("a: \"x y\"", "a: \"xy\""));
	assert_false(fmt_same("a: \"//\"", "a: \"// b\""));
	assert_false(fmt_same("a // b", "a"));
	assert_false(fmt_same("a /* b */ // c", "a // c\n/* b */"));
	assert_false(fmt_same("x: a?", "x: a??"));
	assert_false(fmt_same("1 2", "12"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(space_means_nothing),
		cmocka_unit_test(everything_else_does),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
