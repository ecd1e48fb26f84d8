/*
 * A client and a server joined in memory, on one context with a clock that runs as the test
 * wants it: for tests of generated code and of ours, without sockets and without waiting.
 *
 *	struct spy_pair *pair = spy_pair_new(&(struct spy_pair_options){ .registry = r });
 *	struct spy_call *call = spy_connection_call(spy_pair_client(pair), …);
 *	spy_call_wait(call);        moves messages, runs methods, moves the clock
 *	spy_pair_free(pair);
 *
 * Invariant: whatever waits makes the pair step; when no step is left that could end the
 * waiting, it ends with SPY_EAGAIN instead of hanging.
 */
#ifndef SPY_CORE_PAIR_H
#define SPY_CORE_PAIR_H

#include <core/connection.h>

struct spy_pair;

struct spy_pair_options {
	const struct spy_registry *registry;
	int (*authenticate)(struct spy_call *call, const char *token,
			    struct spy_identity *identity, void *self);
	void *authenticate_self;
	/* Templates; what is the pair's to say (server, registry, authenticate, events) is
	 * overwritten. NULL: defaults, without PING. */
	const struct spy_connection_options *client, *server;
	const struct spy_env *env;
	uint32_t delay; /* ms that a message travels */
	bool split;	/* every frame travels in a message of its own */
	uint64_t
		seed; /* not 0: messages are split at random, and delayed up to `delay` */
};

/* NULL without memory. */
struct spy_pair *spy_pair_new(const struct spy_pair_options *options);
/* Frees both connections; calls of the client that are still open are lost, and have to be
 * closed before. */
void spy_pair_free(struct spy_pair *pair);

struct spy_connection *spy_pair_client(struct spy_pair *pair);
struct spy_connection *spy_pair_server(struct spy_pair *pair);
struct spy_context *spy_pair_context(struct spy_pair *pair);

/* Does the next thing: runs what is ready, delivers a message, or moves the clock to the
 * next timer. False when there is nothing to do. */
bool spy_pair_step(struct spy_pair *pair);
/* Steps until nothing is left that does not need the clock to move. */
void spy_pair_settle(struct spy_pair *pair);
/* Lets so many nanoseconds pass, doing what is due meanwhile. */
void spy_pair_pass(struct spy_pair *pair, int64_t ns);

/* What one side says does not leave any more, as when its peer does not read. */
void spy_pair_stall(struct spy_pair *pair, bool server, bool stalled);
/* The connection is cut: both sides lose it; messages on their way are gone. */
void spy_pair_cut(struct spy_pair *pair);

/* The code with which a side wanted to close, 0: it did not; and the last warning. */
int spy_pair_close_code(const struct spy_pair *pair, bool server);
const char *spy_pair_warning(const struct spy_pair *pair);
/* The error of the last AUTHED, 1 when none has come. */
int spy_pair_authed(const struct spy_pair *pair);
/* Called when a call was refused and might be repeated: see events->refused. */
void spy_pair_on_refused(struct spy_pair *pair,
			 bool (*refused)(struct spy_pair *pair, struct spy_call *call,
					 int error, void *self),
			 void *self);

#endif
