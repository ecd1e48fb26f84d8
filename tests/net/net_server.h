/*
 * A server of the endpoints of net.spy in a thread of the test program, and small helpers
 * for tests of clients.
 */
#ifndef TESTS_NET_SERVER_H
#define TESTS_NET_SERVER_H

#include <pthread.h>

#include <spy/server.h>

struct net_server {
	struct spy_server *server;
	pthread_t thread;
	char url[64]; /* "ws://127.0.0.1:40000" */
	int result;   /* of spy_server_run() */
};

/* On `port` (0: any), with more settings as name, value, …, NULL. The tokens that it takes
 * are "user:NAME". */
void net_server_start(struct net_server *server, int port, const char *const *settings);
int net_server_port(const struct net_server *server);
/* Stops, joins and frees it; fails the test when it did not end well. */
void net_server_stop(struct net_server *server);

/* A test whose methods wait: without fibers it has nothing to say. */
#define NET_NEEDS_FIBERS(test)                                        \
	{                                                             \
#test, SPY_FIBERS ? test : net_pass, NULL, NULL, NULL \
	}
void net_pass(void **state);

/* Seconds of a steady clock. */
double net_now(void);

#endif
