/*
 * Streaming endpoints that are kept open: what a client does about servers that are not there
 * yet, go away and come back, and what ends such a call for good.
 */
#include "net_server.h"

#include "net.client.h"

#include <net/client_state.h>

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const quick_drain[] = { "drain", "20ms", NULL };

/* A client with one lobby that listens, on a port that is ours. */
struct visit {
	struct net_server server;
	struct spy_client *client;
	struct spy_call *call;
	struct spy_string_stream *in;
	struct spy_int_stream *out;
	char url[64];
	int port;
	int opened, items, ended, result;
	int64_t last;
	int waits, ticks; /* WAITING; of these right after another */
	uint32_t retry_in;
	enum spy_client_state state;
};

static void on_state(enum spy_client_state state, uint32_t retry_in, void *self)
{
	struct visit *v = self;

	if (state == SPY_CLIENT_WAITING) {
		v->waits++;
		if (v->state == SPY_CLIENT_WAITING) {
			assert_in_range(retry_in, 1, v->retry_in - 900);
			v->ticks++;
		}
	}
	v->retry_in = retry_in;
	v->state = state;
}

static void on_opened(struct spy_call *call, void *self)
{
	struct visit *v = self;

	(void)call;
	v->opened++;
}

static int on_item(struct spy_int_stream *out, int64_t item, void *self)
{
	struct visit *v = self;

	(void)out;
	v->items++;
	v->last = item;
	return 0;
}

static void on_end(struct spy_int_stream *out, int error, void *self)
{
	struct visit *v = self;

	(void)out;
	v->ended++;
	v->result = error;
}

static const struct spy_int_listener listener = { on_item, on_end };

/* A port that nobody listens on. */
static int free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static void enter(struct visit *v)
{
	struct spy_client_options options = { .state = on_state, .self = v };

	*v = (struct visit){ .port = free_port() };
	snprintf(v->url, sizeof v->url, "ws://127.0.0.1:%d", v->port);
	assert_non_null(v->client = spy_client_new(v->url));
	assert_int_equal(spy_client_set_options(v->client, &options), 0);
	assert_non_null(v->call = net_lobby_open(v->client, &v->in, &v->out));
	assert_int_equal(spy_call_keep_open(v->call, on_opened, v), 0);
	assert_int_equal(spy_int_listen(v->out, &listener, v), 0);
}

/* One turn of the loop, as in somebody else's. */
static void turn(struct visit *v)
{
	struct pollfd fd = { .fd = spy_client_fd(v->client), .events = POLLIN };
	int timeout = spy_client_timeout(v->client);

	poll(&fd, 1, timeout < 0 || timeout > 20 ? 20 : timeout);
	assert_int_equal(spy_client_process(v->client), 0);
}

