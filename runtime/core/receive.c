/*
 * What comes in: a message is cut into frames, each is held against the rules of
 * docs/wire.md §3 and handed to its call.
 *
 * Invariant: a handler changes state and schedules; user code runs between two frames, in
 * spy_context_run_ready(). An item that somebody waits for stays in the message meanwhile
 * (`direct`), and its reader may pull those that follow it for the same stream, so that it is
 * woken once for all of them; what is still there afterwards is copied.
 */
#include <core/state.h>

#include <core/decode.h>

#define BROKEN(connection, what) spy_connection_protocol_error(connection, what)

static bool is_server(const struct spy_connection *connection)
{
	return connection->options->server;
}

/* --- The connection's own frames ------------------------------------------------------- */

static int text_copy(char *to, size_t size, struct spy_slice text)
{
	size_t len = text.len < size ? text.len : size - 1;

	if (!spy_utf8_valid(text.data, text.len) || len != text.len)
		len = 0;
	if (len)
		memcpy(to, text.data, len);
	to[len] = '\0';
	return (int)len;
}

/* Until the server's HELLO the client has kept to the floors. */
static void raise_floors(struct spy_connection *connection)
{
	struct spy_ring *at;

	for (at = connection->calls.next; at != &connection->calls; at = at->next) {
		struct spy_call *call = SPY_CONTAINER(at, struct spy_call, ring);

		for (unsigned i = 1; i < spy_call_stream_count(call); i++) {
			call->streams[i].credit +=
				(int64_t)connection->peer_credit - SPY_FLOOR_CREDIT;
			spy_stream_unblock(&call->streams[i]);
		}
	}
	spy_task_schedule(connection->context, &connection->task);
}

static int on_hello(struct spy_connection *connection, const struct spy_frame *frame)
{
	const char *what = NULL;
	struct spy_settings settings;
	char agent[128], session[128]; /* for logs; a longer one is left away */

	if (connection->flags & SPY_CONNECTION_HELLO)
		return BROKEN(connection, "a second HELLO");
	if (spy_settings_read(frame->value, &settings, &what) < 0)
		return BROKEN(connection, what);
	connection->flags |= SPY_CONNECTION_HELLO;
	connection->peer_credit = settings.credit;
	connection->peer_max_message = settings.max_message;
	connection->peer_max_calls = settings.max_calls;
	if (!is_server(connection))
		raise_floors(connection);
	text_copy(agent, sizeof agent, settings.agent);
	text_copy(session, sizeof session, settings.session);
	SPY_TELL(connection, hello, connection, agent, session);
	return 0;
}

static int on_ping(struct spy_connection *connection, const struct spy_frame *frame)
{
	struct spy_reader reader = spy_reader(frame->value.data, frame->value.len);
	struct spy_buf *buf = spy_connection_begin(connection);
	uint64_t natural;
	int64_t integer;
	int r = buf ? 0 : SPY_ENOMEM;

	if (buf) {
		spy_pack_array(buf, 2);
		spy_pack_uint64(buf, SPY_FRAME_PONG);
		if (spy_read_uint(&reader, &natural) == 0)
			spy_pack_uint64(buf, natural);
		else if (spy_read_int(&reader, &integer) == 0)
			spy_pack_int64(buf, integer);
		r = spy_connection_end(connection);
	}
	if (r < 0)
		spy_connection_fail(connection, SPY_CLOSE_OVERLOADED, "out of memory");
	return 0;
}

static int on_auth(struct spy_connection *connection, const struct spy_frame *frame)
{
	if (!is_server(connection))
		return BROKEN(connection, "AUTH comes from a client");
	if (spy_auth_ask(connection, (const char *)frame->text.data, frame->text.len,
			 !frame->has_value, true) < 0)
		spy_connection_fail(connection, SPY_CLOSE_OVERLOADED, "out of memory");
	return 0;
}

