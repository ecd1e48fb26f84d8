/* The echo server: server [--port N] */
#include "example.server.h"

#include <string.h>

static int hello(struct spy_call *call, const char *name, const char **greeting)
{
	*greeting = spy_call_printf(call, "Hello, %s!", name);
	return *greeting ? 0 : SPY_ENOMEM;
}

static int echo_stream(struct spy_call *call, struct spy_any_stream *messages,
		       struct spy_any_stream *result)
{
	const struct spy_any *message;
	int r;

	(void)call;
	while ((r = spy_any_recv(messages, &message)) > 0)
		if ((r = spy_any_send(result, message)) < 0)
			break;
	return r;
}

static const struct example_endpoint example = {
	.hello = hello,
	.echo_stream = echo_stream,
};

int main(int argc, char **argv)
{
	struct spy_server *server = spy_server_new(NULL);
	int r;

	if (argc == 3 && !strcmp(argv[1], "--port"))
		spy_server_set(server, "port", argv[2]);
	example_serve(server, &example, NULL);
	r = spy_server_run(server);
	spy_server_free(server);
	return r < 0;
}
