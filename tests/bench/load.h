/* One connection of the load generator: a cheap WebSocket client that speaks as much of the
 * protocol as an echo needs. conn.c implements it, load.c drives it. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct load_options {
	int port;
	const char *method; /* NULL: plain messages */
	const uint8_t *item;
	size_t item_len;
	int connections, depth, per_message;
	bool unary; /* a call for each item */
};

struct conn {
	const struct load_options *options;
	int fd;
	uint64_t replies; /* items that came back */
	uint64_t sent_at; /* load.c's */
	int due;	  /* items to send */
	uint32_t call;	  /* the last one's number */
	int64_t credit;	  /* bytes that the server still takes */
	int64_t consumed; /* bytes read and not granted again */
	uint8_t *in;	  /* [in_start, in_len) has not been looked at */
	size_t in_start, in_len;
	uint8_t *out; /* [out_start, out_len) is to be sent */
	size_t out_start, out_len;
	char problem[100]; /* why something failed */
};

/* Connects, shakes hands, opens the call; the first items are due then. Blocks. */
int conn_open(struct conn *conn, const struct load_options *options);
/* Reads what is there and makes the answers due; 0 or -1. */
int conn_read(struct conn *conn);
/* Sends what is due. */
int conn_write(struct conn *conn);

#endif
