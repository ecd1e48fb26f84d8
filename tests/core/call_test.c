/* Calls and streams end to end, over two connections joined in memory. */
#include "support/test_service.h"

#include <core/pair.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static struct spy_registry *registry;
static struct spy_pair *pair;

static void begin(const struct spy_pair_options *options)
{
	struct spy_pair_options filled = options ? *options : (struct spy_pair_options){ 0 };

	registry = test_registry();
	assert_non_null(registry);
	filled.registry = registry;
	filled.authenticate = test_authenticate;
	pair = spy_pair_new(&filled);
	assert_non_null(pair);
}

/* Everything is gone when the connections are. */
static void finish(void)
{
	struct spy_context *context = spy_pair_context(pair);

	spy_pair_settle(pair);
	assert_int_equal(context->counts.calls, 0);
	assert_int_equal(context->counts.sessions_open, 0);
	spy_pair_free(pair);
	spy_registry_free(registry);
}

static struct spy_call *open_call(const struct spy_method *method, const void *args,
				  struct spy_stream **streams)
{
	struct spy_call *call =
		spy_connection_call(spy_pair_client(pair), method, args, NULL, streams);

	assert_non_null(call);
	return call;
}

static void test_unary(void **state)
{
	struct test_text_args args = { "Ada" };
	const void *result;
	struct spy_call *call;

	(void)state;
	begin(NULL);
	call = open_call(test_hello, &args, NULL);
	assert_int_equal(spy_call_result(call, &result), 0);
	assert_string_equal(*(const char *const *)result, "Hello, Ada!");
	spy_call_close(call);
	finish();
}

static void echo_over(const struct spy_method *method)
{
	struct spy_stream *streams[2];
	struct spy_call *call;
	const void *item;

	begin(NULL);
	call = open_call(method, NULL, streams);
	assert_int_equal(spy_stream_send(streams[1], SPY_STRING("Hello")), 0);
	assert_int_equal(spy_stream_send(streams[1], SPY_INT(42)), 0);
	assert_int_equal(spy_stream_recv(streams[0], &item), 1);
	assert_true(spy_any_equal(item, SPY_STRING("Hello")));
	assert_int_equal(spy_stream_done(streams[1]), 0);
	assert_int_equal(spy_stream_recv(streams[0], &item), 1);
	assert_true(spy_any_equal(item, SPY_INT(42)));
	assert_int_equal(spy_stream_recv(streams[0], &item), 0);
	assert_int_equal(spy_stream_recv(streams[0], &item), 0);
	assert_int_equal(spy_call_wait(call), 0);
	spy_call_close(call);
	finish();
}

static void test_echo_direct(void **state)
{
	(void)state;
	echo_over(test_echo);
}

static void test_echo_listening(void **state)
{
	(void)state;
	echo_over(test_echo_listen);
}

static void test_echo_relayed(void **state)
{
	(void)state;
	echo_over(test_relay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unary),
		cmocka_unit_test(test_echo_direct),
		cmocka_unit_test(test_echo_listening),
		cmocka_unit_test(test_echo_relayed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
