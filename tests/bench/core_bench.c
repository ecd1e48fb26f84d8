/*
 * What the core costs by itself, without sockets: calls per second, nanoseconds per echoed
 * item, bytes per open call and per connection. The client's side is bytes made beforehand.
 *
 *	core_bench [SECONDS]
 */
#include "support/notation.h"
#include "support/test_service.h"

#include <core/state.h>

#include <malloc.h>
#include <stdlib.h>
#include <time.h>

#define BATCH 64

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct bench {
	struct spy_context context;
	struct spy_connection_options options;
	struct spy_connection *connection;
	uint32_t id;
};

static void feed(struct bench *b, const struct spy_buf *buf)
{
	const uint8_t *data;
	size_t len;

	spy_connection_recv(b->connection, buf->data, buf->len);
	spy_context_run(&b->context);
	while (spy_connection_output(b->connection, &data, &len))
		spy_connection_sent(b->connection);
}

static void feed_text(struct bench *b, const char *text)
{
	struct spy_buf buf = { 0 };

	notation_encode(text, &buf);
	feed(b, &buf);
	spy_buf_free(&buf);
}

static void begin(struct bench *b, const struct spy_registry *registry)
{
	*b = (struct bench){
		.options = { .server = true, .registry = registry, .max_calls = 2000000 }
	};
	spy_context_init(&b->context, NULL, NULL, 1, (struct timespec){ 0 });
	b->connection = spy_connection_new(&b->context, &b->options, NULL, NULL);
	feed_text(b, "[0, 1, {\"credit\": 2147483647}]");
}

static void end(struct bench *b)
{
	spy_connection_free(b->connection);
	spy_context_fini(&b->context);
}

static void put_open(struct bench *b, struct spy_buf *buf, const char *method, bool text)
{
	spy_frame_put(buf, 4, SPY_FRAME_OPEN, ++b->id);
	spy_frame_put_text(buf, method);
	spy_pack_array(buf, text);
	if (text)
		spy_frame_put_text(buf, "Ada");
}

static void unary(const struct spy_registry *registry, double seconds)
{
	struct spy_buf buf = { 0 };
	struct bench b;
	double start = now(), passed;
	uint32_t calls = 0;

	begin(&b, registry);
	do {
		spy_buf_reset(&buf);
		for (int i = 0; i < BATCH; i++)
			put_open(&b, &buf, "test.plain.hello", true);
		feed(&b, &buf);
		calls += BATCH;
		passed = now() - start;
	} while (passed < seconds);
	printf("unary calls           %10.0f /s  %6.0f ns each\n", calls / passed,
	       passed * 1e9 / calls);
	spy_buf_free(&buf);
	end(&b);
}

static void echo(const struct spy_registry *registry, const char *method, double seconds)
{
	struct spy_buf buf = { 0 };
	struct bench b;
	double start, passed;
	long items = 0;
	char open[128];

	begin(&b, registry);
	snprintf(open, sizeof open, "[1, 1, \"%s\", []]", method);
	feed_text(&b, open);
	for (int i = 0; i < BATCH; i++) {
		spy_frame_put_stream(&buf, 4, SPY_FRAME_ITEM, 1, 1);
		spy_pack_uint64(&buf, 1000);
	}
	start = now();
	do {
		feed(&b, &buf);
		items += BATCH;
		passed = now() - start;
	} while (passed < seconds);
	printf("%-21s %10.0f /s  %6.1f ns each\n", method, (double)items / passed,
	       passed * 1e9 / (double)items);
	spy_buf_free(&buf);
	end(&b);
}

static void memory(const struct spy_registry *registry, const char *method,
		   uint32_t count)
{
	struct spy_buf buf = { 0 };
	struct bench b;
	size_t before;

	begin(&b, registry);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	for (uint32_t i = 0; i < count; i++) {
		spy_buf_reset(&buf);
		put_open(&b, &buf, method, false);
		feed(&b, &buf);
	}
	spy_buf_free(&buf);
	printf("%-21s %10.0f bytes of heap per open call\n", method,
	       (double)(mallinfo2().uordblks + mallinfo2().hblkhd - before) / count);
	end(&b);
}

static void connections(const struct spy_registry *registry)
{
	struct spy_connection_options options = { .server = true, .registry = registry };
	struct spy_connection *all[1000];
	struct spy_context context;
	struct spy_buf buf = { 0 };
	size_t before;

	spy_context_init(&context, NULL, NULL, 1, (struct timespec){ 0 });
	notation_encode("[0, 1, {}] [1, 1, \"test.plain.nothing\", []]", &buf);
	before = mallinfo2().uordblks;
	for (int i = 0; i < 1000; i++) {
		const uint8_t *data;
		size_t len;

		all[i] = spy_connection_new(&context, &options, NULL, NULL);
		spy_connection_recv(all[i], buf.data, buf.len);
		while (spy_connection_output(all[i], &data, &len))
			spy_connection_sent(all[i]);
	}
	printf("idle connection       %10.0f bytes of heap, after one call\n",
	       (double)(mallinfo2().uordblks - before) / 1000);
	for (int i = 0; i < 1000; i++)
		spy_connection_free(all[i]);
	spy_buf_free(&buf);
	spy_context_fini(&context);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;
	struct spy_registry *registry = test_registry();

	unary(registry, seconds);
	echo(registry, "test.stream.echo", seconds);
	echo(registry, "test.stream.echo_listen", seconds);
	echo(registry, "test.stream.relay", seconds);
	memory(registry, "test.stream.echo_listen", 100000);
	memory(registry, "test.stream.relay", 100000);
	memory(registry, "test.plain.finish_later", 10000);
	connections(registry);
	spy_registry_free(registry);
	return 0;
}
