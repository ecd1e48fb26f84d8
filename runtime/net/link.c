/*
 * Messages in and out of one WebSocket; see link.h.
 *
 * On the way in a frame that arrives in one piece goes straight from lws's read buffer to
 * the core. Everything else is collected; the memory grows with what has come, not with
 * what a header announces, and is given back after the message.
 */
#include <net/link.h>

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

void spy_link_init(struct spy_link *link, struct spy_loop *loop, bool server,
		   void (*gone)(struct spy_link *link))
{
	link->loop = loop;
	link->server = server;
	link->gone = gone;
}

void spy_link_fini(struct spy_link *link)
{
	spy_ring_remove(&link->dirty);
	spy_timer_cancel(&link->loop->context.timers, &link->deadline);
	free(link->message);
	free(link->reason);
	link->message = NULL;
	link->reason = NULL;
}

void spy_link_start(struct spy_link *link, struct lws *wsi,
		    struct spy_connection *connection)
{
	link->wsi = wsi;
	link->connection = connection;
	spy_link_want_write(connection, link);
}

/* --- In -------------------------------------------------------------------------------- */

static void violation(struct spy_link *link, int code, const char *what)
{
	link->dropping = true;
	spy_connection_violation(link->connection, code, what);
}

/* Whether this may be the head of a binary frame, or of one that goes on, of this length. */
static bool length_fits(const uint8_t *head, size_t size, size_t len, uint8_t mask)
{
	uint64_t given = 0;

	if (head[0] & 0x7d)
		return false;
	if (size == 2)
		return len < 126 && head[1] == (mask | len);
	if (head[1] != (mask | (size == 4 ? 126 : 127)))
		return false;
	for (size_t i = 2; i < size; i++)
		given = given << 8 | head[i];
	return given == len;
}

/*
 * lws takes frames of clients that are not masked, and does not tell. But the payload is
 * handed to us where it was read, so the frame's head stands in front of it, unless the two
 * came by different reads. `len` is the payload's whole length.
 *
 * With less than a masked head in front, it may be the rest of a mask that looks like a short
 * head without one: once in 16,384, and a busy peer gets there. So that counts for nothing
 * before it happens twice in a row, but on a connection's first frame.
 */
static bool is_unmasked(struct spy_link *link, const uint8_t *payload, size_t len)
{
	static const size_t sizes[] = { 2, 4, 10 };
	const uint8_t *reads = link->loop->reads;
	size_t before;

	if (!reads || payload < reads || payload >= reads + SPY_LOOP_READ)
		return false;
	before = payload - reads;
	for (int i = 0; i < 3; i++)
		if (sizes[i] + 4 <= before &&
		    length_fits(payload - sizes[i] - 4, sizes[i], len, 0x80)) {
			link->unmasked = 1;
			return false;
		}
	for (int i = 0; i < 3; i++)
		if (sizes[i] <= before &&
		    length_fits(payload - sizes[i], sizes[i], len, 0))
			return before >= sizes[0] + 4 || link->unmasked++ != 1;
	link->unmasked = 1;
	return false;
}

static bool collect(struct spy_link *link, const uint8_t *data, size_t len, size_t more)
{
	if (link->cap - link->len < len) {
		size_t cap = link->cap ? 2 * link->cap : 4096;
		uint8_t *message;

		if (cap < link->len + len)
			cap = link->len + len;
		/* No more than the rest of the frame needs, when that is less. */
		if (cap > link->len + len + more)
			cap = link->len + len + more;
		if (!(message = realloc(link->message, cap)))
			return false;
		link->message = message;
		link->cap = cap;
	}
	if (len)
		memcpy(link->message + link->len, data, len);
	link->len += len;
	return true;
}

static void deliver(struct spy_link *link, const uint8_t *message, size_t len)
{
	spy_count(&link->loop->counts.messages_in, 1);
	spy_count(&link->loop->counts.bytes_in, len);
	link->loop->receiving = true;
	if (spy_connection_recv(link->connection, message, len) < 0)
		link->dropping = true;
	link->loop->receiving = false;
}

/* False: a rule is broken, and the peer is told. */
static bool is_allowed(struct spy_link *link, const uint8_t *data, size_t len,
		       size_t more)
{
	size_t max = spy_connection_max_message(link->connection);

	if (!lws_frame_is_binary(link->wsi)) {
		violation(link, SPY_CLOSE_PROTOCOL, "a text message");
		return false;
	}
	if (link->server && len && !link->frame_left &&
	    is_unmasked(link, data, len + more)) {
		violation(link, SPY_CLOSE_PROTOCOL, "a frame without a mask");
		return false;
	}
	if (more > max || link->len + len > max - more) {
		violation(link, SPY_CLOSE_TOO_BIG, "a message longer than max_message");
		return false;
	}
	if (!link->frame_left && ++link->fragments > SPY_LINK_FRAGMENTS) {
		violation(link, SPY_CLOSE_TOO_BIG, "a message in too many fragments");
		return false;
	}
	return true;
}

int spy_link_received(struct spy_link *link, const uint8_t *data, size_t len)
{
	size_t more = lws_remaining_packet_payload(link->wsi);
	bool last = lws_is_final_fragment(link->wsi) && !more;

	spy_loop_tell(link->loop);
	if (link->dropping || !is_allowed(link, data, len, more))
		return 0;
	link->frame_left = more;
	if (last && !link->len) {
		link->fragments = 0;
		deliver(link, data, len);
		return 0;
	}
	if (!collect(link, data, len, more)) {
		violation(link, SPY_CLOSE_OVERLOADED, "out of memory");
		return 0;
	}
	if (last) {
		uint8_t *message = link->message;

		len = link->len;
		link->message = NULL;
		link->len = link->cap = link->fragments = 0;
		deliver(link, message, len);
		free(message);
	}
	return 0;
}

/* --- Out ------------------------------------------------------------------------------- */

void spy_link_want_write(struct spy_connection *connection, void *user)
{
	struct spy_link *link = user;

	(void)connection;
	/* During the handshake there is nowhere to write to; start asks again. */
	if (link->wsi && !link->dirty.next)
		spy_ring_append(&link->loop->dirty, &link->dirty);
}

/* All that the socket takes. False when it is broken. */
static bool send_messages(struct spy_link *link)
{
	const uint8_t *data;
	size_t len;

	while (!link->closed && !lws_partial_buffered(link->wsi) &&
	       spy_connection_output(link->connection, &data, &len)) {
		/* lws writes the frame's head in front of it and, as a client, masks it. */
		int n = lws_write(link->wsi, (uint8_t *)data, len, LWS_WRITE_BINARY);

		spy_count(&link->loop->counts.messages_out, 1);
		spy_count(&link->loop->counts.bytes_out, len);
		spy_connection_sent(link->connection);
		if (n < (int)len)
			return false;
	}
	return true;
}

/* Whatever can go out now; the close frame last. False when the socket is broken. */
static bool push(struct spy_link *link)
{
	if (!send_messages(link))
		return false;
	if (link->closing && !link->closed && !lws_partial_buffered(link->wsi))
		return spy_link_say_close(link);
	return true;
}

void spy_link_flush(struct spy_link *link)
{
	if (link->doomed)
		link->gone(link);
	else if (link->wsi && link->connection && !push(link))
		spy_link_kill(link);
}

int spy_link_writable(struct spy_link *link)
{
	return !link->connection || push(link) ? 0 : -1;
}
