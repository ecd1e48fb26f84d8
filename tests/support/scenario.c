/* The scenarios by name, and how one is run: see scenario.h. */
#include "support/scenario_parts.h"

struct spy_call *scenario_start(struct scenario *s, const struct spy_method *method,
				const void *args, struct spy_stream **streams)
{
	struct spy_call *call = spy_connection_call(spy_pair_client(s->pair), method,
						    args, NULL, streams);

	if (call && s->count < SCENARIO_CALLS)
		s->calls[s->count++] = call;
	return call;
}

void scenario_end(struct scenario *s, struct spy_call *call)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->calls[i] == call)
			s->calls[i] = s->calls[--s->count];
	spy_call_close(call);
}

void scenario_settle(struct scenario *s)
{
	spy_pair_pass(s->pair, 100 * 1000000);
}

#define WAITS	true, false
#define LISTENS false, false
#define LONG	true, true
const struct scenario_entry scenarios[] = {
	{ "unary", scenario_unary, LISTENS },
	{ "errors", scenario_errors, LISTENS },
	{ "thousands", scenario_thousands, false, true },
	{ "thousand_streams", scenario_thousand_streams, false, true },
	{ "echo", scenario_echo, WAITS },
	{ "echo_listen", scenario_echo_listen, LISTENS },
	{ "echo_relay", scenario_echo_relay, LISTENS },
	{ "many_items", scenario_many_items, LONG },
	{ "many_items_relay", scenario_many_items_relay, false, true },
	{ "early_return", scenario_early_return, false, true },
	{ "never_read", scenario_never_read, LONG },
	{ "stops_reading", scenario_stops_reading, LONG },
	{ "cancel_by_client", scenario_cancel_by_client, WAITS },
	{ "ended_by_server", scenario_ended_by_server, LISTENS },
	{ "deadlines", scenario_deadlines, WAITS },
	{ "cut", scenario_cut, LISTENS },
	{ "exceptions_to_server", scenario_exceptions_to_server, WAITS },
	{ "exceptions_relayed", scenario_exceptions_relayed, LISTENS },
	{ "merge", scenario_merge, WAITS },
	{ "select_on_client", scenario_select_on_client, LISTENS },
	{ "slow_reader", scenario_slow_reader, LONG },
	{ "stalled_stream", scenario_stalled_stream, LONG },
	{ "push", scenario_push, LONG },
	{ "discarded", scenario_discarded, LONG },
	{ "listening", scenario_listening, LISTENS },
	{ "stops_listening", scenario_stops_listening, LISTENS },
	{ "closed_inside", scenario_closed_inside, LISTENS },
	{ "cut_inside", scenario_cut_inside, LISTENS },
	{ "lobby", scenario_lobby, LISTENS },
	{ "signs_in", scenario_signs_in, WAITS },
	{ "deadlock", scenario_deadlock, LISTENS },
};
const size_t scenario_count = sizeof scenarios / sizeof *scenarios;

int scenario_run(const struct scenario_entry *entry,
		 const struct spy_pair_options *options)
{
	struct spy_pair_options filled = *options;
	struct scenario *s = calloc(1, sizeof *s);
	struct spy_context *context;
	int r = -1;

	if (!s || !(s->registry = test_registry()))
		goto out;
	filled.registry = s->registry;
	filled.authenticate = test_authenticate;
	if (!(s->pair = spy_pair_new(&filled)))
		goto out;
	r = entry->run(s);
	while (s->count)
		spy_call_close(s->calls[--s->count]);
	spy_pair_cut(s->pair);
	scenario_settle(s);
	context = spy_pair_context(s->pair);
	if (context->counts.calls || context->counts.sessions_open)
		r = -2;
out:
	if (s) {
		spy_pair_free(s->pair);
		spy_registry_free(s->registry);
		free(s);
	}
	return r;
}
