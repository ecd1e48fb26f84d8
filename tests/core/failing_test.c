/*
 * Memory runs out: every scenario with every single allocation failing, once for good and
 * once only this one. Whatever comes of the scenario, nothing may crash, hang or stay.
 */
#include "support/failing_alloc.h"
#include "support/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* The scenarios that are run here need a few hundred. */
#define MOST 5000

static long fail_each(const struct scenario_entry *entry, void (*arm)(long n))
{
	struct spy_pair_options options = { .split = true };
	long n = 0;
	size_t count;

	do {
		int r;

		arm(n);
		r = scenario_run(entry, &options);
		count = failing_alloc_count();
		failing_alloc_after(-1);
		if (r == -2)
			print_message(
				"%s: something is left with allocation %ld failing\n",
				entry->name, n);
		assert_int_not_equal(r, -2);
		if (count <= (size_t)n)
			assert_int_equal(r, 0);
		n++;
	} while (count >= (size_t)n && n < MOST);
	return n;
}

static void run_scenario(void **state)
{
	const struct scenario_entry *entry = *state;

	if (entry->waits && !SPY_FIBERS)
		skip();
	assert_true(fail_each(entry, failing_alloc_after) < MOST);
	assert_true(fail_each(entry, failing_alloc_once) < MOST);
}

int main(int argc, char **argv)
{
	struct CMUnitTest *tests = calloc(scenario_count, sizeof *tests);
	size_t count = 0;
	int failed;

	for (size_t i = 0; tests && i < scenario_count; i++)
		if (!scenarios[i].long_ &&
		    (argc < 2 || !strcmp(argv[1], scenarios[i].name)))
			tests[count++] =
				(struct CMUnitTest){ scenarios[i].name, run_scenario,
						     NULL, NULL, (void *)&scenarios[i] };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = _cmocka_run_group_tests("failing allocations", tests, count, NULL, NULL);
	free(tests);
	return failed;
}
