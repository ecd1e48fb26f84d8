/*
 * What is inside of a connection, for the files that make it up: connection.c (life, output,
 * keepalive), receive.c and open.c (frames coming in), serve.c and request.c (calls), auth.c and
 * identity.c (who calls).
 *
 * Invariant: `closing` is set once; from then on nothing is read, no call is open and only
 * what is queued already goes out. `depth` keeps the memory while one of its functions is on
 * the stack.
 */
#ifndef SPY_CORE_STATE_H
#define SPY_CORE_STATE_H

#include <core/call.h>
#include <core/frame.h>
#include <core/output.h>
#include <core/table.h>

enum spy_connection_flag {
	SPY_CONNECTION_HELLO = 1 << 0, /* the peer's has come */
	SPY_CONNECTION_CLOSING = 1 << 1,
	SPY_CONNECTION_LOST = 1 << 2,
	SPY_CONNECTION_FREED = 1 << 3,	  /* free when `depth` is 0 */
	SPY_CONNECTION_DRAINING = 1 << 4, /* we have said GOAWAY */
	SPY_CONNECTION_GOAWAY = 1 << 5,	  /* the peer has */
	SPY_CONNECTION_BLOCKED = 1 << 6,  /* a stream waits for a shorter queue */
	SPY_CONNECTION_PINGED = 1 << 7,	  /* since the peer was last heard */
	SPY_CONNECTION_BUSY = 1 << 8,	  /* a call has been open since `idle` was told */
};

/* While user code runs between two frames of a message: what follows an item. */
struct spy_ahead {
	struct spy_stream *stream; /* the item's, or NULL: nothing may be pulled */
	struct spy_slice head;	   /* of its frame, up to the value */
	struct spy_reader *reader; /* of the frames behind it */
};

struct spy_connection {
	struct spy_ring ring; /* context->connections */
	struct spy_context *context;
	const struct spy_connection_options *options;
	void *user;
	struct spy_output output;
	struct spy_table table;	 /* open calls by number */
	struct spy_ring calls;	 /* all of them, in order */
	struct spy_ring waiting; /* client: calls that wait for a place */
	struct spy_auth *auth;	 /* NULL as long as no token has come */
	struct spy_task task; /* tells of the close, of being idle; opens waiting calls */
	struct spy_timer timer; /* keepalive */
	int64_t heard;		/* when the peer last said something */
	/* An item that has just come in and lies in the receive buffer still. */
	struct spy_stream *direct;
	struct spy_slice direct_item;
	struct spy_ahead ahead;
	uint32_t last; /* the highest number of a call so far */
	uint32_t peer_credit, peer_max_message, peer_max_calls;
	uint32_t waiting_count;
	uint32_t pings;
	uint16_t flags;
	uint16_t depth;
	uint16_t close_code; /* to be told, or 0 */
	const char *close_reason;
	size_t held; /* bytes of unread items and arguments */
};

/* Options with their defaults. */
#define SPY_OPTION(name, dflt)                                                         \
	static inline uint32_t spy_connection_##name(                                  \
		const struct spy_connection *connection)                               \
	{                                                                              \
		return connection->options->name ? connection->options->name : (dflt); \
	}
SPY_OPTION(credit, SPY_DEFAULT_CREDIT)
SPY_OPTION(max_queue, SPY_DEFAULT_MAX_QUEUE)
SPY_OPTION(max_held, SPY_DEFAULT_MAX_HELD)
SPY_OPTION(max_calls, SPY_DEFAULT_MAX_CALLS)
#undef SPY_OPTION

static inline bool spy_connection_is_live(const struct spy_connection *connection)
{
	return connection && !(connection->flags & SPY_CONNECTION_CLOSING);
}

#define SPY_TELL(connection, event, ...)                                                 \
	((connection)->options->events && (connection)->options->events->event           \
		 ? (connection)->options->events->event(__VA_ARGS__, (connection)->user) \
		 : (void)0)

/* Keep the connection's memory until the matching leave. */
void spy_connection_enter(struct spy_connection *connection);
void spy_connection_leave(struct spy_connection *connection);