static int on_authed(struct spy_connection *connection, const struct spy_frame *frame)
{
	if (is_server(connection))
		return BROKEN(connection, "AUTHED comes from a server");
	SPY_TELL(connection, authed, connection,
		 frame->number ? spy_code_error(frame->number) : 0);
	return 0;
}

/* An open call with a higher number. */
static struct spy_call *find_above(struct spy_connection *connection, uint32_t id)
{
	struct spy_ring *at;

	for (at = connection->calls.next; at != &connection->calls; at = at->next) {
		struct spy_call *call = SPY_CONTAINER(at, struct spy_call, ring);

		if (call->id > id && !(call->flags & SPY_CALL_OVER))
			return call;
	}
	return NULL;
}

static int on_goaway(struct spy_connection *connection, const struct spy_frame *frame)
{
	struct spy_call *call;
	char message[256];

	connection->flags |= SPY_CONNECTION_GOAWAY;
	text_copy(message, sizeof message, frame->text);
	if (!is_server(connection)) {
		spy_connection_return_waiting(connection, SPY_EUNAVAILABLE);
		while ((call = find_above(connection, frame->call)))
			spy_call_return_unsent(call, SPY_EUNAVAILABLE, NULL);
	}
	SPY_TELL(connection, goaway, connection,
		 frame->number ? spy_code_error(frame->number) : 0, message);
	return 0;
}

/* --- Frames of a call ------------------------------------------------------------------ */

static int on_item(struct spy_connection *connection, struct spy_stream *stream,
		   const struct spy_frame *frame)
{
	if (!(stream->flags & SPY_STREAM_READ))
		return BROKEN(connection, "an ITEM from the reading side");
	if (stream->flags & (SPY_STREAM_PEER_DONE | SPY_STREAM_ENDED))
		return 0;
	if (stream->credit <= 0)
		return BROKEN(connection, "an ITEM without credit");
	stream->credit -= (int64_t)frame->value.len;
	if (stream->call->flags & SPY_CALL_DISCARD) {
		spy_stream_took(stream, frame->value.len);
		return 0;
	}
	if (!spy_queue_is_empty(&stream->queue)) {
		spy_stream_spill(stream, frame->value);
		return 0;
	}
	stream->since = ++connection->context->sequence;
	connection->direct = stream;
	connection->direct_item = frame->value;
	spy_stream_wake(stream);
	return 0;
}

void spy_connection_spill(struct spy_connection *connection)
{
	struct spy_stream *stream = connection->direct;

	if (!stream)
		return;
	connection->direct = NULL;
	spy_stream_spill(stream, connection->direct_item);
}

/* The same bytes in front of a value are the same kind, call and stream. Whatever is not just
 * as it should be is left to the loop in receive(), which says what is wrong with it. */
bool spy_connection_pull(struct spy_connection *connection, struct spy_stream *stream)
{
	struct spy_ahead *ahead = &connection->ahead;
	struct spy_reader *reader = ahead->reader;
	struct spy_reader next;

	if (ahead->stream != stream || connection->direct || stream->credit <= 0 ||
	    (stream->flags & (SPY_STREAM_PEER_DONE | SPY_STREAM_ENDED)) ||
	    (stream->call->flags & SPY_CALL_DISCARD) ||
	    (size_t)(reader->end - reader->at) <= ahead->head.len ||
	    memcmp(reader->at, ahead->head.data, ahead->head.len))
		return false;
	next = spy_reader(reader->at + ahead->head.len,
			  (size_t)(reader->end - reader->at) - ahead->head.len);
	if (spy_cut(&next, &connection->direct_item) < 0)
		return false;
	reader->at = next.at;
	connection->direct = stream;
	stream->credit -= (int64_t)connection->direct_item.len;
	stream->since = ++connection->context->sequence;
	return true;
}

