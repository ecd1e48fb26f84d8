/* The echo client: client [URL] */
#include "example.client.h"

int main(int argc, char **argv)
{
	struct spy_client *client =
		spy_client_new(argc > 1 ? argv[1] : "ws://localhost:8080");
	struct spy_any_stream *in, *out;
	struct spy_call *call = example_echo_stream(client, &in, &out);
	const struct spy_any *message;
	int r;

	spy_any_send(in, SPY_STRING("Hello"));
	spy_any_send(in, SPY_INT(42));
	spy_any_done(in);
	while ((r = spy_any_recv(out, &message)) > 0) {
		printf("Received message: ");
		spy_any_print(message, stdout);
		printf("\n");
	}
	if (r < 0)
		fprintf(stderr, "echo: %s\n", spy_strerror(r));
	spy_call_close(call);
	spy_client_free(client);
	return r < 0;
}
