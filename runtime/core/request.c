/*
 * The client's side of a call: made, opened when there is a place and a connection, answered,
 * waited for, closed.
 *
 * Invariant: between spy_call_prepare() and OPEN a call has no number and is in no table; it
 * may move from connection to connection. From OPEN on it belongs to one, until it is over or
 * handed back by events->refused.
 */
#include <core/state.h>

#include <core/decode.h>
#include <core/encode.h>

#include <stdlib.h>

/* --- Its task ---------------------------------------------------------------------------- */

static bool is_heard(const struct spy_call *call)
{
	const struct spy_stream *result = &call->streams[0];

	return !(result->flags & SPY_STREAM_LISTEN) ||
	       (result->flags & SPY_STREAM_PAUSED);
}

static void run(struct spy_task *task)
{
	struct spy_call *call = SPY_CONTAINER(task, struct spy_call, task);

	call->flags |= SPY_CALL_BUSY;
	for (unsigned i = 0; i < spy_call_stream_count(call); i++)
		if ((call->streams[i].flags & SPY_STREAM_ACTIVE) &&
		    !(call->flags & SPY_CALL_CLOSED))
			spy_stream_deliver(&call->streams[i]);
	if ((call->flags & (SPY_CALL_OVER | SPY_CALL_TOLD | SPY_CALL_CLOSED)) ==
		    SPY_CALL_OVER &&
	    call->end && is_heard(call)) {
		call->flags |= SPY_CALL_TOLD;
		call->end(call, call->result, call->end_self);
	}
	call->flags &= ~(uint32_t)SPY_CALL_BUSY;
	if (call->flags & SPY_CALL_CLOSED)
		spy_call_drop(call);
}

/* --- Opening ----------------------------------------------------------------------------- */

static uint32_t result_credit(const struct spy_call *call,
			      const struct spy_connection *connection)
{
	uint32_t own = call->streams[0].type ? call->streams[0].type->credit : 0;

	return own ? own : spy_connection_credit(connection);
}

/* The frame up to its arguments. */
static struct spy_buf *begin_open(struct spy_connection *connection,
				  const struct spy_open_options *options, uint32_t id,
				  const char *method)
{
	struct spy_buf *buf = spy_connection_begin(connection);
	bool has_options = options->timeout || options->has_credit;

	if (!buf)
		return NULL;
	spy_frame_put(buf, has_options ? 5 : 4, SPY_FRAME_OPEN, id);
	spy_frame_put_text(buf, method);
	return buf;
}

static int put_args(struct spy_buf *buf, const struct spy_method *method,
		    const void *args)
{
	if (method->args)
		return spy_encode_type(buf, method->args, args, 0);
	spy_pack_array(buf, 0);
	return buf->failed ? SPY_ENOMEM : 0;
}

static uint32_t timeout_left(const struct spy_call *call)
{
	int64_t left;

	if (!call->deadline)
		return 0;
	left = call->deadline->timer.deadline - call->context->now / 1000000;
	return left < 1 ? 1 : left > SPY_WIRE_MAX ? SPY_WIRE_MAX : (uint32_t)left;
}

/* Says OPEN, with `args` or, when they are NULL, with what the call has packed. */
static int say_open(struct spy_connection *connection, struct spy_call *call,
		    const void *args)
{
	uint32_t id = connection->last + 1;
	uint32_t credit = result_credit(call, connection);
	struct spy_open_options options = {
		.timeout = timeout_left(call),
		.has_credit = (call->method->flags & SPY_METHOD_RESULT_STREAM) &&
			      credit != spy_connection_credit(connection),
		.credit = credit,
	};
	struct spy_buf *buf = begin_open(connection, &options, id, call->method->name);
	int r = 0;

	if (!buf)
		return SPY_ENOMEM;
	if (call->packed.len)
		spy_buf_append(buf, call->packed.data, call->packed.len);
	else
		r = put_args(buf, call->method, args);
	if (r < 0) {
		spy_connection_undo(connection);
		return r;
	}
	if (options.timeout || options.has_credit)
		spy_open_options_put(buf, &options);
	if ((r = spy_connection_end(connection)) < 0)
		return r;
	connection->last = id;
	call->id = id;
	return 0;
}

static bool has_place(const struct spy_connection *connection)
{
	return connection->table.count < connection->peer_max_calls &&
	       connection->last < UINT32_MAX;
}

