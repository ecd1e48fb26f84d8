/*
 * Scenarios: what a client and a server do together, over two connections joined in memory.
 * They are run as they are by call_test, with every allocation failing once by failing_test.
 *
 * A scenario returns 0, or the line where something was not as it should be; it cleans up
 * nothing, because whoever runs it closes the calls and frees the pair.
 */
#ifndef TEST_SCENARIO_H
#define TEST_SCENARIO_H

#include "support/test_service.h"

#include <core/call.h>
#include <core/pair.h>

#define SCENARIO_CALLS 4096

struct scenario {
	struct spy_pair *pair;
	struct spy_registry *registry;
	struct spy_call *calls[SCENARIO_CALLS];
	unsigned count;
	int heard, ended; /* for listeners */
	int last;
};

struct scenario_entry {
	const char *name;
	int (*run)(struct scenario *s);
	bool waits; /* needs fibers */
	bool long_; /* too many allocations to fail each of them */
};
extern const struct scenario_entry scenarios[];
extern const size_t scenario_count;

/* Runs one over a fresh pair. 0, a line, or -1 without memory for the pair itself; -2 when
 * something is left afterwards. */
int scenario_run(const struct scenario_entry *entry,
		 const struct spy_pair_options *options);

#endif
