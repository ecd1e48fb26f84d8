/* The scenarios of scenario.h. */
#include "support/scenario.h"

#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                 \
	do {                             \
		if (!(condition))        \
			return __LINE__; \
	} while (0)

static struct spy_call *start(struct scenario *s, const struct spy_method *method,
			      const void *args, struct spy_stream **streams)
{
	struct spy_call *call = spy_connection_call(spy_pair_client(s->pair), method,
						    args, NULL, streams);

	if (call && s->count < SCENARIO_CALLS)
		s->calls[s->count++] = call;
	return call;
}

static void end(struct scenario *s, struct spy_call *call)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->calls[i] == call)
			s->calls[i] = s->calls[--s->count];
	spy_call_close(call);
}

/* Whatever is on its way arrives. */
static void settle(struct scenario *s)
{
	spy_pair_pass(s->pair, 100 * 1000000);
}

/* --- Plain calls ----------------------------------------------------------------------- */

static int unary(struct scenario *s)
{
	struct test_text_args args = { "Ada" };
	const void *result;
	struct spy_call *call;

	CHECK(call = start(s, test_hello, &args, NULL));
	CHECK(spy_call_result(call, &result) == 0);
	CHECK(!strcmp(*(const char *const *)result, "Hello, Ada!"));
	CHECK(spy_call_wait(call) == 0);
	return 0;
}

static int errors(struct scenario *s)
{
	struct test_int_args args = { SPY_ENOT_FOUND };
	struct test_text_args room = { "attic" };
	const struct test_full *full;
	struct spy_call *call;

	CHECK(call = start(s, test_fail, &args, NULL));
	CHECK(spy_call_wait(call) == SPY_ENOT_FOUND);
	CHECK(call = start(s, test_refuse, &room, NULL));
	CHECK(spy_call_wait(call) == SPY_ENOT_FOUND);
	CHECK(!strcmp(spy_call_message(call), "no room attic"));
	CHECK(call = start(s, test_throw, NULL, NULL));
	CHECK(spy_call_wait(call) == SPY_EXCEPTION);
	CHECK(full = spy_call_caught(call, &test_full_type));
	CHECK(!strcmp(full->room, "attic") && full->capacity == 50);
	CHECK(full == spy_call_caught(call, &test_full_type));
	CHECK(!spy_call_caught(call, &spy_int_type));
	return 0;
}

/* Thousands opened in one instant, and closed in one. */
static int thousands(struct scenario *s)
{
	struct test_text_args args = { "x" };

	for (int i = 0; i < 3000; i++)
		CHECK(start(s, test_hello, &args, NULL));
	for (int i = 0; i < 1000; i++)
		end(s, s->calls[(i * 7) % s->count]);
	for (unsigned i = 0; i < s->count; i++)
		CHECK(spy_call_wait(s->calls[i]) == 0);
	while (s->count)
		end(s, s->calls[s->count - 1]);
	return unary(s);
}

static int thousand_streams(struct scenario *s)
{
	struct spy_stream *streams[2];
	const void *item;

	for (int64_t i = 0; i < 1000; i++) {
		struct spy_any any = { .kind = SPY_ANY_INT, .integer = i };

		CHECK(start(s, test_echo_listen, NULL, streams));
		if (i < 100) { /* the others wait for a place */
			CHECK(spy_stream_send(streams[1], &any) == 0);
			CHECK(spy_stream_done(streams[1]) == 0);
		} else {
			CHECK(spy_stream_done(streams[1]) == 0);
		}
	}
	for (int64_t i = 0; i < 1000; i++) {
		struct spy_stream *result = &s->calls[i]->streams[0];

		if (i < 100) {
			CHECK(spy_stream_recv(result, &item) == 1);
			CHECK(((const struct spy_any *)item)->integer == i);
		}
		CHECK(spy_stream_recv(result, &item) == 0);
	}
	return 0;
}

/* --- Echoes ------------------------------------------------------------------------------ */