static void start_streams(struct spy_call *call, struct spy_connection *connection)
{
	struct spy_stream *result = &call->streams[0];

	result->window = result_credit(call, connection);
	result->credit = result->window;
	for (unsigned i = 1; i < spy_call_stream_count(call); i++)
		call->streams[i].credit = connection->peer_credit;
}

/* What the result stream holds counts for the connection that the call is on. */
static void hold_result(const struct spy_call *call, struct spy_connection *connection,
			int sign)
{
	const struct spy_stream *result = &call->streams[0];
	size_t held = spy_queue_size(&result->queue) +
		      (result->arena ? result->arena->used : 0);

	connection->held = sign > 0 ? connection->held + held : connection->held - held;
}

/* It is on the wire: whoever waited to send goes on, ends that came early are said. */
static void opened(struct spy_call *call)
{
	for (unsigned i = 1; i < spy_call_stream_count(call); i++) {
		struct spy_stream *stream = &call->streams[i];

		if (stream->flags & SPY_STREAM_ENDED)
			spy_stream_say_end(stream);
		else
			spy_stream_unblock(stream);
	}
}

/* A place, a connection: OPEN. 0, or SPY_EAGAIN when it is larger than the floor and HELLO
 * has not come, or the call has ended with the error. */
static int open_call(struct spy_connection *connection, struct spy_call *call,
		     const void *args)
{
	bool arrives = !call->connection;
	int r = say_open(connection, call, args);

	if (r == SPY_ERESOURCE_EXHAUSTED && !(connection->flags & SPY_CONNECTION_HELLO))
		return SPY_EAGAIN;
	if (r == 0) {
		call->flags &= ~(uint32_t)(SPY_CALL_HELD | SPY_CALL_PREPARED);
		/* Without a place in the table its answer would be ignored: take it back. */
		if ((r = spy_connection_add(connection, call)) < 0)
			spy_connection_say_stream(connection, SPY_FRAME_CANCEL, call->id,
						  0);
	}
	if (r < 0) {
		spy_call_end_client(call, r, NULL, true);
		return r;
	}
	start_streams(call, connection);
	if (arrives)
		hold_result(call, connection, 1);
	if (!(call->flags & SPY_CALL_REPEATABLE))
		spy_buf_free(&call->packed);
	opened(call);
	return 0;
}

static void wait_for_place(struct spy_connection *connection, struct spy_call *call)
{
	call->flags |= SPY_CALL_HELD;
	call->flags &= ~(uint32_t)SPY_CALL_PREPARED;
	call->connection = connection;
	hold_result(call, connection, 1);
	connection->waiting_count++;
	connection->flags |= SPY_CONNECTION_BUSY;
	spy_ring_append(&connection->waiting, &call->ring);
}

static void stop_waiting(struct spy_call *call)
{
	if (!(call->flags & SPY_CALL_HELD))
		return;
	call->flags &= ~(uint32_t)SPY_CALL_HELD;
	call->connection->waiting_count--;
	spy_ring_remove(&call->ring);
}

void spy_connection_open_waiting(struct spy_connection *connection)
{
	while (!spy_ring_is_empty(&connection->waiting) && has_place(connection)) {
		struct spy_call *call =
			SPY_CONTAINER(connection->waiting.next, struct spy_call, ring);

		stop_waiting(call);
		if (open_call(connection, call, NULL) == SPY_EAGAIN) {
			call->flags |= SPY_CALL_HELD;
			connection->waiting_count++;
			spy_ring_append(&connection->waiting, &call->ring);
			/* back to the front: calls are opened in order */
			spy_ring_remove(&call->ring);
			spy_ring_append(connection->waiting.next, &call->ring);
			return;
		}
	}
}

/* The result's window is closed, and what has not been read yet is never granted again. */
static void stop_streams(struct spy_call *call)
{
	struct spy_stream *result = &call->streams[0];

	result->owed += result->credit - (int64_t)result->window;
	result->credit = result->window = 0;
	result->flags &= (uint16_t)~SPY_STREAM_PEER_DONE;
}

