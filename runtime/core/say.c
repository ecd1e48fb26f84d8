/*
 * What a connection says: frames into its output, and the output's messages to the transport.
 *
 * Invariant: after a frame that had to get through and did not, the connection is failed.
 */
#include <core/state.h>

/* Beyond this multiple of max_queue the peer does not read: it is let go. The largest burst
 * of results that one message can cause stays below, because new calls are refused at four
 * times max_queue. */
#define QUEUE_LIMIT 16

struct spy_buf *spy_connection_begin(struct spy_connection *connection)
{
	if (!spy_connection_is_live(connection))
		return NULL;
	return spy_output_begin(connection->context, &connection->output);
}

int spy_connection_end(struct spy_connection *connection)
{
	struct spy_output *output = &connection->output;
	bool first = output->queued == 0;
	int r = spy_output_end(connection->context, output, connection->peer_max_message);

	if (r < 0)
		return r;
	if (first)
		SPY_TELL(connection, want_write, connection);
	if (output->queued > QUEUE_LIMIT * (size_t)spy_connection_max_queue(connection))
		spy_connection_fail(connection, SPY_CLOSE_OVERLOADED,
				    "the peer does not read");
	return 0;
}

void spy_connection_undo(struct spy_connection *connection)
{
	spy_output_undo(connection->context, &connection->output);
}

static void must(struct spy_connection *connection, int r)
{
	if (r < 0)
		spy_connection_fail(connection, SPY_CLOSE_OVERLOADED, "out of memory");
}

void spy_connection_say_call(struct spy_connection *connection, enum spy_frame_kind kind,
			     uint32_t call)
{
	struct spy_buf *buf = spy_connection_begin(connection);

	if (buf)
		spy_frame_put(buf, 2, kind, call);
	must(connection, buf ? spy_connection_end(connection) : SPY_ENOMEM);
}

void spy_connection_say_stream(struct spy_connection *connection,
			       enum spy_frame_kind kind, uint32_t call, uint32_t stream)
{
	struct spy_buf *buf = spy_connection_begin(connection);

	if (buf)
		spy_frame_put_stream(buf, 3, kind, call, stream);
	must(connection, buf ? spy_connection_end(connection) : SPY_ENOMEM);
}

void spy_connection_say_credit(struct spy_connection *connection, uint32_t call,
			       uint32_t stream, uint32_t bytes)
{
	struct spy_buf *buf = spy_connection_begin(connection);

	if (buf) {
		spy_frame_put_stream(buf, 4, SPY_FRAME_CREDIT, call, stream);
		spy_pack_uint64(buf, bytes);
	}
	must(connection, buf ? spy_connection_end(connection) : SPY_ENOMEM);
}

static int say_error(struct spy_connection *connection, uint32_t call, uint32_t stream,
		     int error, const char *message, struct spy_slice exception)
{
	struct spy_buf *buf = spy_connection_begin(connection);

	if (!buf)
		return SPY_ENOMEM;
	spy_frame_put_stream(buf, exception.len ? 6 : 5, SPY_FRAME_ERROR, call, stream);
	spy_pack_uint64(buf, spy_code_number(error));
	spy_frame_put_text(buf, message);
	spy_buf_append(buf, exception.data, exception.len);
	return spy_connection_end(connection);
}

void spy_connection_say_error(struct spy_connection *connection, uint32_t call,
			      uint32_t stream, int error, const char *message,
			      struct spy_slice exception)
{
	int r = say_error(connection, call, stream, error, message, exception);

	if (r == SPY_ERESOURCE_EXHAUSTED)
		r = say_error(connection, call, stream, r, "the exception is too large",
			      (struct spy_slice){ NULL, 0 });
	must(connection, r);
}

bool spy_connection_output(struct spy_connection *connection, const uint8_t **data,
			   size_t *len)
{
	return spy_output_next(&connection->output, data, len);
}

void spy_connection_unblock(struct spy_connection *connection)
{
	struct spy_ring *at;

	connection->flags &= (uint16_t)~SPY_CONNECTION_BLOCKED;
	for (at = connection->calls.next; at != &connection->calls; at = at->next) {
		struct spy_call *call = SPY_CONTAINER(at, struct spy_call, ring);

		if (call->flags & (SPY_CALL_OVER | SPY_CALL_HELD))
			continue;
		for (unsigned i = 0; i < spy_call_stream_count(call); i++)
			if (!(call->streams[i].flags & SPY_STREAM_READ))
				spy_stream_unblock(&call->streams[i]);
	}
}

void spy_connection_sent(struct spy_connection *connection)
{
	spy_output_sent(connection->context, &connection->output);
	/* Half, so that a blocked sender is not woken for each message. */
	if ((connection->flags & SPY_CONNECTION_BLOCKED) &&
	    connection->output.queued <= spy_connection_max_queue(connection) / 2)
		spy_connection_unblock(connection);
}

size_t spy_connection_queued(const struct spy_connection *connection)
{
	return connection->output.queued;
}