static int echo_with(struct scenario *s, const struct spy_method *method)
{
	struct spy_stream *streams[2];
	struct spy_call *call;
	const void *item;

	CHECK(call = start(s, method, NULL, streams));
	CHECK(spy_stream_send(streams[1], SPY_STRING("Hello")) == 0);
	CHECK(spy_stream_send(streams[1], NULL) == SPY_EINVALID_ARGUMENT);
	CHECK(spy_stream_send(streams[1], SPY_NIL) == 0);
	CHECK(spy_stream_recv(streams[0], &item) == 1);
	CHECK(spy_any_equal(item, SPY_STRING("Hello")));
	CHECK(spy_stream_recv(streams[0], &item) == 1);
	CHECK(spy_any_equal(item, SPY_NIL));
	CHECK(spy_stream_done(streams[1]) == 0);
	CHECK(spy_stream_recv(streams[0], &item) == 0);
	CHECK(spy_stream_recv(streams[0], &item) == 0);
	CHECK(spy_call_wait(call) == 0);
	return 0;
}

static int echo(struct scenario *s)
{
	return echo_with(s, test_echo);
}

static int echo_listen(struct scenario *s)
{
	return echo_with(s, test_echo_listen);
}

static int echo_relay(struct scenario *s)
{
	return echo_with(s, test_relay);
}

/* Ten calls of a thousand items at once. */
static int ten_thousand(struct scenario *s, const struct spy_method *method)
{
	struct spy_stream *streams[10][2];
	const void *item;

	for (int i = 0; i < 10; i++)
		CHECK(start(s, method, NULL, streams[i]));
	for (int64_t k = 0; k < 1000; k++)
		for (int i = 0; i < 10; i++) {
			struct spy_any any = { .kind = SPY_ANY_INT,
					       .integer = k * 10 + i };

			CHECK(spy_stream_send(streams[i][1], &any) == 0);
		}
	for (int i = 0; i < 10; i++)
		CHECK(spy_stream_done(streams[i][1]) == 0);
	for (int64_t k = 0; k < 1000; k++)
		for (int i = 0; i < 10; i++) {
			CHECK(spy_stream_recv(streams[i][0], &item) == 1);
			CHECK(((const struct spy_any *)item)->integer == k * 10 + i);
		}
	for (int i = 0; i < 10; i++)
		CHECK(spy_stream_recv(streams[i][0], &item) == 0);
	return 0;
}

static int many_items(struct scenario *s)
{
	return ten_thousand(s, test_echo);
}

static int many_items_relay(struct scenario *s)
{
	return ten_thousand(s, test_relay);
}

/* --- Ends ---------------------------------------------------------------------------------- */

/* The method returns while we produce; its result stands, our sending stops. */
static int early_return(struct scenario *s)
{
	struct spy_stream *streams[2];
	struct spy_call *call;
	const void *result;
	int64_t item = 5;
	int r;

	CHECK(call = start(s, test_return_at_once, NULL, streams));
	while ((r = spy_stream_send(streams[1], &item)) == 0)
		;
	CHECK(r == SPY_ECANCELED);
	CHECK(spy_call_result(call, &result) == 0);
	CHECK(*(const int64_t *)result == 1);
	return 0;
}

/* Never read: the window fills, and the method ends all the same. */
static int never_read(struct scenario *s)
{
	struct test_int_args args = { 20 };
	struct spy_stream *streams[2];
	struct spy_call *call;
	int64_t item = 5;
	int sent = 0, r;

	CHECK(call = start(s, test_ignore, &args, streams));
	while ((r = spy_stream_try_send(streams[1], &item)) == 0)
		sent++;
	CHECK(r == SPY_EAGAIN);
	CHECK(sent <= SPY_DEFAULT_CREDIT);
	CHECK(spy_stream_send(streams[1], &item) <= 0);
	while ((r = spy_stream_send(streams[1], &item)) == 0)
		;
	CHECK(r == SPY_ECANCELED);
	CHECK(spy_call_wait(call) == 0);
	return 0;
}

static int stops_reading(struct scenario *s)
{
	struct test_int_args args = { 20 };
	struct spy_stream *streams[2];
	struct spy_call *call;
	const void *result;
	int64_t item = 5;
	int r;

	CHECK(call = start(s, test_reads_two, &args, streams));
	while ((r = spy_stream_send(streams[1], &item)) == 0)
		;
	CHECK(r == SPY_ECANCELED);
	CHECK(spy_call_status(call) == 0);
	CHECK(spy_call_result(call, &result) == 0);
	CHECK(*(const int64_t *)result == 10);
	return 0;
}