#define UNTIL(v, condition)                                              \
	do {                                                             \
		double until_ = net_now() + 30;                          \
		while (!(condition)) {                                   \
			if (net_now() > until_)                          \
				fail_msg("%s did not come", #condition); \
			turn(v);                                         \
		}                                                        \
	} while (0)

static void say(struct visit *v, const char *message)
{
	int items = v->items;

	assert_int_equal(spy_string_try_send(v->in, message), 0);
	UNTIL(v, v->items > items || v->ended);
}

static void leave(struct visit *v)
{
	spy_call_close(v->call);
	spy_client_free(v->client);
}

static void test_server_comes_later(void **state)
{
	struct visit v;

	(void)state;
	enter(&v);
	UNTIL(&v, v.waits >= 3);
	assert_int_equal(v.opened, 0);
	assert_int_equal(spy_string_try_send(v.in, "nobody there"), SPY_EAGAIN);
	net_server_start(&v.server, v.port, quick_drain);
	UNTIL(&v, v.opened);
	say(&v, "hello");
	assert_int_equal(v.last, 1);
	assert_int_equal(v.state, SPY_CLIENT_CONNECTED);
	leave(&v);
	net_server_stop(&v.server);
}

static void test_server_comes_back(void **state)
{
	struct visit v;

	(void)state;
	enter(&v);
	net_server_start(&v.server, v.port, quick_drain);
	for (int i = 1; i <= 4; i++) {
		UNTIL(&v, v.opened == i);
		say(&v, "one");
		say(&v, "two");
		assert_int_equal(v.last, 2); /* of a session of its own */
		net_server_stop(&v.server);
		UNTIL(&v, v.state == SPY_CLIENT_WAITING);
		net_server_start(&v.server, v.port, quick_drain);
	}
	UNTIL(&v, v.opened == 5);
	assert_int_equal(v.ended, 0);
	assert_int_equal(v.items, 8);
	leave(&v);
	net_server_stop(&v.server);
}

/* What has been received is still delivered, and counts for no window any more. */
static void test_unread_items(void **state)
{
	enum { MANY = 60000 };
	struct visit v;
	double until;

	(void)state;
	enter(&v);
	net_server_start(&v.server, v.port, quick_drain);
	UNTIL(&v, v.opened == 1);
	spy_int_pause(v.out);
	for (int i = 0; i < 100; i++)
		assert_int_equal(spy_string_try_send(v.in, "x"), 0);
	for (until = net_now() + 0.2; net_now() < until;)
		turn(&v);
	assert_int_equal(v.items, 0);
	net_server_stop(&v.server);
	UNTIL(&v, v.state == SPY_CLIENT_WAITING);
	net_server_start(&v.server, v.port, quick_drain);
	UNTIL(&v, v.opened == 2);
	spy_int_resume(v.out);
	UNTIL(&v, v.items == 100);
	assert_int_equal(v.last, 100);
	for (int sent = 0; sent < MANY;)
		if (spy_string_try_send(v.in, "x") == 0)
			sent++;
		else
			turn(&v);
	UNTIL(&v, v.items == 100 + MANY);
	assert_int_equal(v.last, MANY);
	leave(&v);
	net_server_stop(&v.server);
}

/* More than a server takes at once before it has said how many. */
static void test_many(void **state)
{
	enum { COUNT = 120 };
	struct spy_call *calls[COUNT];
	struct spy_string_stream *in;
	struct spy_int_stream *out;
	struct visit v;

	(void)state;
	enter(&v);
	for (int i = 0; i < COUNT; i++) {
		calls[i] = net_lobby_open(v.client, &in, &out);
		assert_int_equal(spy_call_keep_open(calls[i], on_opened, &v), 0);
	}
	net_server_start(&v.server, v.port, quick_drain);
	UNTIL(&v, v.opened == 1 + COUNT);
	net_server_stop(&v.server);
	net_server_start(&v.server, v.port, quick_drain);
	UNTIL(&v, v.opened == 2 * (1 + COUNT));
	for (int i = 0; i < COUNT; i++)
		spy_call_close(calls[i]);
	leave(&v);
	net_server_stop(&v.server);
}

static void test_ends(void **state)
{
	struct visit v;

	(void)state;
	/* The client is done. */
	enter(&v);
	net_server_start(&v.server, v.port, quick_drain);
	UNTIL(&v, v.opened);
	assert_int_equal(spy_string_done(v.in), 0);
	UNTIL(&v, v.ended);
	assert_int_equal(v.result, 0);
	leave(&v);
	net_server_stop(&v.server);

	/* The server ends it, with an error; with `unavailable`, too. */
	for (int i = 0; i < 2; i++) {
		enter(&v);
		net_server_start(&v.server, v.port, quick_drain);
		UNTIL(&v, v.opened);
		say(&v, i ? "busy" : "leave");
		assert_int_equal(v.ended, 1);
		assert_int_equal(v.result, i ? SPY_EUNAVAILABLE : SPY_ENOT_FOUND);
		leave(&v);
		net_server_stop(&v.server);
	}

	/* It was done when the connection went: nobody knows whether the server has heard. */
	enter(&v);
	net_server_start(&v.server, v.port, quick_drain);
	UNTIL(&v, v.opened);
	net_server_stop(&v.server);
	assert_int_equal(spy_string_done(v.in), 0);
	UNTIL(&v, v.ended);
	leave(&v);
}

static void test_given_up(void **state)
{
	struct visit v;

	(void)state;
	enter(&v);
	UNTIL(&v, v.waits >= 2);
	spy_call_cancel(v.call);
	UNTIL(&v, v.ended);
	assert_int_equal(v.result, SPY_ECANCELED);
	UNTIL(&v, v.state == SPY_CLIENT_IDLE);
	leave(&v);

	enter(&v);
	UNTIL(&v, v.waits);
	spy_client_free(v.client);
	assert_int_equal(spy_call_wait(v.call), SPY_EUNAVAILABLE);
	spy_call_close(v.call);

	/* Others fail as they do, while this one stays. */
	enter(&v);
	for (int i = 0; i < 3; i++) {
		struct spy_call *call = net_plain_hello(v.client, "you");

		assert_int_equal(spy_call_wait(call), SPY_EUNAVAILABLE);
		spy_call_close(call);
	}
	assert_int_equal(v.ended, 0);
	leave(&v);
}

/* The listener is told each second how long it still takes. */
static void test_countdown(void **state)
{
	struct visit v;

	(void)state;
	enter(&v);
	v.client->attempts = 5; /* up to 3.2 seconds */
	UNTIL(&v, v.ticks);
	assert_true(v.ticks > 0);
	leave(&v);
}

static void close_call(struct spy_call *call, void *self)
{
	(void)self;
	spy_call_close(call);
}

static void test_misuse(void **state)
{
	struct spy_string_stream *in;
	struct spy_int_stream *out;
	struct spy_call *call;
	struct visit v;

	(void)state;
	enter(&v);
	assert_int_equal(spy_call_keep_open(NULL, NULL, NULL), SPY_ENOMEM);
	call = net_plain_hello(v.client, "you");
	assert_int_equal(spy_call_keep_open(call, NULL, NULL), SPY_EFAILED_PRECONDITION);
	spy_call_close(call);
	/* The callback may close its call. */
	call = net_lobby_open(v.client, &in, &out);
	assert_int_equal(spy_call_keep_open(call, close_call, NULL), 0);
	net_server_start(&v.server, v.port, quick_drain);
	UNTIL(&v, v.opened);
	say(&v, "still here");
	leave(&v);
	net_server_stop(&v.server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NET_NEEDS_FIBERS(test_server_comes_later),
		NET_NEEDS_FIBERS(test_server_comes_back),
		NET_NEEDS_FIBERS(test_unread_items),
		cmocka_unit_test(test_many),
		NET_NEEDS_FIBERS(test_ends),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_countdown),
		NET_NEEDS_FIBERS(test_misuse),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
