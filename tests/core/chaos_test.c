/*
 * Chaos: a client and a server that do random things to each other over a connection that
 * splits, delays and stalls, with an allocation failing now and then, until it is cut. Each
 * run has a seed and has to end with nothing alive and nothing held.
 *
 *	chaos_test [RUNS [FIRST-SEED]]
 */
#include "support/failing_alloc.h"
#include "support/scenario.h"

#include <core/state.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>

#define STEPS 300
#define CALLS 40

struct chaos {
	struct spy_pair *pair;
	uint64_t random;
	struct {
		struct spy_call *call;
		struct spy_stream *streams[3];
	} calls[CALLS];
	bool memory; /* none has failed */
};

static long runs = 400;
static uint64_t first_seed = 1;

static uint32_t below(struct chaos *c, uint32_t limit)
{
	c->random ^= c->random << 13;
	c->random ^= c->random >> 7;
	c->random ^= c->random << 17;
	return (uint32_t)((c->random >> 20) % limit);
}

static bool again(struct spy_pair *pair, struct spy_call *call, int error, void *self)
{
	struct chaos *c = self;

	(void)error;
	if (below(c, 3))
		return false;
	spy_connection_auth(spy_pair_client(pair), "bob:admin,editor");
	spy_connection_open(spy_pair_client(pair), call);
	return true;
}

static const struct spy_method *any_method(struct chaos *c)
{
	const struct spy_method *methods[] = {
		test_hello,
		test_nothing,
		test_fail,
		test_throw,
		test_blob,
		test_wait,
		test_timed,
		test_finish_later,
		test_echo,
		test_echo_listen,
		test_relay,
		test_count,
		test_sum,
		test_merge,
		test_ignore,
		test_reads_two,
		test_how,
		test_hold,
		test_return_at_once,
		test_rethrow,
		test_paused,
		test_pass_on,
		test_listen_stop,
		test_flood,
		test_window,
		test_secret_hold,
		test_secret_count,
		test_member_hold,
		test_scoped_method,
		test_who,
		test_user_changes,
		test_lobby,
	};

	return methods[below(c, sizeof methods / sizeof *methods)];
}

static void close_at(struct chaos *c, unsigned i)
{
	spy_call_close(c->calls[i].call);
	c->calls[i].call = NULL;
}

static void open_at(struct chaos *c, unsigned i)
{
	const struct spy_method *method = any_method(c);
	struct test_int_args number = { below(c, 200) };
	struct test_text_args text = { "x" };
	struct spy_call_options options = { .timeout = below(c, 4) ? 0 : below(c, 300),
					    .repeatable = !below(c, 4) };
	bool is_text = method == test_hello;

	close_at(c, i);
	c->calls[i].streams[0] = c->calls[i].streams[1] = c->calls[i].streams[2] = NULL;
	c->calls[i].call = spy_connection_call(spy_pair_client(c->pair), method,
					       is_text ? (void *)&text : (void *)&number,
					       &options, c->calls[i].streams);
	if (!c->calls[i].call)
		c->memory = false;
}

static int hear(struct spy_stream *stream, const void *item, const void *typed,
		void *self)
{
	struct chaos *c = self;

	(void)item;
	(void)typed;
	switch (below(c, 30)) {
	case 0:
		spy_stream_pause(stream);
		break;
	case 1:
		return SPY_EABORTED;
	case 2:
		spy_stream_cancel(stream);
		break;
	case 3:
		for (unsigned i = 0; i < CALLS; i++)
			if (c->calls[i].call == spy_stream_call(stream))
				close_at(c, i);
		break;
	case 4:
		open_at(c, below(c, CALLS));
		break;
	default:
		break;
	}
	return 0;
}

static void send_at(struct chaos *c, unsigned i)
{
	struct spy_stream *stream = c->calls[i].streams[1 + below(c, 2)];
	struct test_full full = { "attic", 3 };
	int64_t number = below(c, 1000);
	struct spy_any any = { .kind = SPY_ANY_INT, .integer = number };
	const void *item = &number;

	if (!c->calls[i].call || !stream)
		return;
	if (stream->type->item.kind == SPY_KIND_ANY)
		item = &any;
	switch (below(c, 12)) {
	case 0:
		spy_stream_done(stream);
		break;
	case 1:
		spy_stream_fail(stream, SPY_EDATA_LOSS, "lost");
		break;
	case 2:
		spy_stream_throw(stream, &test_full_type, &full);
		break;
	case 3:
		spy_stream_send(stream, item);
		break;
	default:
		spy_stream_try_send(stream, item);
	}
}

static void read_at(struct chaos *c, unsigned i)
{
	struct spy_stream *stream = c->calls[i].streams[0];
	const void *item;

	if (!c->calls[i].call)
		return;
	switch (below(c, 8)) {
	case 0:
		spy_stream_listen(stream, hear, NULL, NULL, c);
		break;
	case 1:
		spy_stream_resume(stream);
		break;
	case 2:
		spy_stream_pause(stream);
		break;
	case 3:
		if (!below(c, 4))
			spy_call_wait(c->calls[i].call);
		break;
	case 4:
		spy_stream_cancel(stream);
		break;
	default:
		while (spy_stream_try_recv(stream, &item) > 0)
			;
	}
}