static int cancel_by_client(struct scenario *s)
{
	struct spy_stream *streams[2];
	struct spy_call *call;
	const void *item;

	CHECK(call = start(s, test_hold, NULL, streams));
	settle(s);
	CHECK(test_counts.started == 1);
	spy_call_cancel(call);
	CHECK(spy_stream_recv(streams[0], &item) == SPY_ECANCELED);
	CHECK(spy_call_wait(call) == SPY_ECANCELED);
	settle(s);
	CHECK(test_counts.ended == 1 && test_counts.closed == 1);
	CHECK(test_counts.last_status == SPY_ECANCELED);
	return 0;
}

static int ended_by_server(struct scenario *s)
{
	struct spy_stream *streams[2], *paused[2];
	const void *item;

	CHECK(start(s, test_finish_later, NULL, streams));
	CHECK(start(s, test_paused, NULL, paused));
	CHECK(spy_stream_send(paused[1], SPY_INT(5)) == 0);
	settle(s);
	spy_connection_end_calls(spy_pair_server(s->pair), SPY_EUNAVAILABLE);
	CHECK(spy_call_wait(s->calls[0]) == SPY_EUNAVAILABLE);
	CHECK(spy_stream_recv(paused[0], &item) == SPY_EUNAVAILABLE);
	CHECK(test_counts.closed == 4 && test_counts.user_freed == 1);
	CHECK(!strcmp(test_counts.order, "abc"));
	return 0;
}

static int deadlines(struct scenario *s)
{
	struct spy_call_options options = { .timeout = 100 };
	struct spy_call *call;

	CHECK(call = start(s, test_timed, NULL, NULL));
	CHECK(spy_call_wait(call) == SPY_EDEADLINE_EXCEEDED);
	CHECK(call = spy_connection_call(spy_pair_client(s->pair), test_finish_later,
					 NULL, &options, NULL));
	s->calls[s->count++] = call;
	CHECK(spy_call_wait(call) == SPY_EDEADLINE_EXCEEDED);
	return 0;
}

static int cut(struct scenario *s)
{
	struct spy_stream *streams[2], *held[2];
	const void *item;

	CHECK(start(s, test_echo_listen, NULL, streams));
	CHECK(start(s, test_finish_later, NULL, held));
	CHECK(spy_stream_send(streams[1], SPY_INT(1)) == 0);
	CHECK(spy_stream_recv(streams[0], &item) == 1);
	spy_pair_cut(s->pair);
	CHECK(spy_stream_recv(streams[0], &item) == SPY_EUNAVAILABLE);
	CHECK(spy_stream_send(streams[1], SPY_INT(1)) == SPY_EUNAVAILABLE);
	CHECK(spy_call_wait(s->calls[1]) == SPY_EUNAVAILABLE);
	CHECK(test_counts.last_status == SPY_EUNAVAILABLE);
	CHECK(start(s, test_hello, &(struct test_text_args){ "x" }, NULL));
	CHECK(spy_call_wait(s->calls[2]) == SPY_EUNAVAILABLE);
	return 0;
}

/* --- Exceptions ----------------------------------------------------------------------------- */

static int exceptions_to_server(struct scenario *s)
{
	struct test_full full = { "cellar", 7 };
	const struct test_full *caught;
	struct spy_stream *streams[2];
	struct spy_call *call;
	const void *result;
	int64_t item = 1;

	CHECK(call = start(s, test_how, NULL, streams));
	CHECK(spy_stream_send(streams[1], &item) == 0);
	CHECK(spy_stream_throw(streams[1], &test_full_type, &full) == 0);
	CHECK(spy_call_result(call, &result) == 0);
	CHECK(!strcmp(*(const char *const *)result, "exception test.Full: cellar"));
	CHECK(call = start(s, test_rethrow, NULL, streams));
	CHECK(spy_stream_throw(streams[1], &test_full_type, &full) == 0);
	CHECK(spy_call_wait(call) == SPY_EXCEPTION);
	CHECK(caught = spy_call_caught(call, &test_full_type));
	CHECK(caught->capacity == 7);
	CHECK(call = start(s, test_how, NULL, streams));
	CHECK(spy_stream_fail(streams[1], SPY_EDATA_LOSS, "half is gone") == 0);
	CHECK(spy_call_result(call, &result) == 0);
	CHECK(!strcmp(*(const char *const *)result, "error data_loss: half is gone"));
	return 0;
}

