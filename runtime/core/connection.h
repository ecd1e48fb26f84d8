/*
 * One connection: whole WebSocket messages in, whole messages out, and in between the calls
 * that it carries, in the role of the client or of the server. Knows no socket: the
 * transport (libwebsockets, the in-memory pair of pair.h) hands messages in and takes them
 * out, and is told what to do by `events`.
 *
 *	in:   spy_connection_recv(), _lost(), _violation()
 *	out:  events->want_write, then spy_connection_output() and _sent() until it is false
 *	end:  events->close: flush what is left, close with that code, call _lost()
 *
 * Invariant: a message that leaves holds whole frames and never exceeds what the peer
 * accepts; every call on a connection ends exactly once, with an END or ERROR to the peer
 * while there is one. Read next: call.h (one call), stream.h, receive.c (frames coming in).
 */
#ifndef SPY_CORE_CONNECTION_H
#define SPY_CORE_CONNECTION_H

#include <spy/call.h>
#include <spy/server.h>

#include <core/context.h>

struct spy_connection;
struct spy_registry;

/* WebSocket's close codes that we send. */
enum spy_close {
	SPY_CLOSE_DONE = 1000,
	SPY_CLOSE_GOING_AWAY = 1001,
	SPY_CLOSE_PROTOCOL = 1002,
	SPY_CLOSE_POLICY = 1008,
	SPY_CLOSE_TOO_BIG = 1009,
	SPY_CLOSE_OVERLOADED = 1013,
};

/* What the user of a connection is told. Any may be NULL. `user` is the connection's. All
 * but want_write and close come from spy_context_run_ready() or from inside recv; any of
 * them may call any function here, spy_connection_free() included. */
struct spy_connection_events {
	/* There is output, where there was none: flush at the end of this turn. */
	void (*want_write)(struct spy_connection *connection, void *user);
	/* Close: flush first, then a close frame with `code`, then spy_connection_lost().
	 * Nothing that comes in is read any more. Told once. */
	void (*close)(struct spy_connection *connection, int code, const char *reason,
		      void *user);
	/* The peer's HELLO has come. `agent` and `session` are "" when it gave none. */
	void (*hello)(struct spy_connection *connection, const char *agent,
		      const char *session, void *user);
	/* Client: the answer to the oldest AUTH; 0 or the refusal. */
	void (*authed)(struct spy_connection *connection, int error, void *user);
	/* The peer wants no new calls. */
	void (*goaway)(struct spy_connection *connection, int error, const char *message,
		       void *user);
	/* No call is open any more. */
	void (*idle)(struct spy_connection *connection, void *user);
	/* Client: a call that was prepared as `repeatable` has been refused as unauthenticated
	 * (SPY_EUNAUTHENTICATED), or was certainly not executed because the server goes away or
	 * the connection was lost before it was sent (SPY_EUNAVAILABLE). True: taken, the call is
	 * as after spy_call_prepare() and no longer this connection's; false: it ends with the
	 * error. A call that is kept comes for both reasons at any time. */
	bool (*refused)(struct spy_connection *connection, struct spy_call *call,
			int error, void *user);
	/* Client: OPENED has come for a call that is kept. */
	void (*opened)(struct spy_connection *connection, struct spy_call *call,
		       void *user);
	/* Server: a method starts; a call that had started is over with `error` after
	 * `duration` nanoseconds; something that the log should have. */
	void (*call_started)(struct spy_call *call, void *user);
	void (*call_ended)(struct spy_call *call, int error, int64_t duration,
			   void *user);
	void (*warning)(struct spy_connection *connection, struct spy_call *call,
			const char *text, void *user);
	/* Server: what spy_session_peer() and spy_session_header() answer. */
	const char *(*peer)(struct spy_connection *connection, void *user);
	const char *(*header)(struct spy_connection *connection, const char *name,
			      void *user);
};

#define SPY_DEFAULT_CREDIT	65536
#define SPY_DEFAULT_MAX_MESSAGE 1048576
#define SPY_DEFAULT_MAX_CALLS	128
#define SPY_DEFAULT_PING	25000
#define SPY_DEFAULT_TIMEOUT	10000
/* Unsent output at which senders of items wait. Four times that and new calls are refused;
 * sixteen times, and the peer is taken to be gone (1013). */
#define SPY_DEFAULT_MAX_QUEUE 1048576
/* Bytes of unread items, arguments and what they were decoded to, at which new calls are
 * refused. 128 calls with a full window of 64 KiB each come to 8 MiB. */
#define SPY_DEFAULT_MAX_HELD (16 << 20)

/* Shared by any number of connections and borrowed by them. 0 means the default. */
struct spy_connection_options {
	bool server;
	bool expose_errors;   /* say what a method returned when it failed */
	const char *agent;    /* for HELLO, or NULL */
	uint32_t credit;      /* bytes per stream that we grant at first */
	uint32_t max_message; /* bytes that we accept */
	uint32_t max_calls;   /* open at once that we accept */
	uint32_t ping;	      /* ms of silence before PING; UINT32_MAX: never */
	uint32_t timeout;     /* ms for its answer */
	uint32_t max_queue;   /* bytes, see above */
	uint32_t max_held;    /* bytes, see above */
	const struct spy_registry *registry; /* server: what is served; NULL: nothing */
	/* Server: see spy_server_authenticate(); NULL: every token is refused. */
	int (*authenticate)(struct spy_call *call, const char *token,
			    struct spy_identity *identity, void *self);
	void *authenticate_self;
	const struct spy_connection_events *events;
};

