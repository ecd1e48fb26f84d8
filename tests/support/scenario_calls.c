/* Scenarios of calls: how they begin, carry what was said, and end. */
#include "support/scenario_parts.h"

/* --- Plain calls ----------------------------------------------------------------------- */

int scenario_unary(struct scenario *s)
{
	struct test_text_args args = { "Ada" };
	const void *result;
	struct spy_call *call;

	CHECK(call = scenario_start(s, test_hello, &args, NULL));
	CHECK(spy_call_result(call, &result) == 0);
	CHECK(!strcmp(*(const char *const *)result, "Hello, Ada!"));
	CHECK(spy_call_wait(call) == 0);
	return 0;
}

int scenario_errors(struct scenario *s)
{
	struct test_int_args args = { SPY_ENOT_FOUND };
	struct test_text_args room = { "attic" };
	const struct test_full *full;
	struct spy_call *call;

	CHECK(call = scenario_start(s, test_fail, &args, NULL));
	CHECK(spy_call_wait(call) == SPY_ENOT_FOUND);
	CHECK(call = scenario_start(s, test_refuse, &room, NULL));
	CHECK(spy_call_wait(call) == SPY_ENOT_FOUND);
	CHECK(!strcmp(spy_call_message(call), "no room attic"));
	CHECK(call = scenario_start(s, test_throw, NULL, NULL));
	CHECK(spy_call_wait(call) == SPY_EXCEPTION);
	CHECK(full = spy_call_caught(call, &test_full_type));
	CHECK(!strcmp(full->room, "attic") && full->capacity == 50);
	CHECK(full == spy_call_caught(call, &test_full_type));
	CHECK(!spy_call_caught(call, &spy_int_type));
	return 0;
}

/* Thousands opened in one instant, and closed in one. */
int scenario_thousands(struct scenario *s)
{
	struct test_text_args args = { "x" };

	for (int i = 0; i < 3000; i++)
		CHECK(scenario_start(s, test_hello, &args, NULL));
	for (int i = 0; i < 1000; i++)
		scenario_end(s, s->calls[(i * 7) % s->count]);
	for (unsigned i = 0; i < s->count; i++)
		CHECK(spy_call_wait(s->calls[i]) == 0);
	while (s->count)
		scenario_end(s, s->calls[s->count - 1]);
	return scenario_unary(s);
}