static int exceptions_relayed(struct scenario *s)
{
	struct test_full full = { "cellar", 7 };
	struct spy_stream *streams[2];
	const void *item;

	CHECK(start(s, test_relay, NULL, streams));
	CHECK(spy_stream_send(streams[1], SPY_INT(1)) == 0);
	CHECK(spy_stream_throw(streams[1], &test_full_type, &full) == 0);
	CHECK(spy_stream_recv(streams[0], &item) == 1);
	CHECK(spy_stream_recv(streams[0], &item) == SPY_EXCEPTION);
	CHECK(!strcmp(spy_stream_exception_name(streams[0]), "test.Full"));
	CHECK(spy_stream_caught(streams[0], &test_full_type));
	return 0;
}

/* --- Several streams ------------------------------------------------------------------------- */

static int merge(struct scenario *s)
{
	struct spy_stream *streams[3];
	const void *item;
	int64_t sum = 0;
	int r;

	CHECK(start(s, test_merge, NULL, streams));
	for (int64_t i = 1; i <= 10; i++)
		CHECK(spy_stream_send(streams[1 + i % 2], &i) == 0);
	CHECK(spy_stream_done(streams[1]) == 0);
	CHECK(spy_stream_done(streams[2]) == 0);
	while ((r = spy_stream_recv(streams[0], &item)) > 0)
		sum += *(const int64_t *)item;
	CHECK(r == 0 && sum == 55);
	return 0;
}

static int select_on_client(struct scenario *s)
{
	struct test_int_args few = { 3 }, more = { 5 };
	struct spy_stream *streams[3] = { NULL };
	int seen[3] = { 0 }, i;
	const void *item;

	CHECK(start(s, test_count, &few, &streams[0]));
	CHECK(start(s, test_count, &more, &streams[2]));
	while ((i = spy_select(streams, 3)) >= 0) {
		CHECK(i != 1);
		if (spy_stream_recv(streams[i], &item) > 0)
			seen[i]++;
	}
	CHECK(i == SPY_EOUT_OF_RANGE);
	CHECK(seen[0] == 3 && seen[2] == 5);
	return 0;
}

/* --- Flow control ------------------------------------------------------------------------------ */

/* A slow reader: what waits anywhere is bounded by the window. */
static int slow_reader(struct scenario *s)
{
	struct test_int_args args = { 1000 };
	struct spy_connection *server = spy_pair_server(s->pair);
	struct spy_stream *streams[1];
	const void *item;
	int r, count = 0;

	CHECK(start(s, test_flood, &args, streams));
	while ((r = spy_stream_recv(streams[0], &item)) > 0) {
		settle(s);
		CHECK(spy_connection_queued(server) <= SPY_DEFAULT_CREDIT + 2000);
		CHECK(spy_queue_size(&streams[0]->queue) <= 4 * SPY_DEFAULT_CREDIT);
		count++;
	}
	CHECK(r == 0 && count == 1000);
	return 0;
}

/* One stream is not read: it delays no other. */
static int stalled_stream(struct scenario *s)
{
	struct test_int_args many = { 100000 };
	struct spy_stream *stalled[1];

	CHECK(start(s, test_flood, &many, stalled));
	for (int i = 0; i < 100; i++) {
		int r = echo_with(s, test_echo);

		if (r)
			return r;
		end(s, s->calls[s->count - 1]);
	}
	CHECK(test_counts.ended == 100);
	return 0;
}

static void refill(struct spy_stream *stream, void *self)
{
	struct scenario *s = self;
	int64_t item = 1;

	while (s->heard < 200000 && spy_stream_try_send(stream, &item) == 0)
		s->heard++;
	if (s->heard == 200000)
		spy_stream_done(stream);
}

