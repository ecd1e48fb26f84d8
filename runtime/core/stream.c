/*
 * Streams: items in and out, credit, and waiting for either. Listeners, relays and select
 * are in listen.c.
 */
#include <core/state.h>

#include <core/decode.h>
#include <core/encode.h>

#include <stdlib.h>

/* What one item may be decoded to once the connection is over its budget: enough for small
 * ones, so that streams go on; a large one ends its stream. */
#define TIGHT_BUDGET SPY_ARENA_BUDGET_BASE

static bool is_read(const struct spy_stream *stream)
{
	return stream->flags & SPY_STREAM_READ;
}

static struct spy_connection *connection_of(const struct spy_stream *stream)
{
	return stream->call->connection;
}

/* --- Waiting ---------------------------------------------------------------------------- */

/* Nobody waits any more; those who did find `gone`. */
static void disperse(struct spy_stream *stream)
{
	struct spy_waiter *waiter = stream->waiter;

	if (!waiter)
		return;
	for (size_t i = 0; i < waiter->stream_count; i++)
		if (waiter->streams[i] && waiter->streams[i]->waiter == waiter)
			waiter->streams[i]->waiter = NULL;
	waiter->gone = true;
	spy_waiter_wake(stream->call->context, waiter);
}

int spy_stream_wait(struct spy_stream *const *streams, size_t count)
{
	struct spy_waiter waiter = { .streams = streams, .stream_count = count };
	struct spy_context *context = NULL;
	int r;

	for (size_t i = 0; i < count; i++)
		if (streams[i]) {
			context = streams[i]->call->context;
			if (streams[i]->waiter)
				return SPY_EFAILED_PRECONDITION;
		}
	for (size_t i = 0; i < count; i++)
		if (streams[i])
			streams[i]->waiter = &waiter;
	r = spy_context_wait(context, &waiter, 0);
	if (waiter.gone)
		return SPY_ECANCELED;
	for (size_t i = 0; i < count; i++)
		if (streams[i])
			streams[i]->waiter = NULL;
	return r;
}

void spy_stream_wake(struct spy_stream *stream)
{
	if (stream->waiter)
		spy_waiter_wake(stream->call->context, stream->waiter);
	if (stream->flags & (SPY_STREAM_LISTEN | SPY_STREAM_RELAY))
		spy_call_schedule(stream->call);
}

/* --- The end ---------------------------------------------------------------------------- */

static void clear_queue(struct spy_stream *stream)
{
	if (connection_of(stream))
		connection_of(stream)->held -= spy_queue_size(&stream->queue);
	spy_queue_clear(&stream->queue);
}

void spy_stream_end(struct spy_stream *stream, int error, struct spy_failure *failure)
{
	if (stream->flags & SPY_STREAM_ENDED) {
		spy_failure_free(failure);
		return;
	}
	stream->flags |= SPY_STREAM_ENDED;
	stream->end = error;
	stream->failure = failure;
	if (is_read(stream) && spy_queue_is_empty(&stream->queue))
		stream->since = ++stream->call->context->sequence;
	spy_stream_wake(stream);
	if (!is_read(stream) && (stream->writable || stream->from)) {
		stream->flags |= SPY_STREAM_WRITABLE;
		spy_call_schedule(stream->call);
	}
}

void spy_stream_end_now(struct spy_stream *stream, int error)
{
	struct spy_connection *connection = connection_of(stream);

	if (is_read(stream)) {
		if (connection && connection->direct == stream)
			connection->direct = NULL;
		clear_queue(stream);
		if ((stream->flags & (SPY_STREAM_ENDED | SPY_STREAM_TOLD)) ==
		    SPY_STREAM_ENDED) {
			/* nobody has heard of its own end: this one comes first */
			spy_failure_free(stream->failure);
			stream->failure = NULL;
			stream->end = error;
		}
	}
	spy_stream_end(stream, error, NULL);
}

void spy_stream_fini(struct spy_stream *stream)
{
	disperse(stream);
	if (is_read(stream)) {
		spy_stream_unlisten(stream);
		clear_queue(stream);
		spy_stream_release_item(stream);
	} else {
		if (stream->from)
			spy_stream_unlisten(stream->from);
		free(stream->writable);
	}
	spy_failure_free(stream->failure);
}

struct spy_failure *spy_stream_failure(const struct spy_stream *stream)
{
	if (stream->failure || stream->number || spy_call_is_server(stream->call))
		return stream->failure;
	return stream->call->failure; /* a client's result ends as its call does */
}

/* --- Reading ---------------------------------------------------------------------------- */

static bool has_sequence(const struct spy_stream *stream)
{
	return spy_call_is_server(stream->call) && stream->call->method->stream_count > 1;
}

void spy_stream_spill(struct spy_stream *stream, struct spy_slice item)
{
	struct spy_connection *connection = connection_of(stream);
	size_t before = spy_queue_size(&stream->queue);
	uint32_t sequence = spy_queue_is_empty(&stream->queue)
				    ? stream->since
				    : ++stream->call->context->sequence;
	int r = spy_queue_push(&stream->queue, item,
			       has_sequence(stream) ? &sequence : NULL);

	if (connection)
		connection->held += spy_queue_size(&stream->queue) - before;
	if (r < 0)
		spy_stream_refuse(stream, r == SPY_ENOMEM ? SPY_ERESOURCE_EXHAUSTED : r);
}

