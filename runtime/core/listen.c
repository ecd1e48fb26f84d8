/*
 * What happens on streams without anyone waiting: listeners, relays, writable callbacks; and
 * the choice among several streams.
 *
 * Invariant: all callbacks come from the task of the stream's call (spy_stream_deliver()), a
 * bounded number of them in one run, so that no call keeps the loop from the others.
 */
#include <core/state.h>

#include <core/session.h>

#include <stdlib.h>

/* Items of one stream in one run of its task. */
#define DELIVER_MAX 64

static int attach(struct spy_stream *stream, const struct spy_listener *listener,
		  unsigned flag)
{
	if (!stream)
		return SPY_ENOMEM;
	if (!(stream->flags & SPY_STREAM_READ) || stream->listener || stream->waiter ||
	    (stream->flags & SPY_STREAM_TOLD))
		return SPY_EFAILED_PRECONDITION;
	if (!(stream->listener = malloc(sizeof *listener)))
		return SPY_ENOMEM;
	*stream->listener = *listener;
	stream->flags |= (uint16_t)flag;
	spy_stream_release_item(stream);
	spy_call_schedule(stream->call);
	return 0;
}

void spy_stream_unlisten(struct spy_stream *stream)
{
	if (!stream->listener)
		return;
	if (stream->listener->to)
		stream->listener->to->from = NULL;
	free(stream->listener);
	stream->listener = NULL;
	stream->flags &=
		(uint16_t) ~(SPY_STREAM_LISTEN | SPY_STREAM_RELAY | SPY_STREAM_FIBER);
}

/* --- Listeners -------------------------------------------------------------------------- */

int spy_stream_listen(struct spy_stream *stream,
		      int (*item)(struct spy_stream *stream, const void *item,
				  const void *typed, void *self),
		      void (*end)(struct spy_stream *stream, int error, const void *typed,
				  void *self),
		      const void *typed, void *self)
{
	struct spy_listener listener = { item, end, typed, self, NULL };

	return attach(stream, &listener, SPY_STREAM_LISTEN);
}

/* The call stays while one of its callbacks runs. */
static uint32_t enter(struct spy_call *call)
{
	uint32_t busy = call->flags & SPY_CALL_BUSY;

	call->flags |= SPY_CALL_BUSY;
	return busy;
}

static void leave(struct spy_call *call, uint32_t busy)
{
	call->flags = (call->flags & ~(uint32_t)SPY_CALL_BUSY) | busy;
}

static void tell_end(struct spy_stream *stream, int error)
{
	struct spy_listener listener = *stream->listener;
	uint32_t busy = enter(stream->call);

	spy_stream_unlisten(stream);
	stream->flags |= SPY_STREAM_TOLD;
	if (listener.end)
		listener.end(stream, error, listener.typed, listener.self);
	leave(stream->call, busy);
}

/* The listener has said that it wants no more: on the server that ends the call, which ends
 * the stream; on the client the call is cancelled. */
static void stop(struct spy_stream *stream, int error)
{
	struct spy_call *call = stream->call;
	uint32_t busy = enter(call);

	spy_stream_end_now(stream, error < 0 ? error : SPY_ECANCELED);
	if (stream->flags & SPY_STREAM_LISTEN)
		tell_end(stream, error);
	if (spy_call_is_server(call))
		spy_call_end_server(call, error);
	else
		spy_call_cancel(call);
	leave(call, busy);
}

static int message_job(struct spy_call *call)
{
	struct spy_stream *stream = &call->streams[1];

	return stream->listener->item(stream, call->messages->item,
				      stream->listener->typed, stream->listener->self);
}

void spy_stream_item_done(struct spy_stream *stream)
{
	struct spy_call *call = stream->call;

	call->flags &= ~(uint32_t)SPY_CALL_RETURNED;
	spy_stream_release_item(stream);
	if (call->result < 0 && !(call->flags & SPY_CALL_OVER))
		stop(stream, call->result);
}

/* One item on the call's fiber; the next one when it has been handled. */
static void deliver_on_fiber(struct spy_stream *stream, struct spy_slice slice)
{
	struct spy_call *call = stream->call;
	int r = spy_stream_take(stream, slice, &call->messages->item);

	if (r == SPY_ENOMEM)
		spy_stream_refuse(stream, SPY_ERESOURCE_EXHAUSTED);
	if (r <= 0)
		return;
	spy_call_start_job(call, message_job);
	if (call->flags & SPY_CALL_RETURNED)
		spy_stream_item_done(stream);
}

static bool is_listening(const struct spy_stream *stream)
{
	uint32_t flags = stream->call->flags;

	if (spy_call_is_server(stream->call) ? (flags & SPY_CALL_OVER) != 0
					     : (flags & SPY_CALL_CLOSED) != 0)
		return false;
	if ((stream->flags & SPY_STREAM_FIBER) && (flags & SPY_CALL_RUNNING))
		return false; /* one message at a time, and the end after the last */
	return (stream->flags & SPY_STREAM_LISTEN) &&
	       !(stream->flags & SPY_STREAM_PAUSED);
}

static void deliver_item(struct spy_stream *stream, struct spy_arena *arena,
			 struct spy_slice slice)
{
	const struct spy_listener *listener = stream->listener;
	const void *item;
	uint32_t busy;
	int r;

	if (spy_stream_decode(stream, arena, slice, &item) <= 0)
		return;
	busy = enter(stream->call);
	r = listener->item(stream, item, listener->typed, listener->self);
	leave(stream->call, busy);
	spy_arena_reset(arena);
	if (r != 0)
		stop(stream, r);
}

