/*
 * How a stream is ended by its sender, and what its reader can ask about the end.
 *
 * Ends that come before the call has a connection (a client's prepared call) are kept and
 * said when it opens: request.c.
 */
#include <core/state.h>

#include <string.h>

/* A server's result ends with its call. */
static bool is_result(const struct spy_stream *stream)
{
	return stream->number == 0;
}

static bool is_over(const struct spy_stream *stream)
{
	return (stream->flags & SPY_STREAM_ENDED) ||
	       (stream->call->flags & SPY_CALL_OVER);
}

static int check(const struct spy_stream *stream)
{
	if (!stream)
		return SPY_ENOMEM;
	return stream->flags & SPY_STREAM_READ ? SPY_EFAILED_PRECONDITION : 0;
}

static bool is_on_the_wire(const struct spy_stream *stream)
{
	return spy_connection_is_live(stream->call->connection) &&
	       !(stream->call->flags & SPY_CALL_HELD);
}

void spy_stream_say_end(struct spy_stream *stream)
{
	struct spy_connection *connection = stream->call->connection;
	const struct spy_failure *failure = stream->failure;

	if (stream->end == 0)
		spy_connection_say_stream(connection, SPY_FRAME_END, stream->call->id,
					  stream->number);
	else
		spy_connection_say_error(
			connection, stream->call->id, stream->number, stream->end,
			failure && *failure->message ? failure->message
			: failure && failure->name   ? failure->name
						     : spy_strerror(stream->end),
			failure ? failure->exception : (struct spy_slice){ NULL, 0 });
}

int spy_stream_done(struct spy_stream *stream)
{
	int r = check(stream);

	if (r < 0 || is_over(stream))
		return r;
	spy_stream_end(stream, 0, NULL);
	if (!is_result(stream) && is_on_the_wire(stream))
		spy_stream_say_end(stream);
	return 0;
}

static int fail(struct spy_stream *stream, int error, struct spy_failure *failure)
{
	if (is_result(stream)) {
		spy_call_set_failure(stream->call, failure);
		return spy_call_finish(stream->call, error);
	}
	spy_stream_end(stream, error, failure);
	if (is_on_the_wire(stream))
		spy_stream_say_end(stream);
	return 0;
}

int spy_stream_fail(struct spy_stream *stream, int error, const char *message)
{
	struct spy_slice text = { (const uint8_t *)message,
				  message ? strlen(message) : 0 };
	struct spy_failure *failure = NULL;
	int r = check(stream);

	if (r < 0 || is_over(stream))
		return r;
	if (error > SPY_ECANCELED || error < SPY_EUNAUTHENTICATED)
		error = error == SPY_ENOMEM ? SPY_ERESOURCE_EXHAUSTED : SPY_EINTERNAL;
	if (text.len &&
	    !(failure = spy_failure_new(text, (struct spy_slice){ NULL, 0 }, &r)))
		return r;
	return fail(stream, error, failure);
}

int spy_stream_throw(struct spy_stream *stream, const struct spy_type *type,
		     const void *exception)
{
	struct spy_failure *failure;
	int r = check(stream);

	if (r < 0 || is_over(stream))
		return r;
	if (!(failure = spy_failure_throw(type, exception, &r)))
		return r;
	return fail(stream, SPY_EXCEPTION, failure);
}

const void *spy_stream_caught(struct spy_stream *stream, const struct spy_type *type)
{
	if (!stream || stream->end != SPY_EXCEPTION)
		return NULL;
	return spy_failure_caught(spy_stream_failure(stream), type,
				  stream->call->method->throws,
				  stream->call->context->env);
}

const char *spy_stream_exception_name(const struct spy_stream *stream)
{
	const struct spy_failure *failure = stream ? spy_stream_failure(stream) : NULL;

	return spy_failure_has_exception(failure) ? failure->name : NULL;
}

const char *spy_stream_message(const struct spy_stream *stream)
{
	return spy_failure_message(stream ? spy_stream_failure(stream) : NULL);
}
