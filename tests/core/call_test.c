/*
 * Calls and streams end to end: every scenario over a connection that carries messages as
 * they are, frame by frame, late, and split at random.
 */
#include "support/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* Frames by themselves and random delays show other orders, not other sizes. */
#define SEEDS 4

static void run_scenario(void **state)
{
	const struct scenario_entry *entry = *state;
	struct spy_pair_options ways[3 + SEEDS] = { { 0 },
						    { .split = true },
						    { .delay = 7 } };
	size_t count = entry->long_ ? 3 : 3 + SEEDS;

	if (entry->waits && !SPY_FIBERS)
		skip();
	for (unsigned i = 0; i < SEEDS; i++)
		ways[3 + i] = (struct spy_pair_options){ .delay = 5 * i, .seed = 77 + i };
	for (size_t i = 0; i < count; i++) {
		int r = scenario_run(entry, &ways[i]);

		if (r)
			print_message("scenario.c:%d over connection %zu\n", r, i);
		assert_int_equal(r, 0);
	}
}

int main(int argc, char **argv)
{
	struct CMUnitTest *tests = calloc(scenario_count, sizeof *tests);
	size_t count = 0;
	int failed;

	for (size_t i = 0; tests && i < scenario_count; i++)
		if (argc < 2 || !strcmp(argv[1], scenarios[i].name))
			tests[count++] =
				(struct CMUnitTest){ scenarios[i].name, run_scenario,
						     NULL, NULL, (void *)&scenarios[i] };
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = _cmocka_run_group_tests("calls", tests, count, NULL, NULL);
	free(tests);
	return failed;
}