/* A client's call has returned a plain value. */
static int read_result(struct spy_call *call, const struct spy_frame *frame)
{
	static const uint8_t nil = 0xc0;
	struct spy_slice value =
		frame->has_value ? frame->value : (struct spy_slice){ &nil, 1 };
	struct spy_arena *arena;

	if (!call->method->result)
		return 0;
	if (!(arena = spy_call_arena(call)))
		return SPY_ENOMEM;
	return spy_decode(arena, call->method->result, value.data, value.len, 0,
			  &call->value);
}

static int on_end(struct spy_connection *connection, struct spy_stream *stream,
		  const struct spy_frame *frame)
{
	struct spy_call *call = stream->call;

	if (!(stream->flags & SPY_STREAM_READ))
		return BROKEN(connection, "an END from the reading side");
	stream->flags |= SPY_STREAM_PEER_DONE;
	if (stream->number)
		spy_stream_end(stream, 0, NULL);
	else
		spy_call_end_client(call, read_result(call, frame), NULL, false);
	return 0;
}

static int on_error(struct spy_connection *connection, struct spy_stream *stream,
		    const struct spy_frame *frame)
{
	struct spy_call *call = stream->call;
	struct spy_failure *failure = NULL;
	int error = spy_code_error(frame->number), r = 0;

	if (!(stream->flags & SPY_STREAM_READ))
		return BROKEN(connection, "an ERROR from the reading side");
	if (stream->flags & SPY_STREAM_PEER_DONE)
		return 0;
	stream->flags |= SPY_STREAM_PEER_DONE;
	if (frame->has_value && connection->held >= spy_connection_max_held(connection))
		error = SPY_ERESOURCE_EXHAUSTED;
	else if (frame->has_value || frame->text.len)
		failure = spy_failure_new(frame->text, frame->value, &r);
	if (r == SPY_EINVALID_ARGUMENT)
		error = r;
	else if (spy_failure_has_exception(failure))
		error = SPY_EXCEPTION;
	if (failure)
		spy_call_hold(call, frame->raw.len);
	if (stream->number)
		spy_stream_end(stream, error, failure);
	else if (error == SPY_EUNAUTHENTICATED ||
		 (error == SPY_EUNAVAILABLE && (call->flags & SPY_CALL_KEPT)))
		spy_call_return_unsent(call, error, failure);
	else
		spy_call_end_client(call, error, failure, false);
	return 0;
}

static int on_cancel(struct spy_connection *connection, struct spy_stream *stream)
{
	if (stream->flags & SPY_STREAM_READ)
		return BROKEN(connection, "a CANCEL from the writing side");
	if (stream->number)
		spy_stream_end(stream, SPY_ECANCELED, NULL);
	else
		spy_call_interrupt(stream->call, SPY_ECANCELED, NULL);
	return 0;
}

static int on_credit(struct spy_connection *connection, struct spy_stream *stream,
		     const struct spy_frame *frame)
{
	if (stream->flags & SPY_STREAM_READ)
		return BROKEN(connection, "CREDIT from the writing side");
	if (stream->credit + frame->number > SPY_WIRE_MAX)
		return BROKEN(connection, "more than 2^31-1 bytes of credit");
	stream->credit += frame->number;
	spy_stream_unblock(stream);
	return 0;
}

static int on_opened(struct spy_connection *connection, struct spy_call *call)
{
	if (is_server(connection))
		return BROKEN(connection, "OPENED comes from a server");
	call->flags |= SPY_CALL_OPENED;
	spy_buf_free(&call->packed);
	for (unsigned i = 1; i < spy_call_stream_count(call); i++)
		spy_stream_unblock(&call->streams[i]);
	if (call->flags & SPY_CALL_KEPT)
		SPY_TELL(connection, opened, connection, call);
	return 0;
}

