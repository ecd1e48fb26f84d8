/* Runs every transcript of tests/scripts, or those that are named. */
#include "support/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

static void test_script(void **state)
{
	const char *path = *state;
	char *report = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&report, &len);
	int r;

	assert_non_null(file);
	r = script_run(path, file);
	fclose(file);
	if (r < 0)
		print_message("%s", report);
	free(report);
	if (r > 0)
		skip();
	assert_int_equal(r, 0);
}

int main(int argc, char **argv)
{
	struct CMUnitTest *tests;
	glob_t found = { 0 };
	size_t count;
	int failed;

	if (argc < 2 && glob("tests/scripts/*.txt", 0, NULL, &found))
		return 1;
	count = argc < 2 ? found.gl_pathc : (size_t)argc - 1;
	tests = calloc(count, sizeof *tests);
	for (size_t i = 0; tests && i < count; i++) {
		char *path = argc < 2 ? found.gl_pathv[i] : argv[i + 1];

		tests[i] = (struct CMUnitTest){ path, test_script, NULL, NULL, path };
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = _cmocka_run_group_tests("scripts", tests, count, NULL, NULL);
	free(tests);
	globfree(&found);
	return failed;
}
