/*
 * OPEN on the server: what the connection itself has to say to it; and calls that are held
 * until an AUTH before them has been decided.
 *
 * Invariant: a held call is a call: it has its number, counts, can be cancelled and can miss
 * its deadline. Its frames are kept as they came and replayed when it is let in, so that
 * nothing about its method can be found out before. Read next: serve.c.
 */
#include <core/state.h>

#include <stdlib.h>

static const struct spy_method held_method = { .name = "" };

/* It has been cancelled, or was too late. */
static void run_held(struct spy_task *task)
{
	spy_call_drop(SPY_CONTAINER(task, struct spy_call, task));
}

static int keep_frame(struct spy_call *call, struct spy_slice raw)
{
	spy_buf_append(call->frames, raw.data, raw.len);
	if (call->frames->failed)
		return SPY_ENOMEM;
	spy_call_hold(call, raw.len);
	return 0;
}

/* An OPEN behind an undecided AUTH: its frames are kept as they came. It is a call already,
 * can be cancelled and can miss its deadline. */
static int hold(struct spy_connection *connection, const struct spy_frame *frame,
		const struct spy_open_options *options)
{
	struct spy_call *call = spy_call_make(connection->context, &held_method,
					      SPY_CALL_SERVER | SPY_CALL_HELD, run_held);
	int r = SPY_ENOMEM;

	if (!call)
		return r;
	call->id = frame->call;
	call->arrived = connection->context->now;
	call->mark = spy_auth_last(connection);
	if (!(call->frames = calloc(1, sizeof *call->frames)) ||
	    (r = spy_connection_add(connection, call)) < 0)
		goto fail;
	if ((r = keep_frame(call, frame->raw)) < 0)
		goto fail;
	if (options->timeout &&
	    (r = spy_call_set_deadline(
		     call, call->arrived + options->timeout * (int64_t)1000000)) < 0)
		goto fail;
	return 0;
fail:
	spy_call_drop(call);
	return r;
}

/* Replays the frames of one held call. */
static void replay(struct spy_connection *connection, struct spy_call *held)
{
	struct spy_buf frames = *held->frames;
	struct spy_reader reader = spy_reader(frames.data, frames.len);
	struct spy_open_options options;
	struct spy_frame frame;
	int64_t arrived = held->arrived;
	const char *what;

	*held->frames = (struct spy_buf){ 0 };
	spy_call_drop(held);
	/* They have been read before, so nothing can be wrong with them by themselves. */
	if (spy_frame_read(&reader, &frame, &what) == 0 &&
	    spy_open_options_read(frame.options, &options, &what) == 0)
		spy_call_admit(connection, &frame, &options, arrived);
	while (!spy_read_done(&reader) && spy_connection_is_live(connection) &&
	       spy_frame_read(&reader, &frame, &what) == 0 &&
	       spy_connection_handle(connection, &frame) == 0)
		spy_connection_spill(connection);
	spy_buf_free(&frames);
}

static struct spy_call *next_held(struct spy_connection *connection, uint32_t decided)
{
	struct spy_ring *at;

	for (at = connection->calls.next; at != &connection->calls; at = at->next) {
		struct spy_call *call = SPY_CONTAINER(at, struct spy_call, ring);

		if ((call->flags & SPY_CALL_HELD) && !(call->flags & SPY_CALL_OVER) &&
		    (int32_t)(call->mark - decided) <= 0)
			return call;
	}
	return NULL;
}

void spy_connection_release(struct spy_connection *connection, uint32_t decided)
{
	struct spy_call *call;

	while (spy_connection_is_live(connection) &&
	       (call = next_held(connection, decided)))
		replay(connection, call);
}

static void refuse(struct spy_connection *connection, uint32_t call, int error,
		   const char *message)
{
	spy_connection_say_error(connection, call, 0, error, message,
				 (struct spy_slice){ NULL, 0 });
}

/* New calls are refused while there is this much to be sent already: see say.c. */
#define QUEUE_FULL 4

int spy_connection_on_open(struct spy_connection *connection,
			   const struct spy_frame *frame)
{
	struct spy_open_options options;
	const char *what = NULL;

	if (!connection->options->server)
		return spy_connection_protocol_error(connection,
						     "OPEN comes from a client");
	if (frame->call <= connection->last)
		return spy_connection_protocol_error(connection,
						     "the numbers of calls increase");
	if (spy_open_options_read(frame->options, &options, &what) < 0)
		return spy_connection_protocol_error(connection, what);
	connection->last = frame->call;
	if (connection->flags & SPY_CONNECTION_DRAINING)
		refuse(connection, frame->call, SPY_EUNAVAILABLE,
		       "the server is going away");
	else if (connection->table.count >= spy_connection_max_calls(connection))
		refuse(connection, frame->call, SPY_ERESOURCE_EXHAUSTED,
		       "too many open calls");
	else if (connection->output.queued >
		 QUEUE_FULL * (size_t)spy_connection_max_queue(connection))
		refuse(connection, frame->call, SPY_ERESOURCE_EXHAUSTED,
		       "too much waits to be sent");
	else if (connection->held >= spy_connection_max_held(connection))
		refuse(connection, frame->call, SPY_ERESOURCE_EXHAUSTED,
		       "too much waits to be read");
	else if (!spy_auth_is_pending(connection))
		spy_call_admit(connection, frame, &options, connection->context->now);
	else if (hold(connection, frame, &options) < 0)
		refuse(connection, frame->call, SPY_ERESOURCE_EXHAUSTED, "out of memory");
	return 0;
}

/* A frame for a call that waits for an AUTH. */
int spy_connection_on_held(struct spy_connection *connection, struct spy_call *call,
			   const struct spy_frame *frame)
{
	if (frame->kind == SPY_FRAME_CANCEL && frame->stream == 0)
		spy_call_interrupt(call, SPY_ECANCELED, NULL);
	else if (connection->held >= spy_connection_max_held(connection))
		spy_call_interrupt(call, SPY_ERESOURCE_EXHAUSTED,
				   "too much waits to be read");
	else if (keep_frame(call, frame->raw) < 0)
		spy_call_interrupt(call, SPY_ERESOURCE_EXHAUSTED, "out of memory");
	return 0;
}
