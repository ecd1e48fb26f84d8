/*
 * The conformance server: conformance.spy, implemented to the letter, so that any client,
 * ours or a stranger's, can be held against it. main.c puts the endpoints together;
 * streaming.c and plain.c implement them.
 */
#ifndef CONFORMANCE_SERVER_H
#define CONFORMANCE_SERVER_H

#include "conformance.h"
#include "conformance.server.h"

extern const struct conformance_streaming_endpoint streaming_endpoint;
extern const struct conformance_plain_endpoint plain_endpoint;
extern const struct conformance_authenticated_endpoint authenticated_endpoint;
extern const struct conformance_logged_in_endpoint logged_in_endpoint;
extern const struct conformance_identity_endpoint identity_endpoint;
extern const struct conformance_lobby_endpoint lobby_endpoint;

/* Throws the ExceptionWithData that the schema's comments describe. */
int throw_data(struct spy_call *call);

/* Decides on a token of the form that the schema's comment gives. */
int authenticate(struct spy_call *call, const char *token, struct spy_identity *identity,
		 void *self);

#endif
