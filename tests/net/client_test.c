/*
 * A client against a server in another thread: calls and streams over a real socket, when the
 * connection opens and closes, what happens when it cannot, tokens, foreign loops.
 */
#include "net_server.h"

#include "net.client.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const quick_drain[] = { "drain", "100ms", NULL };

static int start(void **state)
{
	static struct net_server server;

	net_server_start(&server, 0, quick_drain);
	*state = &server;
	return 0;
}

static int stop(void **state)
{
	net_server_stop(*state);
	return 0;
}

static void expect_hello(struct spy_client *client)
{
	struct spy_call *call = net_plain_hello(client, "you");
	const char *greeting = NULL;

	assert_int_equal(net_plain_hello_result(call, &greeting), 0);
	assert_string_equal(greeting, "Hello, you!");
	spy_call_close(call);
}

static int hello_error(struct spy_client *client)
{
	struct spy_call *call = net_plain_hello(client, "you");
	int r = spy_call_wait(call);

	spy_call_close(call);
	return r;
}

static void test_calls(void **state)
{
	const struct net_server *server = *state;
	struct spy_client *client = spy_client_new(server->url);
	struct spy_int_stream *numbers;
	struct spy_any_stream *in, *out;
	struct spy_call *call, *calls[100];
	const struct spy_any *item = NULL;
	int64_t number, expected = 0;

	assert_int_equal(spy_client_state(client), SPY_CLIENT_IDLE);
	expect_hello(client);
	assert_int_equal(spy_client_state(client), SPY_CLIENT_CONNECTED);

	call = net_plain_count(client, 20000, &numbers);
	while (spy_int_recv(numbers, &number) > 0)
		assert_int_equal(number, expected++);
	assert_int_equal(expected, 20000);
	assert_int_equal(spy_call_wait(call), 0);
	spy_call_close(call);

	call = net_plain_echo(client, &in, &out);
	assert_int_equal(spy_any_send(in, SPY_STRING("one")), 0);
	assert_int_equal(spy_any_recv(out, &item), 1);
	assert_string_equal(item->string, "one");
	assert_int_equal(spy_any_done(in), 0);
	assert_int_equal(spy_any_recv(out, &item), 0);
	spy_call_close(call);

	for (int i = 0; i < 100; i++)
		assert_non_null(calls[i] = net_plain_hello(client, "all"));
	for (int i = 99; i >= 0; i--) {
		assert_int_equal(spy_call_wait(calls[i]), 0);
		spy_call_close(calls[i]);
	}
	spy_client_free(client);
}

/* More than the server takes at once wait for a place; all are served. */
static void test_many_calls(void **state)
{
	enum { COUNT = 3000 };
	const struct net_server *server = *state;
	struct spy_client *client = spy_client_new(server->url);
	static struct spy_call *calls[COUNT];

	for (int i = 0; i < COUNT; i++)
		assert_non_null(calls[i] = net_plain_hello(client, "x"));
	for (int i = 0; i < COUNT; i++) {
		assert_int_equal(spy_call_wait(calls[i]), 0);
		spy_call_close(calls[i]);
	}
	spy_client_free(client);
}

static void test_large_items(void **state)
{
	enum { SIZE = 1 << 19 };
	const struct net_server *server = *state;
	struct spy_client *client = spy_client_new(server->url);
	struct spy_any_stream *in, *out;
	struct spy_call *call;
	uint8_t *data = malloc(SIZE);
	struct spy_any bytes = { .kind = SPY_ANY_BYTES, .len = SIZE, .bytes = data };
	const struct spy_any *item = NULL;

	/* The first item waits for the server's HELLO, which says that it takes as much. */
	call = net_plain_echo(client, &in, &out);
	for (int i = 0; i < SIZE; i++)
		data[i] = (uint8_t)(i * 7);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(spy_any_send(in, &bytes), 0);
		assert_int_equal(spy_any_recv(out, &item), 1);
		assert_int_equal(item->len, SIZE);
		assert_memory_equal(item->bytes, data, SIZE);
	}
	spy_call_close(call);
	spy_client_free(client);
	free(data);
}

/* --- When it connects ------------------------------------------------------------------ */

struct history {
	enum spy_client_state states[64];
	uint32_t retry_in[64];
	int count;
};

static void remember(enum spy_client_state state, uint32_t retry_in, void *self)
{
	struct history *history = self;

	if (history->count < 64) {
		history->states[history->count] = state;
		history->retry_in[history->count++] = retry_in;
	}
}