bool spy_stream_peek(struct spy_stream *stream, struct spy_slice *item)
{
	struct spy_connection *connection = connection_of(stream);
	uint32_t sequence;

	if (!spy_queue_is_empty(&stream->queue)) {
		spy_queue_first(&stream->queue, item,
				has_sequence(stream) ? &sequence : NULL);
		return true;
	}
	if (!connection ||
	    (connection->direct != stream && (connection->ahead.stream != stream ||
					      !spy_connection_pull(connection, stream))))
		return false;
	*item = connection->direct_item;
	return true;
}

static void pop(struct spy_stream *stream)
{
	struct spy_connection *connection = connection_of(stream);
	size_t before = spy_queue_size(&stream->queue);
	struct spy_slice next;

	spy_queue_pop(&stream->queue, has_sequence(stream));
	if (connection)
		connection->held -= before - spy_queue_size(&stream->queue);
	if (spy_queue_is_empty(&stream->queue))
		stream->since = ++stream->call->context->sequence; /* of the end */
	else if (has_sequence(stream))
		spy_queue_first(&stream->queue, &next, &stream->since);
}

static void grant_owed(struct spy_stream *stream)
{
	struct spy_call *call = stream->call;
	uint32_t grant;

	if (stream->owed <= 0 ||
	    (stream->flags & (SPY_STREAM_PEER_DONE | SPY_STREAM_ENDED)) ||
	    (call->flags & SPY_CALL_OVER) || !spy_connection_is_live(call->connection))
		return;
	grant = stream->owed < SPY_WIRE_MAX ? (uint32_t)stream->owed : SPY_WIRE_MAX;
	stream->owed -= grant;
	stream->credit += grant;
	spy_connection_say_credit(call->connection, call->id, stream->number, grant);
}

void spy_stream_consumed(struct spy_stream *stream, size_t len)
{
	stream->owed += (int64_t)len;
	if (2 * stream->owed >= stream->window)
		grant_owed(stream);
}

void spy_stream_took(struct spy_stream *stream, size_t len)
{
	if (spy_queue_is_empty(&stream->queue))
		connection_of(stream)->direct = NULL;
	else
		pop(stream);
	spy_stream_consumed(stream, len);
}

void spy_stream_refuse(struct spy_stream *stream, int error)
{
	struct spy_call *call = stream->call;
	bool open = !(call->flags & SPY_CALL_OVER) &&
		    spy_connection_is_live(call->connection);

	stream->flags |= SPY_STREAM_PEER_DONE;
	/* On a client's result that cancels the call. */
	if (stream->number == 0)
		spy_call_interrupt(call, error, NULL);
	else if (open)
		spy_connection_say_stream(call->connection, SPY_FRAME_CANCEL, call->id,
					  stream->number);
	spy_stream_end_now(stream, error);
}

void spy_stream_release_item(struct spy_stream *stream)
{
	struct spy_connection *connection = connection_of(stream);

	if (!stream->arena)
		return;
	if (connection)
		connection->held -= stream->arena->used;
	spy_context_arena_done(stream->call->context, stream->arena);
	stream->arena = NULL;
}

int spy_stream_decode(struct spy_stream *stream, struct spy_arena *arena,
		      struct spy_slice slice, const void **item)
{
	struct spy_connection *connection = connection_of(stream);
	unsigned flags = 0;
	int r;

	if (connection && connection->held > spy_connection_max_held(connection)) {
		spy_arena_allow(arena, TIGHT_BUDGET);
		flags = SPY_DECODE_BUDGET;
	}
	r = spy_decode(arena, &stream->type->item, slice.data, slice.len, flags, item);
	if (r < 0) {
		spy_stream_refuse(stream, r == SPY_ENOMEM ? SPY_ERESOURCE_EXHAUSTED : r);
		return r;
	}
	spy_stream_took(stream, slice.len);
	return 1;
}

int spy_stream_take(struct spy_stream *stream, struct spy_slice slice, const void **item)
{
	struct spy_connection *connection = connection_of(stream);
	int r;

	if (stream->arena) {
		if (connection)
			connection->held -= stream->arena->used;
		spy_arena_reset(stream->arena);
	} else if (!(stream->arena = spy_context_arena(stream->call->context))) {
		return SPY_ENOMEM;
	}
	r = spy_stream_decode(stream, stream->arena, slice, item);
	if (connection)
		connection->held += stream->arena->used;
	return r;
}

static int receive(struct spy_stream *stream, const void **item, bool wait)
{
	struct spy_slice slice;
	int r;

	if (!stream)
		return SPY_ENOMEM;
	if (!is_read(stream) || stream->listener)
		return SPY_EFAILED_PRECONDITION;
	for (;;) {
		if (spy_stream_peek(stream, &slice)) {
			r = spy_stream_take(stream, slice, item);
			if (r > 0 || r == SPY_ENOMEM)
				return r;
		}
		if (stream->flags & SPY_STREAM_ENDED) {
			stream->flags |= SPY_STREAM_TOLD;
			spy_stream_release_item(stream);
			return stream->end;
		}
		if (!wait)
			return SPY_EAGAIN;
		spy_stream_release_item(stream);
		if ((r = spy_stream_wait(&stream, 1)) < 0)
			return r;
	}
}