int scenario_thousand_streams(struct scenario *s)
{
	struct spy_stream *streams[2];
	const void *item;

	for (int64_t i = 0; i < 1000; i++) {
		struct spy_any any = { .kind = SPY_ANY_INT, .integer = i };

		CHECK(scenario_start(s, test_echo_listen, NULL, streams));
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

int scenario_echo_with(struct scenario *s, const struct spy_method *method)
{
	struct spy_stream *streams[2];
	struct spy_call *call;
	const void *item;

	CHECK(call = scenario_start(s, method, NULL, streams));
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

int scenario_echo(struct scenario *s)
{
	return scenario_echo_with(s, test_echo);
}

int scenario_echo_listen(struct scenario *s)
{
	return scenario_echo_with(s, test_echo_listen);
}

int scenario_echo_relay(struct scenario *s)
{
	return scenario_echo_with(s, test_relay);
}

/* Ten calls of a thousand items at once. */
static int ten_thousand(struct scenario *s, const struct spy_method *method)
{
	struct spy_stream *streams[10][2];
	const void *item;

	for (int i = 0; i < 10; i++)
		CHECK(scenario_start(s, method, NULL, streams[i]));
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

int scenario_many_items(struct scenario *s)
{
	return ten_thousand(s, test_echo);
}

int scenario_many_items_relay(struct scenario *s)
{
	return ten_thousand(s, test_relay);
}

/* --- Ends ---------------------------------------------------------------------------------- */

/* The method returns while we produce; its result stands, our sending stops. */
int scenario_early_return(struct scenario *s)
{
	struct spy_stream *streams[2];
	struct spy_call *call;
	const void *result;
	int64_t item = 5;
	int r;

	CHECK(call = scenario_start(s, test_return_at_once, NULL, streams));
	while ((r = spy_stream_send(streams[1], &item)) == 0)
		;
	CHECK(r == SPY_ECANCELED);
	CHECK(spy_call_result(call, &result) == 0);
	CHECK(*(const int64_t *)result == 1);
	return 0;
}

/* Never read: the window fills, and the method ends all the same. */
int scenario_never_read(struct scenario *s)
{
	struct test_int_args args = { 20 };
	struct spy_stream *streams[2];
	struct spy_call *call;
	int64_t item = 5;
	int sent = 0, r;

	CHECK(call = scenario_start(s, test_ignore, &args, streams));
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

int scenario_stops_reading(struct scenario *s)
{
	struct test_int_args args = { 20 };
	struct spy_stream *streams[2];
	struct spy_call *call;
	const void *result;
	int64_t item = 5;
	int r;

	CHECK(call = scenario_start(s, test_reads_two, &args, streams));
	while ((r = spy_stream_send(streams[1], &item)) == 0)
		;
	CHECK(r == SPY_ECANCELED);
	CHECK(spy_call_status(call) == 0);
	CHECK(spy_call_result(call, &result) == 0);
	CHECK(*(const int64_t *)result == 10);
	return 0;
}

int scenario_cancel_by_client(struct scenario *s)
{
	struct spy_stream *streams[2];
	struct spy_call *call;
	const void *item;

	CHECK(call = scenario_start(s, test_hold, NULL, streams));
	scenario_settle(s);
	CHECK(test_counts.started == 1);
	spy_call_cancel(call);
	CHECK(spy_stream_recv(streams[0], &item) == SPY_ECANCELED);
	CHECK(spy_call_wait(call) == SPY_ECANCELED);
	scenario_settle(s);
	CHECK(test_counts.ended == 1 && test_counts.closed == 1);
	CHECK(test_counts.last_status == SPY_ECANCELED);
	return 0;
}

int scenario_ended_by_server(struct scenario *s)
{
	struct spy_stream *streams[2], *paused[2];
	const void *item;

	CHECK(scenario_start(s, test_finish_later, NULL, streams));
	CHECK(scenario_start(s, test_paused, NULL, paused));
	CHECK(spy_stream_send(paused[1], SPY_INT(5)) == 0);
	scenario_settle(s);
	spy_connection_end_calls(spy_pair_server(s->pair), SPY_EUNAVAILABLE);
	CHECK(spy_call_wait(s->calls[0]) == SPY_EUNAVAILABLE);
	CHECK(spy_stream_recv(paused[0], &item) == SPY_EUNAVAILABLE);
	CHECK(test_counts.closed == 4 && test_counts.user_freed == 1);
	CHECK(!strcmp(test_counts.order, "abc"));
	return 0;
}

int scenario_deadlines(struct scenario *s)
{
	struct spy_call_options options = { .timeout = 100 };
	struct spy_call *call;

	CHECK(call = scenario_start(s, test_timed, NULL, NULL));
	CHECK(spy_call_wait(call) == SPY_EDEADLINE_EXCEEDED);
	CHECK(call = spy_connection_call(spy_pair_client(s->pair), test_finish_later,
					 NULL, &options, NULL));
	s->calls[s->count++] = call;
	CHECK(spy_call_wait(call) == SPY_EDEADLINE_EXCEEDED);
	return 0;
}

int scenario_cut(struct scenario *s)
{
	struct spy_stream *streams[2], *held[2];
	const void *item;

	CHECK(scenario_start(s, test_echo_listen, NULL, streams));
	CHECK(scenario_start(s, test_finish_later, NULL, held));
	CHECK(spy_stream_send(streams[1], SPY_INT(1)) == 0);
	CHECK(spy_stream_recv(streams[0], &item) == 1);
	spy_pair_cut(s->pair);
	CHECK(spy_stream_recv(streams[0], &item) == SPY_EUNAVAILABLE);
	CHECK(spy_stream_send(streams[1], SPY_INT(1)) == SPY_EUNAVAILABLE);
	CHECK(spy_call_wait(s->calls[1]) == SPY_EUNAVAILABLE);
	CHECK(test_counts.last_status == SPY_EUNAVAILABLE);
	CHECK(scenario_start(s, test_hello, &(struct test_text_args){ "x" }, NULL));
	CHECK(spy_call_wait(s->calls[2]) == SPY_EUNAVAILABLE);
	return 0;
}

/* --- Exceptions ----------------------------------------------------------------------------- */

int scenario_exceptions_to_server(struct scenario *s)
{
	struct test_full full = { "cellar", 7 };
	const struct test_full *caught;
	struct spy_stream *streams[2];
	struct spy_call *call;
	const void *result;
	int64_t item = 1;

	CHECK(call = scenario_start(s, test_how, NULL, streams));
	CHECK(spy_stream_send(streams[1], &item) == 0);
	CHECK(spy_stream_throw(streams[1], &test_full_type, &full) == 0);
	CHECK(spy_call_result(call, &result) == 0);
	CHECK(!strcmp(*(const char *const *)result, "exception test.Full: cellar"));
	CHECK(call = scenario_start(s, test_rethrow, NULL, streams));
	CHECK(spy_stream_throw(streams[1], &test_full_type, &full) == 0);
	CHECK(spy_call_wait(call) == SPY_EXCEPTION);
	CHECK(caught = spy_call_caught(call, &test_full_type));
	CHECK(caught->capacity == 7);
	CHECK(call = scenario_start(s, test_how, NULL, streams));
	CHECK(spy_stream_fail(streams[1], SPY_EDATA_LOSS, "half is gone") == 0);
	CHECK(spy_call_result(call, &result) == 0);
	CHECK(!strcmp(*(const char *const *)result, "error data_loss: half is gone"));
	return 0;
}

int scenario_exceptions_relayed(struct scenario *s)
{
	struct test_full full = { "cellar", 7 };
	struct spy_stream *streams[2];
	const void *item;

	CHECK(scenario_start(s, test_relay, NULL, streams));
	CHECK(spy_stream_send(streams[1], SPY_INT(1)) == 0);
	CHECK(spy_stream_throw(streams[1], &test_full_type, &full) == 0);
	CHECK(spy_stream_recv(streams[0], &item) == 1);
	CHECK(spy_stream_recv(streams[0], &item) == SPY_EXCEPTION);
	CHECK(!strcmp(spy_stream_exception_name(streams[0]), "test.Full"));
	CHECK(spy_stream_caught(streams[0], &test_full_type));
	return 0;
}
