/*
 * Numbers about a server in Prometheus' text format. Each worker counts for itself without
 * locks; whoever asks adds up.
 */
#ifndef SPY_SERVER_METRICS_H
#define SPY_SERVER_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include <core/buf.h>

/* Codes 0 to 16. */
#define SPY_METRICS_CODES 17
/* Durations up to 1 ms, then by steps of about 3, then all others. */
#define SPY_METRICS_BUCKETS 11

struct spy_metrics {
	_Atomic uint64_t calls_started;
	_Atomic uint64_t calls_handled[SPY_METRICS_CODES];
	_Atomic uint64_t durations[SPY_METRICS_BUCKETS];
	_Atomic uint64_t duration_sum; /* ns */
	_Atomic uint64_t accepted, established, shed, refused, overloaded, warnings;
	/* States, written once per turn of the loop. */
	_Atomic uint64_t connections, calls, sessions_open, sessions_closed;
};

struct spy_server;

void spy_metrics_call(struct spy_metrics *metrics, int error, int64_t duration);

/* The page of /metrics. */
void spy_metrics_write(const struct spy_server *server, struct spy_buf *out);

#endif
