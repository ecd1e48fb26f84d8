/* bench_server [SETTING VALUE]...: the echo of typed items that echo_bench.py measures: each
 * is decoded to a struct and encoded again. Prints its port. */
#include "bench.server.h"

#include <stdio.h>

static int small(struct spy_call *call, struct bench_small_stream *sent,
		 struct bench_small_stream *result)
{
	const struct bench_small *item;
	int r;

	(void)call;
	while ((r = bench_small_recv(sent, &item)) > 0)
		if ((r = bench_small_send(result, item)) < 0)
			break;
	return r;
}

static int items(struct spy_call *call, struct bench_item_stream *sent,
		 struct bench_item_stream *result)
{
	const struct bench_item *item;
	int r;

	(void)call;
	while ((r = bench_item_recv(sent, &item)) > 0)
		if ((r = bench_item_send(result, item)) < 0)
			break;
	return r;
}

static int one(struct spy_call *call, const struct bench_small *sent,
	       const struct bench_small **result)
{
	(void)call;
	*result = sent;
	return 0;
}

static int ignore(struct bench_small_stream *sent, const struct bench_small *item,
		  void *self)
{
	(void)sent;
	(void)item;
	(void)self;
	return 0;
}

static int listen_only(struct spy_call *call, struct bench_small_stream *sent)
{
	static const struct bench_small_listener listener = { .item = ignore };

	(void)call;
	return bench_small_listen(sent, &listener, NULL) < 0 ? SPY_ENOMEM : SPY_LATER;
}

static const struct bench_echo_endpoint echo = {
	.small = small, .items = items, .one = one, .listen = listen_only
};

int main(int argc, char **argv)
{
	struct spy_server *server = spy_server_new(NULL);
	int r;

	spy_server_set(server, "port", "0");
	for (int i = 1; i + 1 < argc; i += 2)
		spy_server_set(server, argv[i], argv[i + 1]);
	bench_echo_serve(server, &echo, NULL);
	if ((r = spy_server_start(server)) == 0) {
		printf("listening on %d\n", spy_server_port(server));
		fflush(stdout);
		r = spy_server_run(server);
	}
	spy_server_free(server);
	return r < 0;
}
