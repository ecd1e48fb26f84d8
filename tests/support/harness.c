/* A connection under attack: see harness.h. */
#include "support/harness.h"

#include <core/state.h>

/* Good messages, of every kind. */
static const char *const to_server[] = {
	"[1, 1, \"test.plain.hello\", [\"Ada\"], {\"timeout\": 100, \"credit\": 5}]",
	"[1, 2, \"test.stream.echo\", []] [3, 2, 1, [1, {\"a\": nil}, 1.5]] [4, 2, 1]",
	"[1, 3, \"test.stream.echo_listen\", []] [3, 3, 1, \"text\"] [5, 3, 1, 9, \"no\"]",
	"[1, 4, \"test.stream.relay\", []] [3, 4, 1, x(00 01)] [7, 4, 0, 100]",
	"[1, 5, \"test.stream.merge\", []] [3, 5, 1, 1] [3, 5, 2, 2] [4, 5, 1] [4, 5, 2]",
	"[1, 6, \"test.stream.how\", []] [5, 6, 1, 10, \"x\", obj(\"test.Full\", [\"attic\", 1])]",
	"[1, 7, \"test.stream.paused\", []] [3, 7, 1, 5] [3, 7, 1, 6]",
	"[1, 8, \"test.stream.hold\", []]",
	"[6, 7, 0] [6, 8, 0]",
	"[10, \"slow:bob:admin\"] [1, 9, \"test.secret.hold\", []] [1, 10, \"test.open.who\", []]",
	"[10, nil]",
	"[1, 11, \"test.lobby.messages\", []] [3, 11, 1, 5] [3, 11, 1, -2] [4, 11, 1]",
	"[1, 12, \"test.plain.fail\", [-1]] [1, 13, \"test.plain.throw\", []]",
	"[8, 5] [9, 6] [77, nil]",
	"[12, 0, \"bye\", 3]",
};
static const char *const to_client[] = {
	"[4, 1, 0, \"Hello\"]",
	"[2, 2] [3, 2, 0, [1, {\"a\": nil}]] [3, 2, 0, \"text\"] [4, 2, 0]",
	"[2, 3] [3, 3, 0, 5] [3, 3, 0, 6]",
	"[2, 4] [7, 4, 1, 100] [6, 4, 1] [4, 4, 0, 7]",
	"[5, 5, 0, 10, \"x\", obj(\"test.Full\", [\"attic\", 1])]",
	"[2, 6] [5, 6, 0, 9, \"no\"]",
	"[11, 0, \"\", {\"user\": \"bob\"}]",
	"[12, 14, \"going\", 5]",
	"[8, 5] [9, 6] [77, nil]",
};

uint32_t harness_message_count(bool server)
{
	return server ? sizeof to_server / sizeof *to_server
		      : sizeof to_client / sizeof *to_client;
}

const char *harness_message(bool server, uint32_t index)
{
	return server ? to_server[index] : to_client[index];
}

static void on_close(struct spy_connection *c, int code, const char *reason, void *user)
{
	(void)c;
	(void)code;
	(void)reason;
	(void)user;
}

static const struct spy_connection_events events = { .close = on_close };

/* Everything that goes out is whole frames, of kinds that this side may send. */
static void drain(struct harness *h)
{
	const uint8_t *data;
	size_t len;

	while (spy_connection_output(h->connection, &data, &len)) {
		struct spy_reader reader = spy_reader(data, len);

		h->broken |= len == 0 || len > SPY_DEFAULT_MAX_MESSAGE;
		while (!spy_read_done(&reader)) {
			struct spy_frame frame;
			const char *what;

			if (spy_frame_read(&reader, &frame, &what) < 0 ||
			    frame.kind == SPY_FRAME_UNKNOWN) {
				h->broken = true;
				break;
			}
			h->pong |= frame.kind == SPY_FRAME_PONG;
		}
		spy_connection_sent(h->connection);
	}
}

static void settle(struct harness *h)
{
	do {
		spy_context_run(&h->context);
		drain(h);
	} while (spy_context_deadline(&h->context) == 0);
	if (h->connection->held > h->most_held)
		h->most_held = h->connection->held;
}

static int ignore_item(struct spy_stream *stream, const void *item, const void *typed,
		       void *self)
{
	(void)stream;
	(void)item;
	(void)typed;
	(void)self;
	return 0;
}

static void open_calls(struct harness *h)
{
	const struct spy_method *methods[] = { test_hello, test_echo, test_count,
					       test_sum,   test_how,  test_merge,
					       test_throw, test_who };
	struct test_int_args args = { 5 };
	struct test_text_args text = { "x" };

	for (size_t i = 0; i < HARNESS_CALLS; i++) {
		struct spy_stream *streams[3];
		struct spy_call *call = spy_connection_call(
			h->connection, methods[i],
			methods[i] == test_hello ? (void *)&text : (void *)&args, NULL,
			streams);

		if (!call)
			return;
		h->calls[h->call_count++] = call;
		if (streams[0] && i % 2)
			spy_stream_listen(streams[0], ignore_item, NULL, NULL, NULL);
	}
}

bool harness_begin(struct harness *h, bool server)
{
	static const uint8_t hello[] = { 0x93, 0, 1, 0x80 };

	*h = (struct harness){ .options = { .server = server,
					    .authenticate = test_authenticate,
					    .events = &events,
					    .ping = UINT32_MAX } };
	spy_context_init(&h->context, NULL, NULL, 1000000000,
			 (struct timespec){ .tv_sec = 1700000000 });
	if (!(h->registry = test_registry()))
		return false;
	h->options.registry = h->registry;
	if (!(h->connection = spy_connection_new(&h->context, &h->options, NULL, h)))
		return false;
	harness_feed(h, hello, sizeof hello);
	if (!server)
		open_calls(h);
	settle(h);
	return true;
}

void harness_feed(struct harness *h, const uint8_t *message, size_t len)
{
	spy_connection_recv(h->connection, message, len);
	settle(h);
}

void harness_pass(struct harness *h, int64_t ns)
{
	struct timespec wall = h->context.wall;

	wall.tv_sec += ns / 1000000000;
	spy_context_set_time(&h->context, h->context.now + ns, wall);
	settle(h);
}

bool harness_is_open(const struct harness *h)
{
	return spy_connection_is_live(h->connection);
}

bool harness_end(struct harness *h)
{
	struct spy_context *context = &h->context;
	bool good = !h->broken;

	/* Items are bounded by the windows, calls by max_calls: here far below both. */
	good &= h->most_held < 64 << 20;
	while (h->call_count)
		spy_call_close(h->calls[--h->call_count]);
	if (h->connection)
		spy_connection_lost(h->connection, SPY_EUNAVAILABLE);
	while (spy_context_deadline(context) == 0)
		spy_context_run(context);
	good &= !h->connection || h->connection->held == 0;
	spy_connection_free(h->connection);
	good &= !context->counts.calls && !context->counts.connections &&
		!context->counts.sessions_open;
	spy_context_fini(context);
	spy_registry_free(h->registry);
	return good;
}
