/* A connection under attack: see harness.h. */
#include "support/harness.h"

#include <core/state.h>

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