int spy_stream_recv(struct spy_stream *stream, const void **item)
{
	return receive(stream, item, true);
}

int spy_stream_try_recv(struct spy_stream *stream, const void **item)
{
	return receive(stream, item, false);
}

void spy_stream_cancel(struct spy_stream *stream)
{
	if (!stream || !is_read(stream))
		return;
	if (stream->number == 0)
		spy_call_cancel(stream->call);
	else if (!(stream->flags & SPY_STREAM_PEER_DONE))
		spy_stream_refuse(stream, SPY_ECANCELED);
	else
		spy_stream_end_now(stream, SPY_ECANCELED);
}

/* --- Writing ---------------------------------------------------------------------------- */

static inline bool has_room(const struct spy_stream *stream)
{
	struct spy_connection *connection = connection_of(stream);
	uint32_t flags = stream->call->flags;

	if (stream->credit <= 0 || !spy_connection_is_live(connection) ||
	    (flags & SPY_CALL_HELD) ||
	    (flags & (SPY_CALL_REPEATABLE | SPY_CALL_OPENED)) == SPY_CALL_REPEATABLE)
		return false;
	return connection->output.queued < spy_connection_max_queue(connection);
}

bool spy_stream_has_room(struct spy_stream *stream)
{
	return has_room(stream);
}

void spy_stream_block(struct spy_stream *stream)
{
	stream->flags |= SPY_STREAM_BLOCKED;
	if (connection_of(stream))
		connection_of(stream)->flags |= SPY_CONNECTION_BLOCKED;
}

void spy_stream_unblock(struct spy_stream *stream)
{
	if (!(stream->flags & SPY_STREAM_BLOCKED) || !spy_stream_has_room(stream))
		return;
	stream->flags &= (uint16_t)~SPY_STREAM_BLOCKED;
	if (stream->waiter)
		spy_waiter_wake(stream->call->context, stream->waiter);
	if (stream->writable || stream->from) {
		stream->flags |= SPY_STREAM_WRITABLE;
		spy_call_schedule(stream->call);
	}
}

static struct spy_buf *begin_item(struct spy_stream *stream)
{
	struct spy_call *call = stream->call;
	struct spy_buf *buf;

	if ((call->flags & (SPY_CALL_SERVER | SPY_CALL_OPENED)) == SPY_CALL_SERVER)
		spy_call_opened(call);
	if (!(buf = spy_connection_begin(call->connection)))
		return NULL;
	spy_frame_put_stream(buf, 4, SPY_FRAME_ITEM, call->id, stream->number);
	return buf;
}

static int end_item(struct spy_stream *stream, size_t len)
{
	int r = spy_connection_end(connection_of(stream));

	if (r == 0)
		stream->credit -= (int64_t)len;
	return r;
}

int spy_stream_send_slice(struct spy_stream *stream, struct spy_slice item)
{
	struct spy_buf *buf = begin_item(stream);

	if (!buf)
		return SPY_ENOMEM;
	spy_buf_append(buf, item.data, item.len);
	return end_item(stream, item.len);
}

static int send_item(struct spy_stream *stream, const void *item)
{
	struct spy_buf *buf = begin_item(stream);
	size_t before;
	int r;

	if (!buf)
		return SPY_ENOMEM;
	before = buf->len;
	if ((r = spy_encode(buf, &stream->type->item, item, 0)) < 0) {
		spy_connection_undo(connection_of(stream));
		return r;
	}
	return end_item(stream, buf->len - before);
}

/* Before the peer's HELLO an item may only be too large for the floor of max_message. */
static bool knows_limits(const struct spy_stream *stream)
{
	return connection_of(stream)->flags & SPY_CONNECTION_HELLO;
}

static int transmit(struct spy_stream *stream, const void *item, bool wait)
{
	int r;

	if (!stream)
		return SPY_ENOMEM;
	if (is_read(stream))
		return SPY_EFAILED_PRECONDITION;
	while (!(stream->flags & SPY_STREAM_ENDED)) {
		if (has_room(stream)) {
			r = send_item(stream, item);
			if (r != SPY_ERESOURCE_EXHAUSTED || knows_limits(stream))
				return r;
		}
		spy_stream_block(stream);
		if (!wait)
			return SPY_EAGAIN;
		if ((r = spy_stream_wait(&stream, 1)) < 0)
			return r;
	}
	return stream->end < 0 ? stream->end : SPY_EFAILED_PRECONDITION;
}

int spy_stream_send(struct spy_stream *stream, const void *item)
{
	return transmit(stream, item, true);
}

int spy_stream_try_send(struct spy_stream *stream, const void *item)
{
	return transmit(stream, item, false);
}

struct spy_call *spy_stream_call(const struct spy_stream *stream)
{
	return stream ? stream->call : NULL;
}