/* Without waiting: pushed as there is room. */
static int push(struct scenario *s)
{
	struct spy_stream *streams[2];
	struct spy_call *call;
	const void *result;

	CHECK(call = start(s, test_sum, NULL, streams));
	spy_stream_on_writable(streams[1], refill, s);
	refill(streams[1], s);
	CHECK(spy_call_result(call, &result) == 0);
	CHECK(*(const int64_t *)result == 200000);
	return 0;
}

static int discarded(struct scenario *s)
{
	struct test_int_args args = { 1000 };
	struct spy_stream *streams[1];
	struct spy_call *call;

	CHECK(call = start(s, test_flood, &args, streams));
	CHECK(spy_call_wait(call) == 0);
	return 0;
}

/* --- Listeners on the client ------------------------------------------------------------------- */

static int heard_item(struct spy_stream *stream, const void *item, const void *typed,
		      void *self)
{
	struct scenario *s = self;

	(void)item;
	(void)typed;
	if (++s->heard == 5)
		spy_stream_pause(stream);
	if (s->heard == 8)
		return SPY_EABORTED;
	return 0;
}

static void heard_end(struct spy_stream *stream, int error, const void *typed, void *self)
{
	struct scenario *s = self;

	(void)stream;
	(void)typed;
	s->ended++;
	s->last = error;
}

static void call_ended(struct spy_call *call, int error, void *self)
{
	struct scenario *s = self;

	(void)error;
	s->ended += 10;
	end(s, call);
}

static int listening(struct scenario *s)
{
	struct test_int_args args = { 7 };
	struct spy_stream *streams[1];
	struct spy_call *call;

	CHECK(call = start(s, test_count, &args, streams));
	CHECK(spy_stream_listen(streams[0], heard_item, heard_end, NULL, s) == 0);
	CHECK(s->heard == 0);
	settle(s);
	CHECK(s->heard == 5 && s->ended == 0);
	spy_stream_resume(streams[0]);
	spy_call_on_end(call, call_ended, s);
	settle(s);
	CHECK(s->heard == 7 && s->ended == 11 && s->last == 0 && s->count == 0);
	return 0;
}

static int stops_listening(struct scenario *s)
{
	struct test_int_args args = { 100 };
	struct spy_stream *streams[1];

	CHECK(start(s, test_count, &args, streams));
	CHECK(spy_stream_listen(streams[0], heard_item, heard_end, NULL, s) == 0);
	settle(s);
	CHECK(s->heard == 5);
	spy_stream_resume(streams[0]);
	settle(s);
	CHECK(s->heard == 8 && s->ended == 1 && s->last == SPY_EABORTED);
	CHECK(spy_call_wait(s->calls[0]) <= 0);
	return 0;
}

static int close_it(struct spy_stream *stream, const void *item, const void *typed,
		    void *self)
{
	struct scenario *s = self;

	(void)item;
	(void)typed;
	s->heard++;
	end(s, spy_stream_call(stream));
	return 0;
}

/* A call that is closed by its own listener; and a connection that is freed by one. */
static int closed_inside(struct scenario *s)
{
	struct test_int_args args = { 100 };
	struct spy_stream *streams[1];

	CHECK(start(s, test_count, &args, streams));
	CHECK(spy_stream_listen(streams[0], close_it, heard_end, NULL, s) == 0);
	settle(s);
	CHECK(s->heard == 1 && s->ended == 0 && s->count == 0);
	return unary(s);
}

static int cut_it(struct spy_stream *stream, const void *item, const void *typed,
		  void *self)
{
	struct scenario *s = self;

	(void)stream;
	(void)item;
	(void)typed;
	s->heard++;
	spy_pair_cut(s->pair);
	return 0;
}

static int cut_inside(struct scenario *s)
{
	struct test_int_args args = { 100 };
	struct spy_stream *streams[1];

	CHECK(start(s, test_count, &args, streams));
	CHECK(spy_stream_listen(streams[0], cut_it, heard_end, NULL, s) == 0);
	settle(s);
	CHECK(s->heard >= 1 && s->ended == 1);
	return 0;
}

