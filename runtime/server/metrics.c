/* See metrics.h. */
#include <server/metrics.h>

#include <server/state.h>

#include <stdarg.h>
#include <stdio.h>

static const struct {
	int64_t ns;
	const char *seconds;
} bounds[SPY_METRICS_BUCKETS - 1] = {
	{ 1000000, "0.001" },  { 3000000, "0.003" }, { 10000000, "0.01" },
	{ 30000000, "0.03" },  { 100000000, "0.1" }, { 300000000, "0.3" },
	{ 1000000000, "1" },   { 3000000000, "3" },  { 10000000000, "10" },
	{ 60000000000, "60" },
};

void spy_metrics_call(struct spy_metrics *metrics, int error, int64_t duration)
{
	int code = error == SPY_EXCEPTION ? -1000 - SPY_EABORTED
		   : error == SPY_ENOMEM  ? -1000 - SPY_ERESOURCE_EXHAUSTED
		   : error		  ? -1000 - error
					  : 0;
	int bucket = 0;

	if (code < 0 || code >= SPY_METRICS_CODES)
		code = -1000 - SPY_EINTERNAL;
	while (bucket < SPY_METRICS_BUCKETS - 1 && duration > bounds[bucket].ns)
		bucket++;
	spy_count(&metrics->calls_handled[code], 1);
	spy_count(&metrics->durations[bucket], 1);
	spy_count(&metrics->duration_sum, (uint64_t)duration);
}

static void print(struct spy_buf *out, const char *format, ...) SPY_PRINTF(2, 3);
static void print(struct spy_buf *out, const char *format, ...)
{
	char text[256];
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (n > 0)
		spy_buf_append(out, text,
			       (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

/* Where a number stands in a worker. */
static uint64_t sum(const struct spy_server *server, size_t offset)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < server->worker_count; i++)
		total += atomic_load_explicit(
			(const _Atomic uint64_t *)(const void *)((const char *)&server
									 ->workers[i]
									 .metrics +
								 offset),
			memory_order_relaxed);
	return total;
}

static void series(struct spy_buf *out, const char *name, const char *type,
		   const char *help)
{
	print(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

struct plain {
	const char *name, *type, *help;
	size_t offset;
};

#define AT(MEMBER) offsetof(struct spy_metrics, MEMBER)

static void write_plain(const struct spy_server *server, struct spy_buf *out)
{
	static const struct plain plain[] = {
		{ "spy_calls_started_total", "counter", "Calls whose method was started.",
		  AT(calls_started) },
		{ "spy_calls_open", "gauge", "Calls that are open.", AT(calls) },
		{ "spy_connections", "gauge", "WebSocket connections that are open.",
		  AT(connections) },
		{ "spy_connections_accepted_total", "counter", "Sockets accepted.",
		  AT(accepted) },
		{ "spy_connections_established_total", "counter",
		  "WebSocket handshakes that succeeded.", AT(established) },
		{ "spy_connections_refused_total", "counter",
		  "WebSocket handshakes that were refused.", AT(refused) },
		{ "spy_connections_shed_total", "counter",
		  "Sockets closed because of a limit.", AT(shed) },
		{ "spy_connections_overloaded_total", "counter",
		  "Connections closed because the peer did not read.", AT(overloaded) },
		{ "spy_warnings_total", "counter", "Warnings that methods gave rise to.",
		  AT(warnings) },
	};

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		series(out, plain[i].name, plain[i].type, plain[i].help);
		print(out, "%s %llu\n", plain[i].name,
		      (unsigned long long)sum(server, plain[i].offset));
	}
}

static void write_calls(const struct spy_server *server, struct spy_buf *out)
{
	unsigned long long total = 0;

	series(out, "spy_calls_handled_total", "counter",
	       "Calls that are over, by code.");
	for (int i = 0; i < SPY_METRICS_CODES; i++)
		print(out, "spy_calls_handled_total{code=\"%s\"} %llu\n",
		      spy_code_name(i ? -1000 - i : 0),
		      (unsigned long long)sum(server, AT(calls_handled[0]) + 8u * i));
	series(out, "spy_call_duration_seconds", "histogram", "How long calls took.");
	for (int i = 0; i < SPY_METRICS_BUCKETS; i++) {
		total += sum(server, AT(durations[0]) + 8u * i);
		print(out, "spy_call_duration_seconds_bucket{le=\"%s\"} %llu\n",
		      i < SPY_METRICS_BUCKETS - 1 ? bounds[i].seconds : "+Inf", total);
	}
	print(out, "spy_call_duration_seconds_sum %.9f\n",
	      (double)sum(server, AT(duration_sum)) / 1e9);
	print(out, "spy_call_duration_seconds_count %llu\n", total);
}

static void write_traffic(const struct spy_server *server, struct spy_buf *out)
{
	static const char *const names[4][2] = {
		{ "spy_messages_received_total", "WebSocket messages received." },
		{ "spy_messages_sent_total", "WebSocket messages sent." },
		{ "spy_bytes_received_total", "Bytes in messages received." },
		{ "spy_bytes_sent_total", "Bytes in messages sent." },
	};
	uint64_t totals[4] = { 0 };

	for (unsigned i = 0; i < server->worker_count; i++) {
		const struct spy_loop *loop = server->workers[i].loop;

		if (!loop)
			continue;
		totals[0] += atomic_load_explicit(&loop->counts.messages_in,
						  memory_order_relaxed);
		totals[1] += atomic_load_explicit(&loop->counts.messages_out,
						  memory_order_relaxed);
		totals[2] += atomic_load_explicit(&loop->counts.bytes_in,
						  memory_order_relaxed);
		totals[3] += atomic_load_explicit(&loop->counts.bytes_out,
						  memory_order_relaxed);
	}
	for (int i = 0; i < 4; i++) {
		series(out, names[i][0], "counter", names[i][1]);
		print(out, "%s %llu\n", names[i][0], (unsigned long long)totals[i]);
	}
}

void spy_metrics_write(const struct spy_server *server, struct spy_buf *out)
{
	write_plain(server, out);
	write_calls(server, out);
	write_traffic(server, out);
	series(out, "spy_ready", "gauge", "Whether new connections are welcome.");
	print(out, "spy_ready %d\n", spy_server_is_ready(server));
}