/* Off its connection, as after spy_call_prepare(). */
static void detach(struct spy_call *call)
{
	struct spy_connection *connection = call->connection;

	if (call->flags & SPY_CALL_HELD) {
		stop_waiting(call);
	} else {
		spy_table_remove(&connection->table, call);
		spy_ring_remove(&call->ring);
	}
	hold_result(call, connection, -1);
	if (connection->ahead.stream && connection->ahead.stream->call == call)
		connection->ahead.stream = NULL;
	stop_streams(call);
	connection->held -= call->held;
	call->held = 0;
	call->connection = NULL;
	call->flags &= ~(uint32_t)SPY_CALL_OPENED;
	call->flags |= SPY_CALL_PREPARED;
	spy_task_schedule(connection->context, &connection->task);
}

static bool may_be_opened_again(const struct spy_call *call)
{
	if ((call->flags & SPY_CALL_HELD) ||
	    ((call->flags & SPY_CALL_REPEATABLE) && call->packed.len &&
	     !(call->flags & SPY_CALL_OPENED)))
		return true;
	for (unsigned i = 1; i < spy_call_stream_count(call); i++)
		if (call->streams[i].flags & SPY_STREAM_ENDED)
			return false; /* nobody knows whether the server has heard of it */
	return call->flags & SPY_CALL_KEPT;
}

void spy_call_return_unsent(struct spy_call *call, int error, struct spy_failure *failure)
{
	struct spy_connection *connection = call->connection;
	const struct spy_connection_events *events = connection->options->events;

	if (may_be_opened_again(call) && events && events->refused) {
		detach(call);
		if (events->refused(connection, call, error, connection->user)) {
			spy_failure_free(failure);
			return;
		}
	}
	spy_call_end_client(call, error, failure, false);
}

void spy_connection_return_waiting(struct spy_connection *connection, int error)
{
	while (!spy_ring_is_empty(&connection->waiting))
		spy_call_return_unsent(
			SPY_CONTAINER(connection->waiting.next, struct spy_call, ring),
			error, NULL);
}

/* --- Making ------------------------------------------------------------------------------ */

static struct spy_call *make(struct spy_context *context, const struct spy_method *method,
			     const struct spy_call_options *options,
			     struct spy_stream **streams)
{
	struct spy_call *call = spy_call_make(context, method, 0, run);

	if (!call)
		return NULL;
	call->flags |= SPY_CALL_PREPARED;
	if (options && options->repeatable)
		call->flags |= SPY_CALL_REPEATABLE;
	if (options && options->timeout &&
	    spy_call_set_deadline(call, context->now + options->timeout *
							       (int64_t)1000000) < 0) {
		spy_call_drop(call);
		return NULL;
	}
	if (streams) {
		streams[0] = method->flags & SPY_METHOD_RESULT_STREAM ? &call->streams[0]
								      : NULL;
		for (unsigned i = 1; i < spy_call_stream_count(call); i++)
			streams[i] = &call->streams[i];
	}
	return call;
}

static int pack(struct spy_call *call, const void *args)
{
	int r = put_args(&call->packed, call->method, args);

	if (r < 0)
		spy_call_end_client(call, r, NULL, true);
	return r;
}

struct spy_call *spy_call_prepare(struct spy_context *context,
				  const struct spy_method *method, const void *args,
				  const struct spy_call_options *options,
				  struct spy_stream **streams)
{
	struct spy_call *call = make(context, method, options, streams);

	if (call)
		pack(call, args);
	return call;
}

void spy_connection_open(struct spy_connection *connection, struct spy_call *call)
{
	if (call->flags & SPY_CALL_OVER)
		return;
	if (!spy_connection_is_open(connection)) {
		spy_call_end_client(call, SPY_EUNAVAILABLE, NULL, true);
		return;
	}
	if (connection->waiting_count || !has_place(connection) ||
	    open_call(connection, call, NULL) == SPY_EAGAIN)
		wait_for_place(connection, call);
}

struct spy_call *spy_connection_call(struct spy_connection *connection,
				     const struct spy_method *method, const void *args,
				     const struct spy_call_options *options,
				     struct spy_stream **streams)
{
	struct spy_call *call = make(connection->context, method, options, streams);

	if (!call)
		return NULL;
	if (!spy_connection_is_open(connection))
		spy_call_end_client(call, SPY_EUNAVAILABLE, NULL, true);
	else if ((call->flags & SPY_CALL_REPEATABLE) || connection->waiting_count ||
		 !has_place(connection)) {
		if (pack(call, args) == 0)
			spy_connection_open(connection, call);
	} else if (open_call(connection, call, args) == SPY_EAGAIN &&
		   pack(call, args) == 0)
		wait_for_place(connection, call);
	return call;
}

