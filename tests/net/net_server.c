/* See net_server.h. */
#include "net_server.h"

#include "net.client.h"
#include "net.server.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int hello(struct spy_call *call, const char *name, const char **result)
{
	*result = spy_call_printf(call, "Hello, %s!", name);
	return *result ? 0 : SPY_ENOMEM;
}

/* A client inside of a method: it uses the server's loop, and only this method waits. */
static int forward(struct spy_call *call, const char *url, const char *name,
		   const char **result)
{
	struct spy_client *client = spy_client_new(url);
	struct spy_call *inner = net_plain_hello(client, name);
	const char *greeting;
	int r = net_plain_hello_result(inner, &greeting);

	if (r == 0)
		*result = spy_call_printf(call, "%s", greeting);
	spy_call_close(inner);
	spy_client_free(client);
	return r;
}

static int wait_a_while(struct spy_call *call, int64_t delay, int64_t *result)
{
	struct spy_server_counts counts;
	int r = spy_sleep(call, delay);

	spy_server_read_counts(spy_call_self(call), &counts);
	*result = (int64_t)counts.sessions_open;
	return r;
}

static int count(struct spy_call *call, int64_t n, struct spy_int_stream *result)
{
	int r = 0;

	(void)call;
	for (int64_t i = 0; i < n && r == 0; i++)
		r = spy_int_send(result, i);
	return r;
}

static int echo(struct spy_call *call, struct spy_any_stream *items,
		struct spy_any_stream *result)
{
	const struct spy_any *item;
	int r;

	(void)call;
	while ((r = spy_any_recv(items, &item)) > 0)
		if ((r = spy_any_send(result, item)) < 0)
			break;
	return r;
}

static int header(struct spy_call *call, const char *name, const char **result)
{
	*result = spy_session_header(spy_call_session(call), name);
	return 0;
}

static int whoami(struct spy_call *call, const char **result)
{
	*result = spy_session_user_id(spy_call_session(call));
	return 0;
}

static int entered(struct spy_session *session)
{
	int64_t *count = calloc(1, sizeof *count);

	spy_session_set_user(session, count, free);
	return count ? 0 : SPY_ENOMEM;
}

static int answer(struct spy_session *session, const char *message)
{
	int64_t *count = spy_session_user(session);

	if (!strcmp(message, "leave"))
		return SPY_ENOT_FOUND;
	if (!strcmp(message, "busy"))
		return SPY_EUNAVAILABLE;
	return net_lobby_send(session, ++*count);
}

static const struct net_plain_endpoint plain = {
	.hello = hello,
	.forward = forward,
	.wait = wait_a_while,
	.count = count,
	.echo = echo,
	.header = header,
};
static const struct net_mine_endpoint mine = { .whoami = whoami };
static const struct net_lobby_endpoint lobby = { .opened = entered, .message = answer };

static int authenticate(struct spy_call *call, const char *token,
			struct spy_identity *identity, void *self)
{
	(void)self;
	if (strncmp(token, "user:", 5))
		return SPY_EUNAUTHENTICATED;
	identity->user = spy_call_printf(call, "%s", token + 5);
	identity->auth_id = identity->user;
	return 0;
}

static void *run(void *arg)
{
	struct net_server *server = arg;

	server->result = spy_server_run(server->server);
	return NULL;
}

void net_server_start(struct net_server *server, int port, const char *const *settings)
{
	char text[16];

	memset(server, 0, sizeof *server);
	snprintf(text, sizeof text, "%d", port);
	server->server = spy_server_new(NULL);
	assert_non_null(server->server);
	assert_int_equal(spy_server_set(server->server, "port", text), 0);
	assert_int_equal(spy_server_set(server->server, "log.level", "error"), 0);
	for (; settings && *settings; settings += 2)
		assert_int_equal(spy_server_set(server->server, settings[0], settings[1]),
				 0);
	assert_int_equal(net_plain_serve(server->server, &plain, server->server), 0);
	assert_int_equal(net_mine_serve(server->server, &mine, NULL), 0);
	assert_int_equal(net_lobby_serve(server->server, &lobby, NULL), 0);
	assert_int_equal(spy_server_authenticate(server->server, authenticate, NULL), 0);
	assert_int_equal(spy_server_start(server->server), 0);
	snprintf(server->url, sizeof server->url, "ws://127.0.0.1:%d",
		 spy_server_port(server->server));
	assert_int_equal(pthread_create(&server->thread, NULL, run, server), 0);
}

int net_server_port(const struct net_server *server)
{
	return spy_server_port(server->server);
}

void net_server_stop(struct net_server *server)
{
	spy_server_stop(server->server);
	pthread_join(server->thread, NULL);
	assert_int_equal(server->result, 0);
	spy_server_free(server->server);
}

void net_pass(void **state)
{
	(void)state;
}

double net_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
