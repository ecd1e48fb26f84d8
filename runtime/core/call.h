/*
 * One call, on either side: the struct behind the handle of <spy/call.h>, with its streams
 * and its session in one block.
 *
 * Invariants
 * - A call is *over* (SPY_CALL_OVER) when stream 0 has ended; from then on it is no longer in
 *   its connection's table and sends nothing. It happens once, in spy_call_leave().
 * - `status` is negative from the moment on when it is not wanted any more; whatever its
 *   method waits in then returns that. Nothing is ever freed under a method that runs.
 * - Server: the runtime frees it, from its task, when it is over and its method has returned;
 *   before that the listeners hear their end and the session is closed. Client: the program
 *   frees it by spy_call_close(); inside the call's own callbacks that waits for their end.
 *
 * Files: call.c life and memory; serve.c the server's side; request.c the client's;
 * session.c the session; stream.c, listen.c the streams.
 */
#ifndef SPY_CORE_CALL_H
#define SPY_CORE_CALL_H

#include <core/connection.h>
#include <core/failure.h>
#include <core/settings.h>
#include <core/stream.h>

enum spy_call_flag {
	SPY_CALL_SERVER = 1 << 0,
	SPY_CALL_OPENED = 1 << 1,   /* OPENED has been sent, or has come */
	SPY_CALL_STARTED = 1 << 2,  /* server: the method runs or ran: a session */
	SPY_CALL_RUNNING = 1 << 3,  /* user code of the method is on a stack or a fiber */
	SPY_CALL_RETURNED = 1 << 4, /* it has just returned `result` */
	SPY_CALL_OVER = 1 << 5,
	SPY_CALL_BUSY = 1 << 6,	     /* inside one of its callbacks: do not free */
	SPY_CALL_CLOSED = 1 << 7,    /* free when no longer busy */
	SPY_CALL_PROTECTED = 1 << 8, /* ends with the identity that it was opened under */
	SPY_CALL_PSEUDO = 1 << 9,    /* an authentication */
	SPY_CALL_HELD = 1 << 10,     /* server: waits for an AUTH; client: for a place */
	SPY_CALL_REPEATABLE = 1 << 11,
	SPY_CALL_PREPARED = 1 << 12, /* client: on no connection yet */
	SPY_CALL_TOLD = 1 << 13,     /* client: on_end has been called */
	SPY_CALL_DISCARD = 1 << 14,  /* client: nobody will read the result stream */
	SPY_CALL_KEPT = 1 << 15, /* client: opened again when its connection is lost */
};

/* The part of a call that users see as its session. */
struct spy_session {
	void *user;
	void (*free_user)(void *user);
	struct spy_closing *closing;
};

struct spy_deadline {
	struct spy_timer timer;
	struct spy_call *call;
};

struct spy_call {
	struct spy_ring ring; /* among the calls of its connection, or those that wait */
	struct spy_task task;
	struct spy_context *context;
	struct spy_connection *connection; /* NULL: not any more, or not yet */
	const struct spy_method *method;
	uint32_t id;
	uint32_t flags;
	int status;
	int result;		   /* of the method; client: how the call ended */
	struct spy_arena *arena;   /* arguments, results, spy_call_alloc() */
	struct spy_waiter *waiter; /* server: of the method; client: for the end */
	struct spy_failure *failure;
	struct spy_deadline *deadline;
	int64_t arrived; /* when OPEN came; client: when it was made */
	uint32_t held;	 /* bytes it holds of the connection's budget, without queues */
	uint32_t mark;	 /* HELD: the AUTH that it waits for */
	union {
		struct {
			const struct spy_service *service;
			int (*job)(struct spy_call *call); /* what its fiber runs */
			const void *args;
			struct spy_signin *signin; /* who calls, or NULL */
			union {
				struct spy_buf *frames;	       /* HELD */
				struct spy_messages *messages; /* of a streaming endpoint,
								  or NULL */
				struct spy_auth_request *request; /* PSEUDO */
			};
			struct spy_session session;
		};
		struct {
			struct spy_buf
				packed;	   /* client: arguments that may be sent again */
			const void *value; /* the plain result */
			void (*end)(struct spy_call *call, int error, void *self);
			void *end_self;
			void *owner;
			void (*released)(struct spy_call *call, void *owner);
		};
	};
	struct spy_stream streams[]; /* [0] the result's, [1..method->stream_count] */
};