int spy_call_keep(struct spy_call *call)
{
	if (spy_call_is_server(call) || call->method->args)
		return SPY_EFAILED_PRECONDITION;
	call->flags |= SPY_CALL_KEPT;
	return 0;
}

int spy_connection_auth(struct spy_connection *connection, const char *token)
{
	struct spy_buf *buf = spy_connection_begin(connection);

	if (!buf)
		return SPY_ENOMEM;
	spy_pack_array(buf, 2);
	spy_pack_uint64(buf, SPY_FRAME_AUTH);
	if (token)
		spy_frame_put_text(buf, token);
	else
		spy_pack_nil(buf);
	return spy_connection_end(connection);
}

/* --- The end ----------------------------------------------------------------------------- */

void spy_call_end_client(struct spy_call *call, int error, struct spy_failure *failure,
			 bool drop)
{
	if (call->flags & SPY_CALL_OVER) {
		spy_failure_free(failure);
		return;
	}
	stop_waiting(call);
	spy_call_leave(call);
	call->result = error;
	call->status = error < 0 ? error : 0;
	if (failure)
		spy_call_set_failure(call, failure);
	spy_buf_free(&call->packed);
	spy_call_end_streams(call, error, drop);
	if (call->waiter)
		spy_waiter_wake(call->context, call->waiter);
	spy_call_schedule(call);
}

void spy_call_abort(struct spy_call *call, int error, const char *message)
{
	if (message && !(call->flags & SPY_CALL_OVER))
		spy_call_set_message(call, message);
	spy_call_interrupt(call, error, NULL);
}

void spy_call_cancel(struct spy_call *call)
{
	if (call && !spy_call_is_server(call))
		spy_call_interrupt(call, SPY_ECANCELED, NULL);
}

void spy_call_close(struct spy_call *call)
{
	if (!call || spy_call_is_server(call))
		return;
	spy_call_cancel(call);
	call->flags |= SPY_CALL_CLOSED;
	if (!(call->flags & SPY_CALL_BUSY))
		spy_call_drop(call);
}

/* --- What the program asks --------------------------------------------------------------- */

/* Nobody reads the result stream: what is there and what comes is consumed. */
static void discard(struct spy_call *call)
{
	struct spy_stream *result = &call->streams[0];
	struct spy_slice slice;

	if (!(call->method->flags & SPY_METHOD_RESULT_STREAM) || result->listener ||
	    result->waiter)
		return;
	call->flags |= SPY_CALL_DISCARD;
	while (spy_stream_peek(result, &slice))
		spy_stream_took(result, slice.len);
}

int spy_call_wait(struct spy_call *call)
{
	struct spy_waiter waiter = { 0 };
	int r;

	if (!call)
		return SPY_ENOMEM;
	if (spy_call_is_server(call) || call->waiter)
		return SPY_EFAILED_PRECONDITION;
	if (!(call->flags & SPY_CALL_OVER)) {
		discard(call);
		call->waiter = &waiter;
		r = spy_context_wait(call->context, &waiter, 0);
		if (waiter.gone)
			return SPY_ECANCELED;
		call->waiter = NULL;
		if (r < 0)
			return r;
	}
	return call->result;
}

int spy_call_result(struct spy_call *call, const void **result)
{
	int r = spy_call_wait(call);

	if (r == 0)
		*result = call->value;
	return r;
}

const void *spy_call_caught(struct spy_call *call, const struct spy_type *type)
{
	if (!call)
		return NULL;
	return spy_failure_caught(call->failure, type, call->method->throws,
				  call->context->env);
}

const char *spy_call_message(const struct spy_call *call)
{
	return spy_failure_message(call ? call->failure : NULL);
}

void spy_call_on_end(struct spy_call *call,
		     void (*end)(struct spy_call *call, int error, void *self),
		     void *self)
{
	if (!call || spy_call_is_server(call))
		return;
	call->end = end;
	call->end_self = self;
	if (call->flags & SPY_CALL_OVER)
		spy_call_schedule(call);
}

void spy_call_set_owner(struct spy_call *call, void *owner,
			void (*released)(struct spy_call *call, void *owner))
{
	call->owner = owner;
	call->released = released;
}

void *spy_call_owner(const struct spy_call *call)
{
	return call->owner;
}