/* --- Streaming endpoints, identities -------------------------------------------------------------- */

static int lobby(struct scenario *s)
{
	struct spy_stream *streams[2];
	const void *item;
	int64_t value = 41;

	CHECK(start(s, test_lobby, NULL, streams));
	CHECK(spy_stream_send(streams[1], &value) == 0);
	CHECK(spy_stream_recv(streams[0], &item) == 1);
	CHECK(*(const int64_t *)item == 42);
	CHECK(spy_stream_done(streams[1]) == 0);
	CHECK(spy_stream_recv(streams[0], &item) == 0);
	CHECK(test_counts.lobby_opened == 1 && test_counts.lobby_closed == 1);
	CHECK(test_counts.user_freed == 1);
	return 0;
}

static bool again(struct spy_pair *pair, struct spy_call *call, int error, void *self)
{
	struct scenario *s = self;

	if (error != SPY_EUNAUTHENTICATED || s->heard++)
		return false;
	spy_connection_auth(spy_pair_client(pair), "slow:bob:admin");
	spy_connection_open(spy_pair_client(pair), call);
	return true;
}

static int signs_in(struct scenario *s)
{
	struct spy_call_options options = { .repeatable = true };
	struct test_int_args args = { 3 };
	struct spy_stream *streams[1];
	struct spy_call *call;
	const void *item;

	spy_pair_on_refused(s->pair, again, s);
	CHECK(call = spy_connection_call(spy_pair_client(s->pair), test_secret_count,
					 &args, &options, streams));
	s->calls[s->count++] = call;
	for (int64_t i = 0; i < 3; i++) {
		CHECK(spy_stream_recv(streams[0], &item) == 1);
		CHECK(*(const int64_t *)item == i);
	}
	CHECK(spy_stream_recv(streams[0], &item) == 0);
	CHECK(spy_pair_authed(s->pair) == 0);
	CHECK(call = start(s, test_secret_hold, NULL, streams));
	settle(s);
	spy_context_revoke_user(spy_pair_context(s->pair), "bob");
	CHECK(spy_call_wait(call) == SPY_EUNAUTHENTICATED);
	return 0;
}

/* Nothing can happen any more: waiting is an error, not a hang. */
static int deadlock(struct scenario *s)
{
	struct spy_call *call;

	CHECK(call = start(s, test_finish_later, NULL, NULL));
	CHECK(spy_call_wait(call) == SPY_EAGAIN);
	return 0;
}

#define WAITS	true, false
#define LISTENS false, false
#define LONG	true, true
const struct scenario_entry scenarios[] = {
	{ "unary", unary, LISTENS },
	{ "errors", errors, LISTENS },
	{ "thousands", thousands, false, true },
	{ "thousand_streams", thousand_streams, false, true },
	{ "echo", echo, WAITS },
	{ "echo_listen", echo_listen, LISTENS },
	{ "echo_relay", echo_relay, LISTENS },
	{ "many_items", many_items, LONG },
	{ "many_items_relay", many_items_relay, false, true },
	{ "early_return", early_return, false, true },
	{ "never_read", never_read, LONG },
	{ "stops_reading", stops_reading, LONG },
	{ "cancel_by_client", cancel_by_client, WAITS },
	{ "ended_by_server", ended_by_server, LISTENS },
	{ "deadlines", deadlines, WAITS },
	{ "cut", cut, LISTENS },
	{ "exceptions_to_server", exceptions_to_server, WAITS },
	{ "exceptions_relayed", exceptions_relayed, LISTENS },
	{ "merge", merge, WAITS },
	{ "select_on_client", select_on_client, LISTENS },
	{ "slow_reader", slow_reader, LONG },
	{ "stalled_stream", stalled_stream, LONG },
	{ "push", push, LONG },
	{ "discarded", discarded, LONG },
	{ "listening", listening, LISTENS },
	{ "stops_listening", stops_listening, LISTENS },
	{ "closed_inside", closed_inside, LISTENS },
	{ "cut_inside", cut_inside, LISTENS },
	{ "lobby", lobby, LISTENS },
	{ "signs_in", signs_in, WAITS },
	{ "deadlock", deadlock, LISTENS },
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
	settle(s);
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