/* --- Saying things: one frame each, 0 or an error ------------------------------------- */

/* A frame that may fail without harm: begin, append, end. */
struct spy_buf *spy_connection_begin(struct spy_connection *connection);
int spy_connection_end(struct spy_connection *connection);
void spy_connection_undo(struct spy_connection *connection);

/* Frames that must get through: without memory for them the connection is closed, because
 * the peer would wait for ever. */
void spy_connection_say_call(struct spy_connection *connection, enum spy_frame_kind kind,
			     uint32_t call);
void spy_connection_say_stream(struct spy_connection *connection,
			       enum spy_frame_kind kind, uint32_t call, uint32_t stream);
void spy_connection_say_credit(struct spy_connection *connection, uint32_t call,
			       uint32_t stream, uint32_t bytes);
void spy_connection_say_error(struct spy_connection *connection, uint32_t call,
			      uint32_t stream, int error, const char *message,
			      struct spy_slice exception);

/* The unsent queue has become shorter: whoever waited for that goes on. */
void spy_connection_unblock(struct spy_connection *connection);

/* Nothing can be said any more. */
void spy_connection_fail(struct spy_connection *connection, int close_code,
			 const char *reason);
/* The peer has broken a rule; always SPY_EPROTOCOL. */
int spy_connection_protocol_error(struct spy_connection *connection, const char *what);

/* --- open.c ---------------------------------------------------------------------------- */

/* An OPEN has come. */
int spy_connection_on_open(struct spy_connection *connection,
			   const struct spy_frame *frame);
/* Something has come for a call that is held. */
int spy_connection_on_held(struct spy_connection *connection, struct spy_call *call,
			   const struct spy_frame *frame);

/* --- receive.c ------------------------------------------------------------------------- */

/* Handles one frame; SPY_EPROTOCOL when the connection is closing now. An item may be left
 * in `direct`. */
int spy_connection_handle(struct spy_connection *connection,
			  const struct spy_frame *frame);
/* `stream` has taken its item: when the next frame is another for it, that one becomes
 * `direct`. */
bool spy_connection_pull(struct spy_connection *connection, struct spy_stream *stream);
/* What is left in `direct` goes into its queue. */
void spy_connection_spill(struct spy_connection *connection);

/* Puts a call with a number into the table and among the calls; SPY_ENOMEM. */
int spy_connection_add(struct spy_connection *connection, struct spy_call *call);

/* --- identity.c ------------------------------------------------------------------------ */

struct spy_signin;

/* Server: an AUTH has come, NULL is to sign out; `answer` it. */
int spy_auth_ask(struct spy_connection *connection, const char *token, size_t len,
		 bool sign_out, bool answer);
/* Whether an AUTH is undecided: then OPENs are held. */
bool spy_auth_is_pending(const struct spy_connection *connection);
/* Marks a held call as waiting for the last AUTH that has come. */
uint32_t spy_auth_last(const struct spy_connection *connection);
/* Releases the calls that wait for AUTHs which have been decided. open.c */
void spy_connection_release(struct spy_connection *connection, uint32_t decided);

/* Whoever the connection belongs to now, or NULL. */
struct spy_signin *spy_connection_signin(const struct spy_connection *connection);
struct spy_signin *spy_signin_ref(struct spy_signin *signin);
void spy_signin_unref(struct spy_signin *signin);
/* 0, SPY_EUNAUTHENTICATED or SPY_EPERMISSION_DENIED. `flags` with SPY_METHOD_LOGIN. */
int spy_signin_check(const struct spy_signin *signin, unsigned flags,
		     const char *const *scopes);
const char *spy_signin_user(const struct spy_signin *signin);
const char *spy_signin_auth_id(const struct spy_signin *signin);
bool spy_signin_has_scope(const struct spy_signin *signin, const char *scope);
/* The job of a pseudo call has returned. */
void spy_auth_decided(struct spy_call *call);
/* The connection closes: nothing is decided any more. */
void spy_auth_stop(struct spy_connection *connection);
void spy_auth_free(struct spy_connection *connection);

#endif
