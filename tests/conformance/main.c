/*
 * conformance-server --port N [--redis URL] [--workers N] [--config FILE]
 *
 * Prints "listening on PORT" when it is ready; serves until SIGTERM, drains, exits 0.
 */
#include "conformance_server.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static int usage(void)
{
	fputs("usage: conformance-server [--port N] [--redis URL] [--workers N] "
	      "[--config FILE]\n",
	      stderr);
	return 2;
}

static int serve(struct spy_server *server)
{
	int r;

	if ((r = spy_server_authenticate(server, authenticate, NULL)) < 0 ||
	    (r = conformance_streaming_serve(server, &streaming_endpoint, server)) < 0 ||
	    (r = conformance_plain_serve(server, &plain_endpoint, server)) < 0 ||
	    (r = conformance_authenticated_serve(server, &authenticated_endpoint,
						 server)) < 0 ||
	    (r = conformance_logged_in_serve(server, &logged_in_endpoint, server)) < 0 ||
	    (r = conformance_identity_serve(server, &identity_endpoint, server)) < 0 ||
	    (r = conformance_lobby_serve(server, &lobby_endpoint, server)) < 0 ||
	    (r = spy_server_start(server)) < 0)
		return r;
	printf("listening on %d\n", spy_server_port(server));
	fflush(stdout);
	return spy_server_run(server);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "redis", required_argument, NULL, 'r' },
		{ "workers", required_argument, NULL, 'w' },
		{ "config", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	const char *given[3] = { NULL }, *names[3] = { "port", "redis", "workers" };
	const char *config = NULL;
	struct spy_server *server;
	int option, r = 0;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'c')
			config = optarg;
		else if (option == 'p' || option == 'r' || option == 'w')
			given[option == 'p' ? 0 : option == 'r' ? 1 : 2] = optarg;
		else
			return usage();
	}
	if (optind != argc)
		return usage();
	if (!(server = spy_server_new(config)))
		return 1;
	for (int i = 0; i < 3 && r >= 0; i++)
		if (given[i] && (r = spy_server_set(server, names[i], given[i])) < 0)
			fprintf(stderr, "conformance-server: --%s %s: %s\n", names[i],
				given[i], spy_strerror(r));
	if (r >= 0)
		r = serve(server);
	if (r < 0)
		fprintf(stderr, "conformance-server: %s\n", spy_strerror(r));
	spy_server_free(server);
	return r < 0;
}