static void test_idle_close(void **state)
{
	const struct net_server *server = *state;
	struct history history = { .count = 0 };
	struct spy_client_options options = {
		.idle_timeout = 50,
		.state = remember,
		.self = &history,
	};
	struct spy_client *client = spy_client_new(server->url);

	assert_int_equal(spy_client_set_options(client, &options), 0);
	/* Calls at, around and after the moment when it closes: none may fail. */
	for (int i = 0; i < 40; i++) {
		struct timespec nap = { 0, (40 + i % 20) * 1000000 };

		expect_hello(client);
		nanosleep(&nap, NULL);
	}
	while (spy_client_state(client) != SPY_CLIENT_IDLE) {
		spy_client_process(client);
		poll(NULL, 0, 1);
	}
	spy_client_process(client);
	assert_true(history.count >= 3);
	assert_int_equal(history.states[0], SPY_CLIENT_CONNECTING);
	assert_int_equal(history.states[1], SPY_CLIENT_CONNECTED);
	assert_int_equal(history.states[history.count - 1], SPY_CLIENT_IDLE);
	spy_client_free(client);
}

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

static void test_refused(void **state)
{
	struct history history = { .count = 0 };
	struct spy_client_options options = { .state = remember, .self = &history };
	struct spy_client *client;
	double before;
	char url[64];

	(void)state;
	snprintf(url, sizeof url, "ws://127.0.0.1:%d", free_port());
	client = spy_client_new(url);
	spy_client_set_options(client, &options);
	before = net_now();
	assert_int_equal(hello_error(client), SPY_EUNAVAILABLE);
	assert_true(net_now() - before < 2);
	/* The next ones wait for their turn: at most 100, 200, 400, … milliseconds. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(hello_error(client), SPY_EUNAVAILABLE);
	assert_true(net_now() - before < 4);
	for (int i = 0, waits = 0; i < history.count; i++)
		if (history.states[i] == SPY_CLIENT_WAITING)
			assert_true(history.retry_in[i] <= 100u << waits++);
	spy_client_free(client);
}

static void test_restart(void **state)
{
	struct net_server server;
	struct spy_client *client;
	struct spy_int_stream *numbers;
	struct spy_call *call;
	int64_t number;
	int port, r;

	(void)state;
	net_server_start(&server, 0, quick_drain);
	port = net_server_port(&server);
	client = spy_client_new(server.url);
	expect_hello(client);
	call = net_plain_count(client, INT64_MAX, &numbers);
	assert_int_equal(spy_int_recv(numbers, &number), 1);
	net_server_stop(&server);
	while ((r = spy_int_recv(numbers, &number)) > 0)
		;
	assert_int_equal(r, SPY_EUNAVAILABLE);
	assert_int_equal(spy_call_wait(call), SPY_EUNAVAILABLE);
	spy_call_close(call);
	assert_int_equal(hello_error(client), SPY_EUNAVAILABLE);
	net_server_start(&server, port, quick_drain);
	for (int i = 0; i < 20 && (r = hello_error(client)) < 0; i++)
		;
	assert_int_equal(r, 0);
	spy_client_free(client);
	net_server_stop(&server);
}

static void test_wrong_path(void **state)
{
	const struct net_server *server = *state;
	struct spy_client *client;
	struct spy_call *call;
	char url[80];

	snprintf(url, sizeof url, "%s/somewhere/else", server->url);
	client = spy_client_new(url);
	call = net_plain_hello(client, "you");
	assert_int_equal(spy_call_wait(call), SPY_EUNAVAILABLE);
	assert_non_null(strstr(spy_call_message(call), "404"));
	spy_call_close(call);
	spy_client_free(client);
}

static void test_urls(void **state)
{
	static const char *const bad[] = { "",
					   "http://localhost",
					   "ws://",
					   "ws://:80",
					   "ws://host:",
					   "ws://host:99999",
					   "ws://host:8a",
					   "ws://user:secret@host",
					   "ws://host/path?token=x",
					   "ws://[::1",
					   "ws://ho st" };
	static const char *const good[] = { "ws://localhost", "wss://host:1/prefix/spy",
					    "ws://[::1]:8080" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_null(spy_client_new(bad[i]));
	assert_null(spy_client_new(NULL));
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct spy_client *client = spy_client_new(good[i]);

		assert_non_null(client);
		spy_client_free(client);
	}
	assert_int_equal(hello_error(NULL), SPY_ENOMEM);
	spy_client_free(NULL);
}

/* Somebody accepts and says nothing. */
static void test_connect_timeout(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof address;
	struct spy_client_options options = { .connect_timeout = 200 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct spy_client *client;
	char url[64];
	double before = net_now();

	(void)state;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	snprintf(url, sizeof url, "ws://127.0.0.1:%d", ntohs(address.sin_port));
	client = spy_client_new(url);
	spy_client_set_options(client, &options);
	assert_int_equal(hello_error(client), SPY_EUNAVAILABLE);
	assert_in_range((int)((net_now() - before) * 1000), 150, 2000);
	spy_client_free(client);
	close(fd);
}

static void test_call_timeout(void **state)
{
	const struct net_server *server = *state;
	struct spy_client *client = spy_client_new(server->url);
	struct spy_call *call;
	double before = net_now();

	spy_client_next_timeout(client, 100);
	call = net_plain_wait(client, INT64_C(60) * 1000000000);
	assert_int_equal(spy_call_wait(call), SPY_EDEADLINE_EXCEEDED);
	assert_true(net_now() - before < 5);
	spy_call_close(call);
	/* For the next call only. */
	call = net_plain_wait(client, 150000000);
	assert_int_equal(spy_call_wait(call), 0);
	spy_call_close(call);
	spy_client_free(client);
}

/* --- Tokens ---------------------------------------------------------------------------- */

struct tokens {
	const char *first, *second;
	int asked, refused;
};

static const char *token(bool refused, void *self)
{
	struct tokens *tokens = self;

	tokens->asked++;
	tokens->refused += refused;
	return refused ? tokens->second : tokens->first;
}

static int whoami(struct spy_client *client, const char *expected)
{
	struct spy_call *call = net_mine_whoami(client);
	const char *user = NULL;
	int r = net_mine_whoami_result(call, &user);

	if (r == 0)
		assert_string_equal(user, expected);
	spy_call_close(call);
	return r;
}

static struct spy_client *with_tokens(const struct net_server *server,
				      struct tokens *tokens)
{
	struct spy_client_options options = { .token = token, .self = tokens };
	struct spy_client *client = spy_client_new(server->url);

	spy_client_set_options(client, &options);
	return client;
}

static void test_token(void **state)
{
	struct tokens tokens = { "user:ann", "user:ann2", 0, 0 };
	struct spy_client *client = with_tokens(*state, &tokens);

	assert_int_equal(whoami(client, "ann"), 0);
	assert_int_equal(tokens.asked, 1);
	tokens.first = "user:bob";
	assert_int_equal(spy_client_authenticate(client), 0);
	assert_int_equal(whoami(client, "bob"), 0);
	tokens.first = "nonsense";
	assert_int_equal(spy_client_authenticate(client), SPY_EUNAUTHENTICATED);
	tokens.first = NULL;
	assert_int_equal(spy_client_authenticate(client), 0);
	tokens.second = NULL;
	assert_int_equal(whoami(client, NULL), SPY_EUNAUTHENTICATED);
	spy_client_free(client);
}

/* Too long for a header: it goes by AUTH. */
static void test_long_token(void **state)
{
	char *text = malloc(20001);
	struct tokens tokens = { text, NULL, 0, 0 };
	struct spy_client *client = with_tokens(*state, &tokens);

	memset(text, 'x', 20000);
	memcpy(text, "user:", 5);
	text[20000] = '\0';
	assert_int_equal(whoami(client, text + 5), 0);
	spy_client_free(client);
	free(text);
}

/* Many calls are refused at once; the token is asked for once more, and all are repeated. */
static void test_refresh(void **state)
{
	struct tokens tokens = { "stale", "user:fresh", 0, 0 };
	struct spy_client *client = with_tokens(*state, &tokens);
	struct spy_call *calls[50];
	const char *user;

	for (int i = 0; i < 50; i++)
		calls[i] = net_mine_whoami(client);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(net_mine_whoami_result(calls[i], &user), 0);
		assert_string_equal(user, "fresh");
		spy_call_close(calls[i]);
	}
	assert_int_equal(tokens.refused, 1);
	spy_client_free(client);

	tokens = (struct tokens){ "stale", "also stale", 0, 0 };
	client = with_tokens(*state, &tokens);
	assert_int_equal(whoami(client, NULL), SPY_EUNAUTHENTICATED);
	assert_int_equal(tokens.refused, 1);
	expect_hello(client);
	spy_client_free(client);
}

static void test_revoke(void **state)
{
	const struct net_server *server = *state;
	struct tokens tokens = { "user:eve", NULL, 0, 0 };
	struct spy_client *client = with_tokens(server, &tokens);
	int r = 0;

	assert_int_equal(whoami(client, "eve"), 0);
	assert_int_equal(spy_revoke_user(server->server, "eve"), 0);
	for (int i = 0; i < 100 && (r = whoami(client, "eve")) == 0; i++)
		poll(NULL, 0, 5);
	assert_int_equal(r, SPY_EUNAUTHENTICATED);
	expect_hello(client);
	spy_client_free(client);
}

/* --- Loops ----------------------------------------------------------------------------- */

static void on_end(struct spy_call *call, int error, void *self)
{
	int *ended = self;

	(void)call;
	*ended = error == 0 ? *ended + 1 : -1000;
}

static void test_foreign_loop(void **state)
{
	const struct net_server *server = *state;
	struct spy_client *client = spy_client_new(server->url);
	struct spy_call *calls[3];
	int ended = 0;

	for (int i = 0; i < 3; i++) {
		calls[i] = net_plain_hello(client, "loop");
		spy_call_on_end(calls[i], on_end, &ended);
	}
	for (int i = 0; i < 1000 && ended < 3; i++) {
		struct pollfd fd = { .fd = spy_client_fd(client), .events = POLLIN };
		int timeout = spy_client_timeout(client);

		assert_true(poll(&fd, 1,
				 timeout < 0 || timeout > 1000 ? 1000 : timeout) >= 0);
		assert_int_equal(spy_client_process(client), 0);
	}
	assert_int_equal(ended, 3);
	for (int i = 0; i < 3; i++)
		spy_call_close(calls[i]);
	spy_client_free(client);
}

static void test_run(void **state)
{
	const struct net_server *server = *state;
	struct spy_client *client = spy_client_new(server->url);
	struct spy_call *call = net_plain_hello(client, "run");
	int ended = 0;

	spy_call_on_end(call, on_end, &ended);
	for (int i = 0; i < 100 && !ended; i++)
		assert_int_equal(spy_client_run(client, 50), SPY_EDEADLINE_EXCEEDED);
	assert_int_equal(ended, 1);
	spy_call_close(call);
	assert_int_equal(spy_client_run(client, -1), 0);
	spy_client_free(client);
}

static void test_several_clients(void **state)
{
	struct net_server other;
	const struct net_server *server = *state;
	struct spy_client *a = spy_client_new(server->url), *b;
	struct spy_call *call, *late;
	const char *greeting;

	net_server_start(&other, 0, quick_drain);
	b = spy_client_new(other.url);
	late = net_plain_hello(b, "late");
	expect_hello(a);
	expect_hello(b);
	/* Method to server to server, each on its own loop. */
	call = net_plain_forward(a, other.url, "relay");
	assert_int_equal(net_plain_forward_result(call, &greeting), 0);
	assert_string_equal(greeting, "Hello, relay!");
	spy_call_close(call);
	/* And to itself: the method's client shares the loop that serves it. */
	call = net_plain_forward(a, server->url, "itself");
	assert_int_equal(net_plain_forward_result(call, &greeting), 0);
	assert_string_equal(greeting, "Hello, itself!");
	spy_call_close(call);
	spy_client_free(a);
	/* A call may outlive its client. */
	spy_client_free(b);
	assert_int_equal(spy_call_wait(late), 0);
	spy_call_close(late);
	net_server_stop(&other);
}

static void test_call_outlives_client(void **state)
{
	const struct net_server *server = *state;
	struct spy_client *client = spy_client_new(server->url);
	struct spy_int_stream *numbers;
	struct spy_call *call = net_plain_count(client, INT64_MAX, &numbers);
	struct spy_call *never = NULL;
	int64_t number;
	int r;

	assert_int_equal(spy_int_recv(numbers, &number), 1);
	spy_client_free(client);
	while ((r = spy_int_recv(numbers, &number)) > 0)
		;
	assert_int_equal(r, SPY_EUNAVAILABLE);
	spy_call_close(call);

	client = spy_client_new("ws://localhost:1");
	never = net_plain_hello(client, "nobody");
	spy_client_free(client);
	assert_int_equal(spy_call_wait(never), SPY_EUNAVAILABLE);
	spy_call_close(never);
}

static void test_headers(void **state)
{
	const struct net_server *server = *state;
	struct tokens tokens = { "user:hal", NULL, 0, 0 };
	struct spy_client *client = with_tokens(server, &tokens);
	struct spy_call *call = net_plain_header(client, "authorization");
	const char *value;

	assert_int_equal(net_plain_header_result(call, &value), 0);
	assert_string_equal(value, "Bearer user:hal");
	spy_call_close(call);
	call = net_plain_header(client, "x-nothing");
	assert_int_equal(net_plain_header_result(call, &value), 0);
	assert_null(value);
	spy_call_close(call);
	spy_client_free(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NET_NEEDS_FIBERS(test_calls),
		NET_NEEDS_FIBERS(test_large_items),
		NET_NEEDS_FIBERS(test_restart),
		NET_NEEDS_FIBERS(test_call_timeout),
		NET_NEEDS_FIBERS(test_several_clients),
		NET_NEEDS_FIBERS(test_call_outlives_client),
		cmocka_unit_test(test_many_calls),
		cmocka_unit_test(test_idle_close),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_wrong_path),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_connect_timeout),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_long_token),
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_revoke),
		cmocka_unit_test(test_foreign_loop),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_headers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start, stop);
}
