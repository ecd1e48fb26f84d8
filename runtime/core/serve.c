/*
 * The server's side of a call: from an OPEN that has been let in, by access, look-up and
 * arguments, to the method on its fiber, and to END or ERROR.
 *
 * Invariant: a call's method is started, resumed and closed from its task only. It is
 * started once; when it is over and nothing of it runs any more, its listeners hear their
 * end, its session is closed, and it is freed.
 */
#include <core/state.h>

#include <core/decode.h>
#include <core/encode.h>
#include <core/registry.h>
#include <core/session.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* --- Its method ------------------------------------------------------------------------- */

static void fiber_main(void *arg)
{
	struct spy_call *call = arg;

	call->result = call->job(call);
	call->flags &= ~(uint32_t)SPY_CALL_RUNNING;
	call->flags |= SPY_CALL_RETURNED;
}

void spy_call_start_job(struct spy_call *call, int (*job)(struct spy_call *call))
{
	struct spy_context *context = call->context;

	call->job = job;
	call->flags |= SPY_CALL_RUNNING;
	context->running = call;
	if (spy_fiber_start(&context->fibers, fiber_main, call) < 0) {
		call->result = SPY_ENOMEM;
		call->flags &= ~(uint32_t)SPY_CALL_RUNNING;
		call->flags |= SPY_CALL_RETURNED;
	}
	context->running = NULL;
}

void spy_call_resume(struct spy_call *call)
{
	struct spy_waiter *waiter = call->waiter;

	if (waiter && (waiter->woken || call->status < 0))
		spy_fiber_resume(waiter->fiber);
	call->context->running = NULL;
}

void spy_call_opened(struct spy_call *call)
{
	struct spy_connection *connection = call->connection;

	if ((call->flags & (SPY_CALL_OPENED | SPY_CALL_OVER)) ||
	    !(call->method->flags & SPY_METHOD_STREAMING))
		return;
	call->flags |= SPY_CALL_OPENED;
	spy_connection_say_call(connection, SPY_FRAME_OPENED, call->id);
	/* A window that is larger than the setting: the sender does not know of it yet. */
	for (unsigned i = 1; i < spy_call_stream_count(call); i++)
		spy_stream_consumed(&call->streams[i], 0);
}

static int method_job(struct spy_call *call)
{
	const struct spy_service *service = call->service;
	size_t index = (size_t)(call->method - service->endpoint->methods);
	struct spy_stream *few[4], **streams = few;
	unsigned count = spy_call_stream_count(call);

	if (count > sizeof few / sizeof *few &&
	    !(streams = spy_call_alloc(call, count * sizeof(*streams))))
		return SPY_ENOMEM;
	for (unsigned i = 0; i < count; i++)
		streams[i] = &call->streams[i];
	return service->invocations[index].invoke(call, service, call->args, streams);
}

/* --- What it ends with ------------------------------------------------------------------ */

