/*
 * The session of a call: who calls, a pointer of the user's, what is to be done at its end;
 * and streaming endpoints, whose only handle it is.
 *
 * Invariant: closing listeners and `closed` are called once each, after the method has
 * returned and before the user pointer is freed.
 */
#include <core/state.h>

#include <core/session.h>

#include <stdlib.h>

struct spy_closing {
	struct spy_closing *next;
	struct spy_session *session;
	void (*closing)(struct spy_session *session, void *self);
	void *self;
};

static struct spy_call *call_of(const struct spy_session *session)
{
	return SPY_CONTAINER(session, struct spy_call, session);
}

struct spy_session *spy_call_session(struct spy_call *call)
{
	return call && spy_call_is_server(call) ? &call->session : NULL;
}

const char *spy_session_user_id(const struct spy_session *session)
{
	return session ? spy_signin_user(call_of(session)->signin) : NULL;
}

const char *spy_session_auth_id(const struct spy_session *session)
{
	return session ? spy_signin_auth_id(call_of(session)->signin) : NULL;
}

bool spy_session_has_scope(const struct spy_session *session, const char *scope)
{
	return session && spy_signin_has_scope(call_of(session)->signin, scope);
}

const char *spy_session_peer(const struct spy_session *session)
{
	struct spy_connection *connection = session ? call_of(session)->connection : NULL;
	const struct spy_connection_events *events;

	if (!connection || !(events = connection->options->events) || !events->peer)
		return NULL;
	return events->peer(connection, connection->user);
}

const char *spy_session_header(const struct spy_session *session, const char *name)
{
	struct spy_connection *connection = session ? call_of(session)->connection : NULL;
	const struct spy_connection_events *events;

	if (!connection || !(events = connection->options->events) || !events->header)
		return NULL;
	return events->header(connection, name, connection->user);
}

void spy_session_set_user(struct spy_session *session, void *user,
			  void (*free_user)(void *user))
{
	void *old = session->user;
	void (*free_old)(void *user) = session->free_user;

	session->user = user;
	session->free_user = free_user;
	if (free_old && old)
		free_old(old);
}

void *spy_session_user(const struct spy_session *session)
{
	return session ? session->user : NULL;
}

struct spy_closing *
spy_session_on_close(struct spy_session *session,
		     void (*closing)(struct spy_session *session, void *self), void *self)
{
	struct spy_closing *added, **end;

	if (!session || !(added = malloc(sizeof *added)))
		return NULL;
	*added = (struct spy_closing){ NULL, session, closing, self };
	for (end = &session->closing; *end; end = &(*end)->next)
		;
	*end = added;
	return added;
}

void spy_closing_remove(struct spy_closing *closing)
{
	struct spy_closing **at;

	if (!closing)
		return;
	for (at = &closing->session->closing; *at && *at != closing; at = &(*at)->next)
		;
	if (!*at)
		return; /* it is being called now, and freed then */
	*at = closing->next;
	free(closing);
}

void spy_session_close(struct spy_call *call)
{
	struct spy_session *session = &call->session;

	/* One by one from the front, because each may remove others or add some. */
	while (session->closing) {
		struct spy_closing *closing = session->closing;

		session->closing = closing->next;
		closing->closing(session, closing->self);
		free(closing);
	}
	spy_session_set_user(session, NULL, NULL);
}

/* --- Streaming endpoints ---------------------------------------------------------------- */

/* On the call's fiber: stream.h's SPY_STREAM_FIBER. */
static int on_message(struct spy_stream *stream, const void *item, const void *typed,
		      void *self)
{
	struct spy_call *call = stream->call;
	struct spy_messages *messages = self;

	(void)typed;
	return messages->message(&call->session, item, messages->endpoint);
}

static void on_end(struct spy_stream *stream, int error, const void *typed, void *self)
{
	(void)typed;
	(void)self;
	if (error != SPY_EXCEPTION)
		spy_call_finish(stream->call, error);
	else
		spy_call_finish(stream->call, spy_call_rethrow(stream->call, stream));
}

int spy_call_messages(struct spy_call *call, struct spy_stream *const *streams,
		      int (*opened)(struct spy_session *session),
		      int (*message)(struct spy_session *session, const void *item,
				     const void *endpoint),
		      void (*closed)(struct spy_session *session), const void *endpoint)
{
	struct spy_messages *messages = calloc(1, sizeof *messages);
	int r;

	if (!messages)
		return SPY_ENOMEM;
	messages->message = message;
	messages->endpoint = endpoint;
	call->messages = messages;
	if (opened && (r = opened(&call->session)) < 0)
		return r;
	messages->closed = closed;
	if ((r = spy_stream_listen(streams[1], on_message, on_end, NULL, messages)) < 0)
		return r;
	streams[1]->flags |= SPY_STREAM_FIBER;
	return SPY_LATER;
}

int spy_session_send(struct spy_session *session, const void *item)
{
	struct spy_call *call = session ? call_of(session) : NULL;

	if (!call)
		return SPY_ENOMEM;
	if (call->context->running == call)
		return spy_stream_send(&call->streams[0], item);
	return spy_stream_try_send(&call->streams[0], item);
}
