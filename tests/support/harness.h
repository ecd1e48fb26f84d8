/*
 * One connection and a peer that says anything: what the fuzzer and the test with damaged
 * messages have in common. Whatever the connection says is held against the protocol.
 */
#ifndef TEST_HARNESS_H
#define TEST_HARNESS_H

#include "support/test_service.h"

#include <core/call.h>

#define HARNESS_CALLS 8

struct harness {
	struct spy_context context;
	struct spy_connection_options options;
	struct spy_connection *connection;
	struct spy_registry *registry;
	struct spy_call *calls[HARNESS_CALLS]; /* of a client */
	size_t call_count;
	size_t most_held; /* bytes */
	bool broken;	  /* it has said something that is no frame */
	bool pong;	  /* it has said PONG */
};

/* Messages that such a peer may say in good faith, in the notation of notation.h. */
uint32_t harness_message_count(bool server);
const char *harness_message(bool server, uint32_t index);

/* A server's, or a client's with some calls open; the peer has said HELLO. False without
 * memory. */
bool harness_begin(struct harness *h, bool server);
/* The peer says this; the loop runs; what we say is read. */
void harness_feed(struct harness *h, const uint8_t *message, size_t len);
void harness_pass(struct harness *h, int64_t ns);
bool harness_is_open(const struct harness *h);
/* Frees everything: whether nothing was left and nothing was wrong. */
bool harness_end(struct harness *h);

#endif
