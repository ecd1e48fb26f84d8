/*
 * A call's memory, its end, and what both sides ask of it. The server's side is in serve.c,
 * the client's in request.c.
 */
#include <core/state.h>

#include <core/session.h>

#include <stdarg.h>
#include <stdlib.h>

struct spy_call *spy_call_make(struct spy_context *context,
			       const struct spy_method *method, unsigned flags,
			       void (*run)(struct spy_task *task))
{
	size_t count = 1u + method->stream_count;
	struct spy_call *call = calloc(1, sizeof *call + count * sizeof call->streams[0]);

	if (!call)
		return NULL;
	spy_context_tell(context);
	call->context = context;
	call->method = method;
	call->flags = flags;
	call->task.run = run;
	call->arrived = context->now;
	for (size_t i = 0; i < count; i++) {
		struct spy_stream *stream = &call->streams[i];

		stream->call = call;
		stream->type = method->streams ? &method->streams[i] : NULL;
		stream->number = (uint16_t)i;
		if ((i > 0) == ((flags & SPY_CALL_SERVER) != 0))
			stream->flags = SPY_STREAM_READ;
	}
	context->counts.calls++;
	return call;
}

static void free_deadline(struct spy_call *call)
{
	if (!call->deadline)
		return;
	spy_timer_cancel(&call->context->timers, &call->deadline->timer);
	free(call->deadline);
	call->deadline = NULL;
}

static void free_server_side(struct spy_call *call)
{
	spy_signin_unref(call->signin);
	if ((call->flags & SPY_CALL_HELD) && call->frames) {
		spy_buf_free(call->frames);
		free(call->frames);
	} else if (!(call->flags & (SPY_CALL_HELD | SPY_CALL_PSEUDO))) {
		free(call->messages);
	}
}

static void free_client_side(struct spy_call *call)
{
	spy_buf_free(&call->packed);
	if (call->waiter) {
		call->waiter->gone = true;
		spy_waiter_wake(call->context, call->waiter);
	}
}

void spy_call_drop(struct spy_call *call)
{
	struct spy_context *context = call->context;
	void (*released)(struct spy_call * call, void *owner) = NULL;
	void *owner = NULL;

	if (!(call->flags & (SPY_CALL_OVER | SPY_CALL_PSEUDO)))
		spy_call_leave(call);
	for (unsigned i = 0; i < spy_call_stream_count(call); i++)
		spy_stream_fini(&call->streams[i]);
	if (call->flags & SPY_CALL_SERVER) {
		free_server_side(call);
	} else {
		released = call->released;
		owner = call->owner;
		free_client_side(call);
	}
	if (call->connection)
		call->connection->held -= call->held;
	free_deadline(call);
	spy_failure_free(call->failure);
	spy_context_arena_done(context, call->arena);
	spy_task_cancel(&call->task);
	spy_ring_remove(&call->ring);
	context->counts.calls--;
	/* Last: the owner may end the context with it. */
	if (released)
		released(call, owner);
	free(call);
}

struct spy_arena *spy_call_arena(struct spy_call *call)
{
	if (!call->arena)
		call->arena = spy_context_arena(call->context);
	return call->arena;
}

void spy_call_hold(struct spy_call *call, size_t bytes)
{
	if (!call->connection)
		return;
	call->held += (uint32_t)bytes;
	call->connection->held += bytes;
}

/* --- The end --------------------------------------------------------------------------- */

static void pass_deadline(struct spy_timer *timer)
{
	struct spy_deadline *deadline = SPY_CONTAINER(timer, struct spy_deadline, timer);

	spy_call_interrupt(deadline->call, SPY_EDEADLINE_EXCEEDED, NULL);
}

int spy_call_set_deadline(struct spy_call *call, int64_t at)
{
	if (!call->deadline && !(call->deadline = calloc(1, sizeof *call->deadline)))
		return SPY_ENOMEM;
	call->deadline->call = call;
	spy_timer_set(&call->context->timers, &call->deadline->timer, spy_timer_at(at),
		      pass_deadline);
	return 0;
}

bool spy_call_leave(struct spy_call *call)
{
	struct spy_connection *connection = call->connection;

	if (call->flags & SPY_CALL_OVER)
		return false;
	call->flags |= SPY_CALL_OVER;
	free_deadline(call);
	if (!connection)
		return true;
	if (connection->direct && connection->direct->call == call)
		connection->direct = NULL;
	/* another call may come to lie at the same place while the message goes on */
	if (connection->ahead.stream && connection->ahead.stream->call == call)
		connection->ahead.stream = NULL;
	/* its place is free: another may be opened, or none is left */
	if (spy_table_remove(&connection->table, call) &&
	    (!connection->table.count || connection->waiting_count))
		spy_task_schedule(connection->context, &connection->task);
	return true;
}

