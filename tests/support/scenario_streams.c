/* Scenarios of streams: several, slow, pushed, listened to; and of who may call. */
#include "support/scenario_parts.h"

/* --- Several streams ------------------------------------------------------------------------- */

int scenario_merge(struct scenario *s)
{
	struct spy_stream *streams[3];
	const void *item;
	int64_t sum = 0;
	int r;

	CHECK(scenario_start(s, test_merge, NULL, streams));
	for (int64_t i = 1; i <= 10; i++)
		CHECK(spy_stream_send(streams[1 + i % 2], &i) == 0);
	CHECK(spy_stream_done(streams[1]) == 0);
	CHECK(spy_stream_done(streams[2]) == 0);
	while ((r = spy_stream_recv(streams[0], &item)) > 0)
		sum += *(const int64_t *)item;
	CHECK(r == 0 && sum == 55);
	return 0;
}

int scenario_select_on_client(struct scenario *s)
{
	struct test_int_args few = { 3 }, more = { 5 };
	struct spy_stream *streams[3] = { NULL };
	int seen[3] = { 0 }, i;
	const void *item;

	CHECK(scenario_start(s, test_count, &few, &streams[0]));
	CHECK(scenario_start(s, test_count, &more, &streams[2]));
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
int scenario_slow_reader(struct scenario *s)
{
	struct test_int_args args = { 1000 };
	struct spy_connection *server = spy_pair_server(s->pair);
	struct spy_stream *streams[1];
	const void *item;
	int r, count = 0;

	CHECK(scenario_start(s, test_flood, &args, streams));
	while ((r = spy_stream_recv(streams[0], &item)) > 0) {
		scenario_settle(s);
		CHECK(spy_connection_queued(server) <= SPY_DEFAULT_CREDIT + 2000);
		CHECK(spy_queue_size(&streams[0]->queue) <= 4 * SPY_DEFAULT_CREDIT);
		count++;
	}
	CHECK(r == 0 && count == 1000);
	return 0;
}

/* One stream is not read: it delays no other. */
int scenario_stalled_stream(struct scenario *s)
{
	struct test_int_args many = { 100000 };
	struct spy_stream *stalled[1];

	CHECK(scenario_start(s, test_flood, &many, stalled));
	for (int i = 0; i < 100; i++) {
		int r = scenario_echo_with(s, test_echo);

		if (r)
			return r;
		scenario_end(s, s->calls[s->count - 1]);
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
int scenario_push(struct scenario *s)
{
	struct spy_stream *streams[2];
	struct spy_call *call;
	const void *result;

	CHECK(call = scenario_start(s, test_sum, NULL, streams));
	spy_stream_on_writable(streams[1], refill, s);
	refill(streams[1], s);
	CHECK(spy_call_result(call, &result) == 0);
	CHECK(*(const int64_t *)result == 200000);
	return 0;
}

int scenario_discarded(struct scenario *s)
{
	struct test_int_args args = { 1000 };
	struct spy_stream *streams[1];
	struct spy_call *call;

	CHECK(call = scenario_start(s, test_flood, &args, streams));
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
	scenario_end(s, call);
}

int scenario_listening(struct scenario *s)
{
	struct test_int_args args = { 7 };
	struct spy_stream *streams[1];
	struct spy_call *call;

	CHECK(call = scenario_start(s, test_count, &args, streams));
	CHECK(spy_stream_listen(streams[0], heard_item, heard_end, NULL, s) == 0);
	CHECK(s->heard == 0);
	scenario_settle(s);
	CHECK(s->heard == 5 && s->ended == 0);
	spy_stream_resume(streams[0]);
	spy_call_on_end(call, call_ended, s);
	scenario_settle(s);
	CHECK(s->heard == 7 && s->ended == 11 && s->last == 0 && s->count == 0);
	return 0;
}

int scenario_stops_listening(struct scenario *s)
{
	struct test_int_args args = { 100 };
	struct spy_stream *streams[1];

	CHECK(scenario_start(s, test_count, &args, streams));
	CHECK(spy_stream_listen(streams[0], heard_item, heard_end, NULL, s) == 0);
	scenario_settle(s);
	CHECK(s->heard == 5);
	spy_stream_resume(streams[0]);
	scenario_settle(s);
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
	scenario_end(s, spy_stream_call(stream));
	return 0;
}

/* A call that is closed by its own listener; and a connection that is freed by one. */
int scenario_closed_inside(struct scenario *s)
{
	struct test_int_args args = { 100 };
	struct spy_stream *streams[1];

	CHECK(scenario_start(s, test_count, &args, streams));
	CHECK(spy_stream_listen(streams[0], close_it, heard_end, NULL, s) == 0);
	scenario_settle(s);
	CHECK(s->heard == 1 && s->ended == 0 && s->count == 0);
	return scenario_unary(s);
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

int scenario_cut_inside(struct scenario *s)
{
	struct test_int_args args = { 100 };
	struct spy_stream *streams[1];

	CHECK(scenario_start(s, test_count, &args, streams));
	CHECK(spy_stream_listen(streams[0], cut_it, heard_end, NULL, s) == 0);
	scenario_settle(s);
	CHECK(s->heard >= 1 && s->ended == 1);
	return 0;
}

/* --- Streaming endpoints, identities -------------------------------------------------------------- */

int scenario_lobby(struct scenario *s)
{
	struct spy_stream *streams[2];
	const void *item;
	int64_t value = 41;

	CHECK(scenario_start(s, test_lobby, NULL, streams));
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

int scenario_signs_in(struct scenario *s)
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
	CHECK(call = scenario_start(s, test_secret_hold, NULL, streams));
	scenario_settle(s);
	spy_context_revoke_user(spy_pair_context(s->pair), "bob");
	CHECK(spy_call_wait(call) == SPY_EUNAUTHENTICATED);
	return 0;
}

/* Nothing can happen any more: waiting is an error, not a hang. */
int scenario_deadlock(struct scenario *s)
{
	struct spy_call *call;

	CHECK(call = scenario_start(s, test_finish_later, NULL, NULL));
	CHECK(spy_call_wait(call) == SPY_EAGAIN);
	return 0;
}