/* A call with its streams, in no connection. NULL without memory. */
struct spy_call *spy_call_make(struct spy_context *context,
			       const struct spy_method *method, unsigned flags,
			       void (*run)(struct spy_task *task));
/* Frees it, whatever state it is in; not while its method runs or it is busy. */
void spy_call_drop(struct spy_call *call);

static inline bool spy_call_is_server(const struct spy_call *call)
{
	return call->flags & SPY_CALL_SERVER;
}

static inline unsigned spy_call_stream_count(const struct spy_call *call)
{
	return 1u + call->method->stream_count;
}

static inline void spy_call_schedule(struct spy_call *call)
{
	spy_task_schedule(call->context, &call->task);
}

/* The arena, made when it is first needed. */
struct spy_arena *spy_call_arena(struct spy_call *call);

/* Takes `bytes` of the connection's budget for as long as the call lives. */
void spy_call_hold(struct spy_call *call, size_t bytes);

/* Sets `call`'s deadline to a moment in nanoseconds; SPY_ENOMEM. */
int spy_call_set_deadline(struct spy_call *call, int64_t at);

/* It is over: off its connection, its deadline is void. Once; says whether it was now. */
bool spy_call_leave(struct spy_call *call);

/* Ends it from outside with `status`, and with ERROR or CANCEL to the peer when it is still
 * open there. Nothing happens when it is over. `message` may be NULL. */
void spy_call_interrupt(struct spy_call *call, int status, const char *message);

/* Lets everyone who waits for something of this call know that its streams end with `error`.
 * `drop`: unread items are dropped, too. */
void spy_call_end_streams(struct spy_call *call, int error, bool drop);

/* Replaces the failure; takes it. */
void spy_call_set_failure(struct spy_call *call, struct spy_failure *failure);
/* Keeps `message` as the call's words; without memory there are none. */
void spy_call_set_message(struct spy_call *call, const char *message);

/* --- serve.c --------------------------------------------------------------------------- */

/* Says OPENED when the method is a streaming one and it has not been said. */
void spy_call_opened(struct spy_call *call);

/* Runs `job` on a fiber until it waits or returns; then SPY_CALL_RETURNED is set. From the
 * call's task. */
void spy_call_start_job(struct spy_call *call, int (*job)(struct spy_call *call));
/* Lets it go on when what it waits for has come. */
void spy_call_resume(struct spy_call *call);

/* OPEN has passed the connection's own checks: access, look-up, arguments, start. */
struct spy_frame;
void spy_call_admit(struct spy_connection *connection, const struct spy_frame *frame,
		    const struct spy_open_options *options, int64_t arrived);

/* Ends a server's call as its method said: see spy_call_finish(). */
void spy_call_end_server(struct spy_call *call, int error);

/* --- request.c ------------------------------------------------------------------------- */

/* Ends a client's call locally; nothing is sent. Takes `failure`. */
void spy_call_end_client(struct spy_call *call, int error, struct spy_failure *failure,
			 bool drop);
/* Calls that wait for a place are opened as long as there is one. */
void spy_connection_open_waiting(struct spy_connection *connection);
/* They will not be opened here: given back to the user, or ended with `error`. */
void spy_connection_return_waiting(struct spy_connection *connection, int error);
/* The same for a call that certainly was not executed, or that is kept. */
void spy_call_return_unsent(struct spy_call *call, int error,
			    struct spy_failure *failure);

/* --- session.c ------------------------------------------------------------------------- */

/* Calls the closing listeners, frees the user pointer. */
void spy_session_close(struct spy_call *call);

#endif