static void deliver_items(struct spy_stream *stream)
{
	struct spy_context *context = stream->call->context;
	struct spy_arena *arena = NULL;
	struct spy_slice slice;
	int left = DELIVER_MAX;

	for (; is_listening(stream) && left; left--) {
		if (!spy_stream_peek(stream, &slice)) {
			if (stream->flags & SPY_STREAM_ENDED)
				tell_end(stream, stream->end);
			break;
		}
		if (stream->flags & SPY_STREAM_FIBER) {
			deliver_on_fiber(stream, slice);
			continue;
		}
		if (!arena && !(arena = spy_context_arena(context))) {
			spy_stream_refuse(stream, SPY_ERESOURCE_EXHAUSTED);
			continue;
		}
		deliver_item(stream, arena, slice);
	}
	if (!left)
		spy_call_schedule(stream->call);
	spy_context_arena_done(context, arena);
}

void spy_stream_deliver_end(struct spy_stream *stream)
{
	if (stream->flags & SPY_STREAM_LISTEN)
		tell_end(stream, stream->end);
}

void spy_stream_pause(struct spy_stream *stream)
{
	if (stream)
		stream->flags |= SPY_STREAM_PAUSED;
}

void spy_stream_resume(struct spy_stream *stream)
{
	if (!stream || !(stream->flags & SPY_STREAM_PAUSED))
		return;
	stream->flags &= (uint16_t)~SPY_STREAM_PAUSED;
	if (stream->listener)
		spy_call_schedule(stream->call);
}

/* --- Writable callbacks ------------------------------------------------------------------ */

void spy_stream_on_writable(struct spy_stream *stream,
			    void (*writable)(struct spy_stream *stream, void *self),
			    void *self)
{
	if (!stream || (stream->flags & SPY_STREAM_READ))
		return;
	if (!stream->writable && !(stream->writable = malloc(sizeof *stream->writable)))
		return;
	*stream->writable = (struct spy_writable){ writable, self };
}

static void pump(struct spy_stream *from);

static void deliver_writable(struct spy_stream *stream)
{
	struct spy_writable writable;
	uint32_t busy;

	stream->flags &= (uint16_t)~SPY_STREAM_WRITABLE;
	if (stream->from)
		pump(stream->from);
	if (!stream->writable || !stream->writable->writable)
		return;
	writable = *stream->writable;
	busy = enter(stream->call);
	writable.writable(stream, writable.self);
	leave(stream->call, busy);
}

/* --- Relays ------------------------------------------------------------------------------ */

int spy_stream_relay(struct spy_stream *from, struct spy_stream *to)
{
	struct spy_listener listener = { .to = to };
	int r;

	if (!from || !to)
		return SPY_ENOMEM;
	if ((to->flags & SPY_STREAM_READ) || to->from)
		return SPY_EFAILED_PRECONDITION;
	if ((r = attach(from, &listener, SPY_STREAM_RELAY)) < 0)
		return r;
	to->from = from;
	return SPY_LATER;
}

/* What `to` has to say when nothing more comes. */
static void end_relay(struct spy_stream *from, struct spy_stream *to, int error)
{
	struct spy_call *call = to->call;

	spy_stream_unlisten(from);
	from->flags |= SPY_STREAM_TOLD;
	if (to->number == 0) {
		if (error == SPY_EXCEPTION)
			error = spy_call_rethrow(call, from);
		spy_call_end_server(call, error);
	} else if (error == 0) {
		spy_stream_done(to);
	} else {
		spy_stream_fail(to, error, spy_stream_message(from));
	}
}

static void pump(struct spy_stream *from)
{
	struct spy_stream *to = from->listener->to;
	struct spy_slice slice;
	int left = DELIVER_MAX, r = 0;

	for (; left && r == 0; left--) {
		if ((from->flags & SPY_STREAM_PAUSED) || (to->flags & SPY_STREAM_ENDED))
			return;
		if (!spy_stream_peek(from, &slice)) {
			if (from->flags & SPY_STREAM_ENDED)
				end_relay(from, to, from->end);
			return;
		}
		if (!spy_stream_has_room(to)) {
			spy_stream_block(to);
			return;
		}
		if ((r = spy_stream_send_slice(to, slice)) == 0)
			spy_stream_took(from, slice.len);
	}
	if (r < 0)
		end_relay(from, to, r);
	else
		spy_call_schedule(from->call);
}

/* --- The call's task --------------------------------------------------------------------- */

void spy_stream_deliver(struct spy_stream *stream)
{
	if (stream->flags & SPY_STREAM_RELAY)
		pump(stream);
	else if (stream->flags & SPY_STREAM_LISTEN)
		deliver_items(stream);
	if (stream->flags & SPY_STREAM_WRITABLE)
		deliver_writable(stream);
}

/* --- Choosing ---------------------------------------------------------------------------- */

static bool is_ready(struct spy_stream *stream)
{
	struct spy_slice slice;

	return spy_stream_peek(stream, &slice) || (stream->flags & SPY_STREAM_ENDED);
}

int spy_select(struct spy_stream *const *streams, size_t count)
{
	for (;;) {
		int first = -1, r;
		bool any = false;

		for (size_t i = 0; i < count; i++) {
			struct spy_stream *stream = streams[i];

			if (!stream || (stream->flags & SPY_STREAM_TOLD))
				continue;
			if (!(stream->flags & SPY_STREAM_READ))
				return SPY_EFAILED_PRECONDITION;
			any = true;
			if (is_ready(stream) &&
			    (first < 0 ||
			     (int32_t)(stream->since - streams[first]->since) < 0))
				first = (int)i;
		}
		if (first >= 0)
			return first;
		if (!any)
			return SPY_EOUT_OF_RANGE;
		if ((r = spy_stream_wait(streams, count)) < 0)
			return r;
	}
}