void spy_call_end_streams(struct spy_call *call, int error, bool drop)
{
	for (unsigned i = 0; i < spy_call_stream_count(call); i++) {
		struct spy_stream *stream = &call->streams[i];

		if (drop)
			spy_stream_end_now(stream, error ? error : SPY_ECANCELED);
		else if (stream->flags & SPY_STREAM_READ)
			spy_stream_end(stream, error, NULL);
		else
			spy_stream_end(stream, error ? error : SPY_ECANCELED, NULL);
	}
}

static void interrupt_server(struct spy_call *call, int status, const char *message)
{
	struct spy_connection *connection = call->connection;

	if (spy_connection_is_live(connection))
		spy_connection_say_error(connection, call->id, 0, status,
					 message ? message : spy_strerror(status),
					 (struct spy_slice){ NULL, 0 });
	if (!spy_call_leave(call))
		return; /* there was no memory to say it: the connection has ended it */
	call->status = status;
	if (connection && (call->flags & SPY_CALL_STARTED))
		SPY_TELL(connection, call_ended, call, status,
			 call->context->now - call->arrived);
	spy_call_end_streams(call, status, true);
	spy_call_schedule(call);
}

static void interrupt_client(struct spy_call *call, int status, const char *message)
{
	struct spy_connection *connection = call->connection;

	if (spy_connection_is_live(connection) && !(call->flags & SPY_CALL_HELD))
		spy_connection_say_stream(connection, SPY_FRAME_CANCEL, call->id, 0);
	if (call->flags & SPY_CALL_OVER)
		return;
	if (message)
		spy_call_set_message(call, message);
	/* What came before the connection went is still read. */
	spy_call_end_client(call, status, NULL, status == SPY_ECANCELED);
}

void spy_call_interrupt(struct spy_call *call, int status, const char *message)
{
	if (call->flags & SPY_CALL_OVER)
		return;
	if (call->flags & SPY_CALL_SERVER)
		interrupt_server(call, status, message);
	else
		interrupt_client(call, status, message);
}

void spy_call_set_failure(struct spy_call *call, struct spy_failure *failure)
{
	spy_failure_free(call->failure);
	call->failure = failure;
}

void spy_call_set_message(struct spy_call *call, const char *message)
{
	struct spy_slice text = { (const uint8_t *)message, strlen(message) };
	int error;

	spy_call_set_failure(
		call, spy_failure_new(text, (struct spy_slice){ NULL, 0 }, &error));
}

/* --- What both sides ask --------------------------------------------------------------- */

void *spy_call_alloc(struct spy_call *call, size_t size)
{
	struct spy_arena *arena = call ? spy_call_arena(call) : NULL;
	void *memory;

	if (!arena)
		return NULL;
	spy_arena_allow(arena, size + SPY_ARENA_BUDGET_BASE);
	if ((memory = spy_arena_alloc(arena, size)))
		memset(memory, 0, size);
	return memory;
}

char *spy_call_printf(struct spy_call *call, const char *format, ...)
{
	va_list args;
	char *text = NULL;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len >= 0 && (text = spy_call_alloc(call, (size_t)len + 1))) {
		va_start(args, format);
		vsnprintf(text, (size_t)len + 1, format, args);
		va_end(args);
	}
	return text;
}

const char *spy_call_method(const struct spy_call *call)
{
	return call ? call->method->name : "";
}

int spy_call_status(const struct spy_call *call)
{
	return call ? call->status : SPY_ENOMEM;
}

struct sleeper {
	struct spy_timer timer;
	struct spy_waiter waiter;
	struct spy_context *context;
};

static void wake_sleeper(struct spy_timer *timer)
{
	struct sleeper *sleeper = SPY_CONTAINER(timer, struct sleeper, timer);

	spy_waiter_wake(sleeper->context, &sleeper->waiter);
}

int spy_sleep(struct spy_call *call, int64_t duration)
{
	struct sleeper sleeper = { 0 };
	struct spy_timers *timers;
	int64_t now;
	int r;

	if (!call)
		return SPY_ENOMEM;
	if (call->status < 0)
		return call->status;
	sleeper.context = call->context;
	timers = &call->context->timers;
	spy_context_tell(call->context);
	now = call->context->now;
	if (duration < 0)
		duration = 0;
	if (duration < INT64_MAX - now)
		spy_timer_set(timers, &sleeper.timer, spy_timer_at(now + duration),
			      wake_sleeper);
	/* A client's call that ends wakes the program, too. */
	if (!spy_call_is_server(call) && !call->waiter)
		call->waiter = &sleeper.waiter;
	r = spy_context_wait(call->context, &sleeper.waiter, 0);
	spy_timer_cancel(timers, &sleeper.timer);
	if (sleeper.waiter.gone)
		return SPY_ECANCELED;
	if (!spy_call_is_server(call) && call->waiter == &sleeper.waiter)
		call->waiter = NULL;
	return r < 0 ? r : call->status;
}
