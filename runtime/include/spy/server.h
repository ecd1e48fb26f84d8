/*
 * A server: endpoints served over WebSocket, one loop per worker thread.
 *
 *	struct spy_server *server = spy_server_new(NULL);
 *
 *	example_serve(server, &example, NULL);
 *	return spy_server_run(server) < 0;
 *
 * Every function takes a NULL server and answers SPY_ENOMEM, so a short program checks once.
 */
#ifndef SPY_SERVER_H
#define SPY_SERVER_H

#include <spy/call.h>

struct spy_server;

/* A server with the settings of a YAML file, or with the defaults (NULL). What is wrong with
 * the file is written to standard error, with line and column; then NULL. */
SPY_PUBLIC struct spy_server *spy_server_new(const char *settings);

/* One setting by its name in the settings file: spy_server_set(server, "port", "0"). Before
 * spy_server_start(). SPY_EINVALID_ARGUMENT for an unknown name or a bad value. */
SPY_PUBLIC int spy_server_set(struct spy_server *server, const char *name,
			      const char *value);

/* Runs one method of an endpoint: `implementation` is the endpoint's struct of functions,
 * `args` the decoded ordinary parameters, `streams` the result and the stream parameters.
 * Generated, one per method. */
struct spy_service;
struct spy_invocation {
	int (*invoke)(struct spy_call *call, const struct spy_service *service,
		      const void *args, struct spy_stream *const *streams);
};

/* An endpoint with its implementation. The generated NAME_serve() fills it in. */
struct spy_service {
	const struct spy_endpoint *endpoint;
	const struct spy_invocation *invocations; /* one per method, in order */
	const void *implementation;
	void *self; /* spy_call_self() */
};

/* A streaming endpoint's invocation: `return spy_call_messages(…);`. The endpoint's functions
 * (NULL is fine), where `message` is a generated one that knows the item's type. `opened` is
 * called first, on the method's fiber, and may refuse with an error; `message` for each item,
 * one at a time, and may wait, an error ends the call with it; `closed` once, when the
 * session ends for whatever reason, if `opened` went well. */
SPY_PUBLIC int spy_call_messages(struct spy_call *call, struct spy_stream *const *streams,
				 int (*opened)(struct spy_session *session),
				 int (*message)(struct spy_session *session,
						const void *item, const void *endpoint),
				 void (*closed)(struct spy_session *session),
				 const void *endpoint);

/* Sends on the result stream of the session's call; generated NAME_send() calls it. From
 * anywhere on the loop until the session has ended. Waits for the reader inside the session's
 * own `opened` and `message`; elsewhere SPY_EAGAIN says that the reader is behind. */
SPY_PUBLIC int spy_session_send(struct spy_session *session, const void *item);

/* Serves an endpoint (copies the struct, borrows what it points to until the server is
 * freed). SPY_EALREADY_EXISTS when its name is served. */
SPY_PUBLIC int spy_server_serve(struct spy_server *server,
				const struct spy_service *service);

/* Who a token stands for. Filled in by the authentication callback; strings may come from
 * spy_call_alloc(). */
struct spy_identity {
	const char *user;	   /* NULL: nobody */
	const char *auth_id;	   /* names this sign-in, for revocation; may be NULL */
	const char *const *scopes; /* NULL-terminated, or NULL */
	struct timespec expires;   /* 0: never */
};

/* Called for each token that a connection brings; `call` is there for spy_call_alloc(),
 * spy_session_peer(), _header() and to wait with, and is no method's. Returns 0, or an error:
 * the token is refused. */
SPY_PUBLIC int
spy_server_authenticate(struct spy_server *server,
			int (*authenticate)(struct spy_call *call, const char *token,
					    struct spy_identity *identity, void *self),
			void *self);

/* Takes back what an authentication gave, at once and for every open call concerned: all of
 * a user's, one sign-in's, or the calls whose method needs one of the scopes. From any thread. */
SPY_PUBLIC int spy_revoke_user(struct spy_server *server, const char *user);
SPY_PUBLIC int spy_revoke_token(struct spy_server *server, const char *user,
				const char *auth_id);
SPY_PUBLIC int spy_revoke_scopes(struct spy_server *server, const char *user,
				 const char *const *scopes);

/* Opens the port; afterwards spy_server_port() tells which. spy_server_run() does it when it
 * has not been done. From here to there SIGTERM and SIGINT wait. */
SPY_PUBLIC int spy_server_start(struct spy_server *server);
SPY_PUBLIC int spy_server_port(const struct spy_server *server);

/* Serves until spy_server_stop(), SIGTERM or SIGINT, then drains: no new calls, the open ones
 * get the drain time. 0, or what went wrong at the start (already on standard error). */
SPY_PUBLIC int spy_server_run(struct spy_server *server);

/* Asks run to drain and return. From any thread and from a signal handler. */
SPY_PUBLIC void spy_server_stop(struct spy_server *server);

struct spy_server_counts {
	uint64_t sessions_open;	  /* calls whose method has started and is not over */
	uint64_t sessions_closed; /* and those that are over, since the start */
	uint64_t connections;	  /* open */
};
/* Sums over all workers, a moment's value. From any thread. */
SPY_PUBLIC void spy_server_read_counts(const struct spy_server *server,
				       struct spy_server_counts *counts);

/* Takes the server, after run has returned or before it was called. NULL is fine. */
SPY_PUBLIC void spy_server_free(struct spy_server *server);

#endif