static void shake(struct chaos *c)
{
	static const char *const tokens[] = { "bob:admin,editor",
					      "slow:bob:admin",
					      "short:bob:admin,editor",
					      "eve:",
					      "nonsense",
					      NULL };
	static const char *const scopes[] = { "admin", NULL };
	struct spy_context *context = spy_pair_context(c->pair);

	switch (below(c, 24)) {
	case 0:
		spy_context_revoke_user(context, "bob");
		break;
	case 1:
		spy_context_revoke_scopes(context, "bob", scopes);
		break;
	case 2:
		spy_pair_stall(c->pair, true, true);
		break;
	case 3:
		spy_pair_stall(c->pair, false, true);
		break;
	case 4:
	case 5:
		spy_pair_stall(c->pair, true, false);
		spy_pair_stall(c->pair, false, false);
		break;
	case 6:
		if (!below(c, 8))
			spy_connection_end_calls(spy_pair_server(c->pair),
						 SPY_EUNAVAILABLE);
		break;
	case 7:
		if (!below(c, 30))
			spy_connection_goaway(spy_pair_server(c->pair), SPY_EUNAVAILABLE,
					      "");
		break;
	case 8:
		if (!below(c, 30))
			spy_pair_cut(c->pair);
		break;
	case 9:
		if (!below(c, 4)) {
			failing_alloc_once(below(c, 100));
			c->memory = false;
		}
		break;
	case 10:
	case 11:
		spy_connection_auth(spy_pair_client(c->pair), tokens[below(c, 6)]);
		break;
	case 12:
		spy_pair_pass(c->pair, below(c, 200) * (int64_t)1000000);
		break;
	default:
		spy_pair_settle(c->pair);
	}
}

/* Whether the run ended with nothing left. */
static bool run(struct spy_registry *registry, uint64_t seed)
{
	struct chaos c = { .random = seed * 0x9e3779b97f4a7c15 | 1, .memory = true };
	struct spy_connection_options client = { .ping = 1000, .timeout = 3000 };
	struct spy_connection_options server = { .ping = 2000,
						 .timeout = 3000,
						 .max_calls = 16 + below(&c, 100),
						 .max_queue = 20000 + below(&c, 100000),
						 .max_held = 10000 + below(&c, 1000000) };
	struct spy_pair_options options = { .registry = registry,
					    .authenticate = test_authenticate,
					    .client = &client,
					    .server = &server,
					    .delay = below(&c, 20),
					    .split = below(&c, 2),
					    .seed = below(&c, 2) ? seed : 0 };
	struct spy_context *context;
	bool good = true;

	if (!(c.pair = spy_pair_new(&options)))
		return true;
	spy_pair_on_refused(c.pair, again, &c);
	for (int i = 0; i < STEPS; i++) {
		unsigned at = below(&c, CALLS);

		switch (below(&c, 6)) {
		case 0:
			open_at(&c, at);
			break;
		case 1:
			if (!below(&c, 3))
				close_at(&c, at);
			break;
		case 2:
			read_at(&c, at);
			break;
		case 3:
			shake(&c);
			break;
		default:
			send_at(&c, at);
		}
	}
	failing_alloc_after(-1);
	context = spy_pair_context(c.pair);
	for (unsigned i = 0; i < CALLS; i++)
		close_at(&c, i);
	spy_pair_stall(c.pair, true, false);
	spy_pair_stall(c.pair, false, false);
	spy_pair_pass(c.pair, (int64_t)10 * 1000000000); /* slow tokens, one by one */
	/* With the calls closed nothing may be left at the server either. */
	good = context->counts.calls == 0 && context->counts.sessions_open == 0;
	good &= spy_pair_server(c.pair)->held == 0 && spy_pair_client(c.pair)->held == 0;
	if (c.memory)
		good &= spy_pair_close_code(c.pair, true) != SPY_CLOSE_PROTOCOL &&
			spy_pair_close_code(c.pair, false) != SPY_CLOSE_PROTOCOL;
	spy_pair_cut(c.pair);
	spy_pair_settle(c.pair);
	good &= context->counts.calls == 0;
	spy_pair_free(c.pair);
	return good;
}

static void test_chaos(void **state)
{
	struct spy_registry *registry = test_registry();

	(void)state;
	assert_non_null(registry);
	for (long i = 0; i < runs; i++) {
		bool good = run(registry, first_seed + (uint64_t)i);

		if (!good)
			print_message("seed %llu\n",
				      (unsigned long long)first_seed + (unsigned)i);
		assert_true(good);
	}
	spy_registry_free(registry);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_chaos) };

	if (argc > 1)
		runs = strtol(argv[1], NULL, 10);
	if (argc > 2)
		first_seed = strtoull(argv[2], NULL, 10);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