static void warn(struct spy_call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void warn(struct spy_call *call, const char *format, ...)
{
	struct spy_connection *connection = call->connection;
	char text[256];
	va_list args;

	if (!connection || !connection->options->events ||
	    !connection->options->events->warning)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	SPY_TELL(connection, warning, connection, call, text);
}

/* A method that returns the SPY_EXCEPTION which a stream gave it passes that exception on. */
static void adopt_exception(struct spy_call *call)
{
	for (unsigned i = 1; i < spy_call_stream_count(call); i++) {
		struct spy_stream *stream = &call->streams[i];

		if ((stream->flags & SPY_STREAM_TOLD) && stream->end == SPY_EXCEPTION) {
			spy_call_rethrow(call, stream);
			return;
		}
	}
}

static bool is_declared(const struct spy_method *method, const char *name)
{
	const struct spy_type *const *throws = method->throws;

	while (throws && *throws && strcmp((*throws)->name, name))
		throws++;
	return throws && *throws;
}

static bool is_code(int error)
{
	return error <= SPY_ECANCELED && error >= SPY_EUNAUTHENTICATED;
}

/* What the peer is told: see the table of refusals in docs/wire.md §5. */
static void say_error(struct spy_call *call, int error)
{
	struct spy_connection *connection = call->connection;
	struct spy_slice exception = { NULL, 0 };
	const char *message = spy_failure_message(call->failure);
	char text[64];

	if (error == SPY_EXCEPTION && !spy_failure_has_exception(call->failure))
		adopt_exception(call);
	if (error == SPY_EXCEPTION && spy_failure_has_exception(call->failure)) {
		exception = call->failure->exception;
		message = call->failure->name;
		if (!is_declared(call->method, call->failure->name))
			warn(call, "throws %s, which it does not declare",
			     call->failure->name);
	} else if (!is_code(error) && error != SPY_ENOMEM) {
		warn(call, "failed with %d", error);
		snprintf(text, sizeof text, "the method returned %d", error);
		message = !connection->options->expose_errors
				  ? spy_strerror(SPY_EINTERNAL)
			  : *message ? message
				     : text;
		error = SPY_EINTERNAL;
	} else if (!*message) {
		message = spy_strerror(error);
	}
	spy_connection_say_error(connection, call->id, 0, error, message, exception);
}

static void end_server(struct spy_call *call, int error, bool said)
{
	struct spy_connection *connection = call->connection;

	if (call->flags & SPY_CALL_OVER)
		return;
	if (!said && error < 0)
		say_error(call, error);
	else if (!said)
		spy_connection_say_stream(connection, SPY_FRAME_END, call->id, 0);
	if (!spy_call_leave(call))
		return; /* there was no memory to say it: the connection has ended it */
	call->status = SPY_ECANCELED; /* for whatever it still waits in */
	SPY_TELL(connection, call_ended, call, error < 0 ? error : 0,
		 call->context->now - call->arrived);
	spy_call_end_streams(call, SPY_ECANCELED, true);
	spy_call_schedule(call);
}

void spy_call_end_server(struct spy_call *call, int error)
{
	if (error >= 0 && call->method->result)
		spy_call_return(call, NULL);
	else
		end_server(call, error, false);
}

int spy_call_finish(struct spy_call *call, int error)
{
	if (!call)
		return SPY_ENOMEM;
	if (!spy_call_is_server(call) || (call->flags & SPY_CALL_PSEUDO))
		return SPY_EFAILED_PRECONDITION;
	spy_call_end_server(call, error);
	return 0;
}

int spy_call_return(struct spy_call *call, const void *result)
{
	struct spy_connection *connection;
	struct spy_buf *buf;
	int r = SPY_ENOMEM;

	if (!call)
		return SPY_ENOMEM;
	if (!spy_call_is_server(call) || !call->method->result)
		return SPY_EFAILED_PRECONDITION;
	if (call->flags & SPY_CALL_OVER)
		return 0;
	connection = call->connection;
	if ((buf = spy_connection_begin(connection))) {
		spy_frame_put_stream(buf, 4, SPY_FRAME_END, call->id, 0);
		if ((r = spy_encode(buf, call->method->result, result, 0)) < 0)
			spy_connection_undo(connection);
		else
			r = spy_connection_end(connection);
	}
	if (r == SPY_EINVALID_ARGUMENT) {
		/* that is the method's fault, not the caller's */
		warn(call, "returned a value that does not fit its type");
		spy_call_set_message(call, "the result does not fit its type");
		r = SPY_EINTERNAL;
	} else if (r == SPY_ERESOURCE_EXHAUSTED) {
		spy_call_set_message(call, "the result is longer than the peer accepts");
	}
	end_server(call, r, r == 0);
	return r;
}

int spy_call_fail(struct spy_call *call, int error, const char *format, ...)
{
	char text[SPY_MESSAGE_MAX +
		  8]; /* spy_failure_new() cuts it where a character ends */
	va_list args;

	if (!call)
		return SPY_ENOMEM;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	spy_call_set_message(call, text);
	return error;
}

int spy_call_throw(struct spy_call *call, const struct spy_type *type,
		   const void *exception)
{
	struct spy_failure *failure;
	int error = 0;

	if (!call)
		return SPY_ENOMEM;
	if (!(failure = spy_failure_throw(type, exception, &error)))
		return error == SPY_EINVALID_ARGUMENT ? SPY_EINTERNAL : error;
	spy_call_set_failure(call, failure);
	return SPY_EXCEPTION;
}

int spy_call_rethrow(struct spy_call *call, struct spy_stream *stream)
{
	const struct spy_failure *failure;
	struct spy_failure *copy;

	if (!call || !stream)
		return SPY_ENOMEM;
	failure = spy_stream_failure(stream);
	if (failure) {
		if (!(copy = spy_failure_copy(failure)))
			return SPY_ENOMEM;
		spy_call_set_failure(call, copy);
	}
	return stream->end;
}

void *spy_call_self(const struct spy_call *call)
{
	return call && call->service ? call->service->self : NULL;
}

/* --- Its task --------------------------------------------------------------------------- */

static void start(struct spy_call *call)
{
	call->flags |= SPY_CALL_STARTED;
	call->context->counts.sessions_open++;
	SPY_TELL(call->connection, call_started, call);
	spy_call_start_job(call, method_job);
}

static void returned(struct spy_call *call)
{
	call->flags &= ~(uint32_t)SPY_CALL_RETURNED;
	if (call->job != method_job)
		spy_stream_item_done(&call->streams[1]);
	else if (call->result != SPY_LATER)
		spy_call_end_server(call, call->result);
	else
		spy_call_opened(call);
}

static void close_call(struct spy_call *call)
{
	struct spy_messages *messages = call->messages;

	for (unsigned i = 0; i < spy_call_stream_count(call); i++)
		spy_stream_deliver_end(&call->streams[i]);
	if (messages && messages->closed)
		messages->closed(&call->session);
	spy_session_close(call);
	if (call->flags & SPY_CALL_STARTED) {
		call->context->counts.sessions_open--;
		call->context->counts.sessions_closed++;
	}
	spy_call_drop(call);
}

static void run(struct spy_task *task)
{
	struct spy_call *call = SPY_CONTAINER(task, struct spy_call, task);

	if (!(call->flags & (SPY_CALL_STARTED | SPY_CALL_OVER)))
		start(call);
	else if (call->flags & SPY_CALL_RUNNING)
		spy_call_resume(call);
	if (call->flags & SPY_CALL_RETURNED)
		returned(call);
	for (unsigned i = 0; i < spy_call_stream_count(call); i++) {
		if (call->flags & SPY_CALL_OVER)
			break;
		if (call->streams[i].flags & SPY_STREAM_ACTIVE)
			spy_stream_deliver(&call->streams[i]);
	}
	if ((call->flags & (SPY_CALL_OVER | SPY_CALL_RUNNING)) == SPY_CALL_OVER)
		close_call(call);
}

/* --- Letting it in ---------------------------------------------------------------------- */

/* The part before the last dot. */
static size_t endpoint_len(struct spy_slice name)
{
	size_t len = name.len;

	while (len && name.data[len - 1] != '.')
		len--;
	return len ? len - 1 : 0;
}

/* Finds the method and whether it may be called. The endpoint's rules come first, so that
 * the names of a protected endpoint's methods cannot be found out. */
static int look_up(struct spy_connection *connection, struct spy_slice name,
		   const struct spy_service **service, const struct spy_method **method)
{
	const struct spy_registry *registry = connection->options->registry;
	const struct spy_signin *signin = spy_connection_signin(connection);
	const char *text = (const char *)name.data;
	const struct spy_endpoint *endpoint;
	int index = spy_registry_method(registry, text, name.len, service);
	int r;

	if (index < 0)
		*service = spy_registry_endpoint(registry, text, endpoint_len(name));
	if (!*service)
		return SPY_EUNIMPLEMENTED;
	endpoint = (*service)->endpoint;
	if ((r = spy_signin_check(signin, endpoint->flags, endpoint->scopes)) < 0)
		return r;
	if (index < 0)
		return SPY_EUNIMPLEMENTED;
	*method = &endpoint->methods[index];
	return spy_signin_check(signin, (*method)->flags, (*method)->scopes);
}

static int decode_args(struct spy_call *call, struct spy_slice args)
{
	const struct spy_type *type = call->method->args;
	struct spy_arena *arena;
	int r;

	if (!type)
		return 0;
	/* A long call keeps its arguments: in memory of its own size, not in a large spare. */
	if (call->method->flags & SPY_METHOD_STREAMING) {
		if ((call->arena = malloc(sizeof *call->arena)))
			spy_arena_init(call->arena, call->context->env);
	}
	if (!(arena = spy_call_arena(call)))
		return SPY_ENOMEM;
	r = spy_decode_type(arena, type, args.data, args.len, SPY_DECODE_ARGS,
			    &call->args);
	if (r == 0)
		spy_call_hold(call, arena->used);
	return r;
}

static void start_streams(struct spy_call *call, const struct spy_open_options *options)
{
	uint32_t credit = spy_connection_credit(call->connection);

	call->streams[0].credit =
		options->has_credit ? options->credit : call->connection->peer_credit;
	for (unsigned i = 1; i < spy_call_stream_count(call); i++) {
		struct spy_stream *stream = &call->streams[i];

		stream->window = stream->type->credit ? stream->type->credit : credit;
		stream->credit = credit;
		stream->owed = (int64_t)stream->window - credit;
	}
}

static bool is_protected(const struct spy_service *service,
			 const struct spy_method *method)
{
	const struct spy_endpoint *endpoint = service->endpoint;

	return ((endpoint->flags | method->flags) & SPY_METHOD_LOGIN) ||
	       (endpoint->scopes && *endpoint->scopes) ||
	       (method->scopes && *method->scopes);
}

static int prepare(struct spy_call *call, const struct spy_frame *frame,
		   const struct spy_open_options *options, int64_t arrived)
{
	struct spy_connection *connection = call->connection;
	uint32_t timeout = call->method->timeout;
	int64_t deadline;
	int r;

	if (options->timeout && (!timeout || options->timeout < timeout))
		timeout = options->timeout;
	call->arrived = arrived;
	call->signin = spy_signin_ref(spy_connection_signin(connection));
	if (is_protected(call->service, call->method))
		call->flags |= SPY_CALL_PROTECTED;
	start_streams(call, options);
	if ((r = decode_args(call, frame->value)) < 0)
		return r;
	if (!timeout)
		return 0;
	deadline = arrived + timeout * (int64_t)1000000;
	if (deadline <= call->context->now) /* it was held for too long */
		return SPY_EDEADLINE_EXCEEDED;
	return spy_call_set_deadline(call, deadline);
}

void spy_call_admit(struct spy_connection *connection, const struct spy_frame *frame,
		    const struct spy_open_options *options, int64_t arrived)
{
	const struct spy_service *service;
	const struct spy_method *method;
	struct spy_call *call;
	int r = look_up(connection, frame->text, &service, &method);

	if (r < 0)
		goto refuse;
	call = spy_call_make(connection->context, method, SPY_CALL_SERVER, run);
	if (!call) {
		r = SPY_ENOMEM;
		goto refuse;
	}
	call->id = frame->call;
	call->service = service;
	if ((r = spy_connection_add(connection, call)) == 0 &&
	    (r = prepare(call, frame, options, arrived)) == 0) {
		spy_call_schedule(call);
		return;
	}
	spy_call_drop(call);
refuse:
	spy_connection_say_error(connection, frame->call, 0, r, spy_strerror(r),
				 (struct spy_slice){ NULL, 0 });
}
