/*
 * The single scenarios, by name, and what they are made of. scenario_calls.c has those about
 * calls and their ends, scenario_streams.c those about streams, scenario.c runs them.
 */
#ifndef TEST_SCENARIO_PARTS_H
#define TEST_SCENARIO_PARTS_H

#include "support/scenario.h"

#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                 \
	do {                             \
		if (!(condition))        \
			return __LINE__; \
	} while (0)

/* Starts a call that is closed at the end of the scenario. */
struct spy_call *scenario_start(struct scenario *s, const struct spy_method *method,
				const void *args, struct spy_stream **streams);
/* Closes it before. */
void scenario_end(struct scenario *s, struct spy_call *call);
/* Whatever is on its way arrives. */
void scenario_settle(struct scenario *s);
/* Sends two values to an echo, of whatever kind. */
int scenario_echo_with(struct scenario *s, const struct spy_method *method);

int scenario_unary(struct scenario *s);
int scenario_errors(struct scenario *s);
int scenario_thousands(struct scenario *s);
int scenario_thousand_streams(struct scenario *s);
int scenario_echo(struct scenario *s);
int scenario_echo_listen(struct scenario *s);
int scenario_echo_relay(struct scenario *s);
int scenario_many_items(struct scenario *s);
int scenario_many_items_relay(struct scenario *s);
int scenario_early_return(struct scenario *s);
int scenario_never_read(struct scenario *s);
int scenario_stops_reading(struct scenario *s);
int scenario_cancel_by_client(struct scenario *s);
int scenario_ended_by_server(struct scenario *s);
int scenario_deadlines(struct scenario *s);
int scenario_cut(struct scenario *s);
int scenario_exceptions_to_server(struct scenario *s);
int scenario_exceptions_relayed(struct scenario *s);
int scenario_merge(struct scenario *s);
int scenario_select_on_client(struct scenario *s);
int scenario_slow_reader(struct scenario *s);
int scenario_stalled_stream(struct scenario *s);
int scenario_push(struct scenario *s);
int scenario_discarded(struct scenario *s);
int scenario_listening(struct scenario *s);
int scenario_stops_listening(struct scenario *s);
int scenario_closed_inside(struct scenario *s);
int scenario_cut_inside(struct scenario *s);
int scenario_lobby(struct scenario *s);
int scenario_signs_in(struct scenario *s);
int scenario_deadlock(struct scenario *s);

#endif
