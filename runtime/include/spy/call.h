/*
 * One call of a method, on either side, and the session that lives as long as it does.
 *
 * Server: the runtime makes the call and closes it when it is over. A method gets it as its
 * first argument. Client: a generated proxy makes it, the program closes it.
 * Threads: a call belongs to its loop's thread.
 */
#ifndef SPY_CALL_H
#define SPY_CALL_H

#include <spy/stream.h>

struct spy_session;

/* --- Both sides ----------------------------------------------------------------------- */

/* Memory that lives as long as the call, zeroed; NULL without memory. For a plain result. */
SPY_PUBLIC void *spy_call_alloc(struct spy_call *call, size_t size);
SPY_PUBLIC char *spy_call_printf(struct spy_call *call, const char *format, ...)
	SPY_PRINTF(2, 3);

/* "chat.room.post" */
SPY_PUBLIC const char *spy_call_method(const struct spy_call *call);

/* Waits; 0, or SPY_ECANCELED and the like when the call ends meanwhile. Nanoseconds. */
SPY_PUBLIC int spy_sleep(struct spy_call *call, int64_t duration);

/* --- Server: inside a method ---------------------------------------------------------- */

/* The `self` that was given to NAME_serve(). */
SPY_PUBLIC void *spy_call_self(const struct spy_call *call);

/* Ends a call whose method returned SPY_LATER; 0, a code, or SPY_EXCEPTION after a throw. Only
 * the first counts. A method with a plain result uses its generated NAME_return(). */
SPY_PUBLIC int spy_call_finish(struct spy_call *call, int error);
SPY_PUBLIC int spy_call_return(struct spy_call *call, const void *result);

/* Ends the method with a code and words for the peer: `return spy_call_fail(call,
 * SPY_ENOT_FOUND, "no room %s", room);` */
SPY_PUBLIC int spy_call_fail(struct spy_call *call, int error, const char *format, ...)
	SPY_PRINTF(3, 4);

/* Keeps a typed exception (encodes it) and gives SPY_EXCEPTION to be returned. */
SPY_PUBLIC int spy_call_throw(struct spy_call *call, const struct spy_type *type,
			      const void *exception);

/* Ends the method with the exception that ended a stream, as the bytes it came in; the
 * stream's other errors are returned as they are. */
SPY_PUBLIC int spy_call_rethrow(struct spy_call *call, struct spy_stream *stream);

/* 0 while the call is wanted; the code with which it was ended from outside else. */
SPY_PUBLIC int spy_call_status(const struct spy_call *call);

/* --- Server: the session --------------------------------------------------------------- */

SPY_PUBLIC struct spy_session *spy_call_session(struct spy_call *call);

/* Who calls: user id and authentication id, or NULL. The user id stays where it is; the
 * authentication id may be another after the method has waited. */
SPY_PUBLIC const char *spy_session_user_id(const struct spy_session *session);
SPY_PUBLIC const char *spy_session_auth_id(const struct spy_session *session);
SPY_PUBLIC bool spy_session_has_scope(const struct spy_session *session,
				      const char *scope);

/* "127.0.0.1:40312", and a header of the handshake (lower case name), or NULL. */
SPY_PUBLIC const char *spy_session_peer(const struct spy_session *session);
SPY_PUBLIC const char *spy_session_header(const struct spy_session *session,
					  const char *name);

/* One pointer of yours; `free_user` (or NULL) gets it when the session ends or another takes
 * its place. */
SPY_PUBLIC void spy_session_set_user(struct spy_session *session, void *user,
				     void (*free_user)(void *user));
SPY_PUBLIC void *spy_session_user(const struct spy_session *session);

/* Called once when the session ends, in order of registration, before the user pointer is
 * freed. The handle can be given back before. NULL without memory. */
SPY_PUBLIC struct spy_closing *
spy_session_on_close(struct spy_session *session,
		     void (*closing)(struct spy_session *session, void *self),
		     void *self);
SPY_PUBLIC void spy_closing_remove(struct spy_closing *closing);

/* --- Client ---------------------------------------------------------------------------- */

/* Waits for the end: 0, a code, or SPY_EXCEPTION. A result stream that has not been read is
 * thrown away. */
SPY_PUBLIC int spy_call_wait(struct spy_call *call);

/* As spy_call_wait(), with the plain result: its C representation, NULL for nil, borrowed
 * until the call is closed. Generated NAME_result() calls it. */
SPY_PUBLIC int spy_call_result(struct spy_call *call, const void **result);

/* As spy_stream_caught() and spy_stream_message(), for the call. */
SPY_PUBLIC const void *spy_call_caught(struct spy_call *call,
				       const struct spy_type *type);
SPY_PUBLIC const char *spy_call_message(const struct spy_call *call);

/* Called once at the call's end, from the loop. In place of waiting. */
SPY_PUBLIC void spy_call_on_end(struct spy_call *call,
				void (*end)(struct spy_call *call, int error, void *self),
				void *self);

/* Asks the server to end it; recv and wait then give SPY_ECANCELED. */
SPY_PUBLIC void spy_call_cancel(struct spy_call *call);

/* Takes the call: cancels it when it is still open, and frees it and its streams. No callback
 * comes any more, the one that it is called from excepted. NULL is fine. */
SPY_PUBLIC void spy_call_close(struct spy_call *call);

#endif
