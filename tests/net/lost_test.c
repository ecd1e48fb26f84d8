/*
 * A client that is freed by its own callbacks, in every way in which a connection is lost:
 * cut, closed by the server, silent. A proxy between it and the server does that.
 */
#define _GNU_SOURCE /* memmem */
#include "net_server.h"

#include "net.client.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum how { PASS, CUT, CLOSE, SILENT };

/* One connection to `server`, until it is told to end it. */
struct proxy {
	pthread_t thread;
	int listener, port, server;
	char url[64];
	_Atomic int how;
};

static struct sockaddr_in local(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons((uint16_t)port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static bool pass(int from, int to, bool drop)
{
	char bytes[4096];
	ssize_t n = read(from, bytes, sizeof bytes);
	const char *end = n > 0 ? memmem(bytes, (size_t)n, "\r\n\r\n", 4) : NULL;

	if (drop && n > 0) /* but for the answer to the handshake */
		n = end ? end + 4 - bytes : 0;
	return n > 0 ? write(to, bytes, (size_t)n) == n : n == 0 && drop;
}

static void *run_proxy(void *arg)
{
	struct proxy *proxy = arg;
	struct sockaddr_in address = local(proxy->server);
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	bool going = true;
	int how;

	fds[0].fd = accept(proxy->listener, NULL, NULL);
	fds[1].fd = socket(AF_INET, SOCK_STREAM, 0);
	connect(fds[1].fd, (struct sockaddr *)&address, sizeof address);
	while (going) {
		poll(fds, 2, 10);
		how = proxy->how;
		if (how == CUT)
			break;
		if (how == CLOSE) {
			(void)!write(fds[0].fd, "\x88\x02\x03\xe8", 4);
			while (read(fds[0].fd, &how, 1) > 0)
				;
			break;
		}
		if (fds[0].revents)
			going = pass(fds[0].fd, fds[1].fd, false);
		if (going && fds[1].revents)
			going = pass(fds[1].fd, fds[0].fd, how == SILENT);
	}
	close(fds[0].fd);
	close(fds[1].fd);
	return NULL;
}

static void start_proxy(struct proxy *proxy, const struct net_server *server, int how)
{
	struct sockaddr_in address = local(0);
	socklen_t len = sizeof address;

	proxy->server = net_server_port((struct net_server *)server);
	proxy->how = how;
	proxy->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(proxy->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(proxy->listener, 5), 0);
	getsockname(proxy->listener, (struct sockaddr *)&address, &len);
	snprintf(proxy->url, sizeof proxy->url, "ws://127.0.0.1:%d",
		 ntohs(address.sin_port));
	assert_int_equal(pthread_create(&proxy->thread, NULL, run_proxy, proxy), 0);
}

static void stop_proxy(struct proxy *proxy)
{
	pthread_join(proxy->thread, NULL);
	close(proxy->listener);
}

struct owner {
	struct spy_client *client;
	struct spy_call *call;
	int ends, error;
};

/* The call's end is the end of everything. */
static void free_all(struct spy_call *call, int error, void *self)
{
	struct owner *owner = self;

	owner->ends++;
	owner->error = error;
	spy_call_close(call);
	spy_client_free(owner->client);
}

static void lose(const struct net_server *server, enum how how)
{
	struct spy_client_options options = { .connect_timeout = 300 };
	struct proxy proxy = { 0 };
	struct owner owner = { 0 };
	double until = net_now() + 3;

	start_proxy(&proxy, server, how == SILENT ? SILENT : PASS);
	owner.client = spy_client_new(proxy.url);
	spy_client_set_options(owner.client, &options);
	owner.call = net_plain_wait(owner.client, INT64_C(60000000000));
	spy_call_on_end(owner.call, free_all, &owner);
	while (how != SILENT && spy_client_state(owner.client) != SPY_CLIENT_CONNECTED &&
	       net_now() < until)
		spy_client_run(owner.client, 10);
	proxy.how = how;
	assert_int_equal(spy_client_run(owner.client, 5000), 0);
	assert_int_equal(owner.ends, 1);
	assert_int_equal(owner.error, SPY_EUNAVAILABLE);
	proxy.how = CUT;
	stop_proxy(&proxy);
}

static void test_cut(void **state)
{
	lose(*state, CUT);
}

static void test_closed(void **state)
{
	lose(*state, CLOSE);
}

/* The WebSocket opens, HELLO does not come. */
static void test_silent(void **state)
{
	lose(*state, SILENT);
}

static void on_state(enum spy_client_state now, uint32_t retry_in, void *self)
{
	struct owner *owner = self;

	(void)retry_in;
	if (now != SPY_CLIENT_CONNECTED)
		return;
	spy_call_close(owner->call);
	spy_client_free(owner->client);
}

/* The program waits for a call, and somebody else frees it and the client. */
static void test_freed_while_waiting(void **state)
{
	const struct net_server *server = *state;
	struct owner owner = { .client = spy_client_new(server->url) };
	struct spy_client_options options = { .state = on_state, .self = &owner };

	spy_client_set_options(owner.client, &options);
	owner.call = net_plain_wait(owner.client, INT64_C(60000000000));
	assert_int_equal(spy_call_wait(owner.call), SPY_ECANCELED);
}

/* What the program did before does not count. */
static void test_run_after_work(void **state)
{
	const struct net_server *server = *state;
	struct spy_client *client = spy_client_new(server->url);
	struct spy_call *call = net_plain_wait(client, INT64_C(60000000000));
	double before;

	spy_client_run(client, 10);
	usleep(400000);
	before = net_now();
	assert_int_equal(spy_client_run(client, 300), SPY_EDEADLINE_EXCEEDED);
	assert_in_range((int)((net_now() - before) * 1000), 290, 2000);
	spy_call_close(call);
	spy_client_free(client);
}

static int start(void **state)
{
	static const char *const quick_drain[] = { "drain", "100ms", NULL };
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		NET_NEEDS_FIBERS(test_run_after_work),
		NET_NEEDS_FIBERS(test_freed_while_waiting),
		NET_NEEDS_FIBERS(test_cut),
		NET_NEEDS_FIBERS(test_closed),
		NET_NEEDS_FIBERS(test_silent),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start, stop);
}