static int on_call_frame(struct spy_connection *connection, const struct spy_frame *frame)
{
	struct spy_stream *stream;
	struct spy_call *call;

	if (frame->call > connection->last)
		return BROKEN(connection, "a frame for a call that was not opened");
	if (frame->kind == SPY_FRAME_OPENED && is_server(connection))
		return BROKEN(connection, "OPENED comes from a server");
	if (!(call = spy_table_get(&connection->table, frame->call)))
		return 0;
	if (call->flags & SPY_CALL_HELD)
		return spy_connection_on_held(connection, call, frame);
	if (frame->stream > call->method->stream_count)
		return BROKEN(connection, "the method has no such stream");
	stream = &call->streams[frame->stream];
	switch (frame->kind) {
	case SPY_FRAME_OPENED:
		return on_opened(connection, call);
	case SPY_FRAME_ITEM:
		return on_item(connection, stream, frame);
	case SPY_FRAME_END:
		return on_end(connection, stream, frame);
	case SPY_FRAME_ERROR:
		return on_error(connection, stream, frame);
	case SPY_FRAME_CANCEL:
		return on_cancel(connection, stream);
	default:
		return on_credit(connection, stream, frame);
	}
}

int spy_connection_handle(struct spy_connection *connection,
			  const struct spy_frame *frame)
{
	if (!(connection->flags & SPY_CONNECTION_HELLO) && frame->kind != SPY_FRAME_HELLO)
		return BROKEN(connection, "the first frame is HELLO");
	switch (frame->kind) {
	case SPY_FRAME_HELLO:
		return on_hello(connection, frame);
	case SPY_FRAME_OPEN:
		return spy_connection_on_open(connection, frame);
	case SPY_FRAME_OPENED:
	case SPY_FRAME_ITEM:
	case SPY_FRAME_END:
	case SPY_FRAME_ERROR:
	case SPY_FRAME_CANCEL:
	case SPY_FRAME_CREDIT:
		return on_call_frame(connection, frame);
	case SPY_FRAME_PING:
		return on_ping(connection, frame);
	case SPY_FRAME_AUTH:
		return on_auth(connection, frame);
	case SPY_FRAME_AUTHED:
		return on_authed(connection, frame);
	case SPY_FRAME_GOAWAY:
		return on_goaway(connection, frame);
	case SPY_FRAME_PONG:
	case SPY_FRAME_UNKNOWN:
		break;
	}
	return 0;
}

/* What the frame has made ready. */
static void run_ready(struct spy_connection *connection, const struct spy_frame *frame,
		      struct spy_reader *reader)
{
	const uint8_t *value = frame->value.data;

	if (connection->direct && value + frame->value.len == reader->at)
		connection->ahead = (struct spy_ahead){
			.stream = connection->direct,
			.head = { frame->raw.data, (size_t)(value - frame->raw.data) },
			.reader = reader,
		};
	spy_context_run_ready(connection->context);
	connection->ahead.stream = NULL;
}

static void receive(struct spy_connection *connection, const uint8_t *message, size_t len)
{
	struct spy_reader reader = spy_reader(message, len);
	struct spy_frame frame;
	const char *what;

	while (!spy_read_done(&reader) && spy_connection_is_live(connection)) {
		if (spy_frame_read(&reader, &frame, &what) < 0)
			BROKEN(connection, what);
		else if (spy_connection_handle(connection, &frame) == 0) {
			run_ready(connection, &frame, &reader);
			spy_connection_spill(connection);
		}
	}
}

int spy_connection_recv(struct spy_connection *connection, const uint8_t *message,
			size_t len)
{
	int r;

	if (!spy_connection_is_live(connection))
		return SPY_EPROTOCOL;
	spy_connection_enter(connection);
	connection->heard = connection->context->now;
	connection->flags &= (uint16_t)~SPY_CONNECTION_PINGED;
	if (len > spy_connection_max_message(connection))
		spy_connection_violation(connection, SPY_CLOSE_TOO_BIG,
					 "the message is too long");
	else
		receive(connection, message, len);
	spy_context_run_ready(connection->context);
	r = spy_connection_is_live(connection) ? 0 : SPY_EPROTOCOL;
	spy_connection_leave(connection);
	return r;
}