/* Says HELLO. `session` (server, may be NULL, borrowed during the call) names the connection
 * in logs. NULL without memory. */
struct spy_connection *spy_connection_new(struct spy_context *context,
					  const struct spy_connection_options *options,
					  const char *session, void *user);

/* Takes the connection; calls that are still open are lost first. From anywhere. */
void spy_connection_free(struct spy_connection *connection);

void *spy_connection_user(const struct spy_connection *connection);
struct spy_context *spy_connection_context(const struct spy_connection *connection);

/* --- The transport's side ------------------------------------------------------------- */

/* One whole binary message; borrowed during the call. 0, or SPY_EPROTOCOL when the
 * connection is closed or closing (events->close has been told). */
int spy_connection_recv(struct spy_connection *connection, const uint8_t *message,
			size_t len);

/* The next whole message to send, true when there is one. Borrowed until _sent(), which
 * must follow. SPY_BUF_HEADROOM bytes in front of it may be overwritten. */
bool spy_connection_output(struct spy_connection *connection, const uint8_t **data,
			   size_t *len);
void spy_connection_sent(struct spy_connection *connection);

/* Bytes that wait to be sent. */
size_t spy_connection_queued(const struct spy_connection *connection);

/* The transport is gone: every call ends with `error` (SPY_EUNAVAILABLE as a rule). Again:
 * nothing happens. */
void spy_connection_lost(struct spy_connection *connection, int error);

/* The peer broke a rule that only the transport can see (a text message, SPY_CLOSE_PROTOCOL;
 * a message too long, SPY_CLOSE_TOO_BIG): GOAWAY and events->close. */
void spy_connection_violation(struct spy_connection *connection, int close_code,
			      const char *what);

/* The largest message that the peer may send us. */
size_t spy_connection_max_message(const struct spy_connection *connection);

/* --- Both roles ----------------------------------------------------------------------- */

/* Says GOAWAY: no new calls. Server: later OPENs get `unavailable`. Again: nothing happens. */
void spy_connection_goaway(struct spy_connection *connection, int error,
			   const char *message);

/* Ends every open call with this error, with an ERROR (a CANCEL from a client) each. */
void spy_connection_end_calls(struct spy_connection *connection, int error);

/* Calls that are open (client: also those that wait for a place). */
size_t spy_connection_calls(const struct spy_connection *connection);

/* --- Server --------------------------------------------------------------------------- */

/* A token that came with the handshake: decided as by AUTH, without an answer. Before the
 * first recv. 0 or SPY_ENOMEM. */
int spy_connection_token(struct spy_connection *connection, const char *token);

/* For every connection of this context; see spy_revoke_user() and the like. */
void spy_context_revoke_user(struct spy_context *context, const char *user);
void spy_context_revoke_token(struct spy_context *context, const char *user,
			      const char *auth_id);
void spy_context_revoke_scopes(struct spy_context *context, const char *user,
			       const char *const *scopes);

/* --- Client --------------------------------------------------------------------------- */

struct spy_call_options {
	uint32_t timeout; /* ms from now; 0: none */
	/* It may have to be sent again: its arguments are kept until the server has answered,
	 * and its items wait for OPENED. See events->refused. */
	bool repeatable;
};

/* A call without a connection; its arguments are encoded now, its streams wait. Streams as
 * in spy_client_call(). What is wrong with the arguments is the call's error. NULL without
 * memory. */
struct spy_call *spy_call_prepare(struct spy_context *context,
				  const struct spy_method *method, const void *args,
				  const struct spy_call_options *options,
				  struct spy_stream **streams);

/* Opens a prepared call on this connection, now or when the server has a place for it. */
void spy_connection_open(struct spy_connection *connection, struct spy_call *call);

/* Both at once; the arguments are encoded straight into the output when there is a place. */
struct spy_call *spy_connection_call(struct spy_connection *connection,
				     const struct spy_method *method, const void *args,
				     const struct spy_call_options *options,
				     struct spy_stream **streams);

/* Keeps a call beyond its connection: see events->refused. Without ordinary parameters only
 * (SPY_EFAILED_PRECONDITION), and it ends as others do once one of its inputs has ended. */
int spy_call_keep(struct spy_call *call);

/* Ends a prepared call that never found a connection, or anything else from outside. */
void spy_call_abort(struct spy_call *call, int error, const char *message);

/* Whether a server still takes new calls here: no GOAWAY, not closing. */
bool spy_connection_is_open(const struct spy_connection *connection);

/* AUTH: sign in, or out with NULL. The answer comes as events->authed, in order. Calls that
 * are opened afterwards wait for it at the server. 0 or SPY_ENOMEM. */
int spy_connection_auth(struct spy_connection *connection, const char *token);

/* What the program may keep at a call, given back by the client when it ends. */
void spy_call_set_owner(struct spy_call *call, void *owner,
			void (*released)(struct spy_call *call, void *owner));
void *spy_call_owner(const struct spy_call *call);

#endif
