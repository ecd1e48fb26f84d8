/*
 * How a link ends: what waits is flushed, a close frame with our code follows, the peer's is
 * awaited, and a deadline cuts a peer that reads nothing or does not answer. When the peer
 * closes first, lws answers. Either way `gone` is told once, after the connection.
 *
 * The close frame is ours, because lws on libuv closes twice when a callback for "writable"
 * asks it to close, so that its own frame never leaves.
 */
#include <net/link.h>

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

/* A control frame holds 125 bytes, two of which are the code. */
#define REASON_MAX 123

static void on_deadline(struct spy_timer *timer)
{
	spy_link_kill(SPY_CONTAINER(timer, struct spy_link, deadline));
}

void spy_link_shutdown(struct spy_link *link, int code, const char *reason)
{
	if (link->closing)
		return;
	link->closing = link->dropping = true;
	link->code = (uint16_t)code;
	if (reason && *reason)
		link->reason = strndup(reason, REASON_MAX);
	spy_loop_tell(link->loop);
	spy_timer_set(&link->loop->context.timers, &link->deadline,
		      spy_timer_at(link->loop->context.now + SPY_LINK_CLOSE_TIME),
		      on_deadline);
	if (link->wsi && !link->dirty.next)
		spy_ring_append(&link->loop->dirty, &link->dirty);
}

/* The calls end, and what hears of it may free the owner: dial.c keeps the link's memory as
 * long as `receiving` is set. */
static void lose(struct spy_link *link)
{
	struct spy_loop *loop = link->loop;
	bool outer = loop->receiving;

	spy_loop_tell(loop);
	loop->receiving = true;
	spy_connection_lost(link->connection, SPY_EUNAVAILABLE);
	loop->receiving = outer;
}

/* lws passes bytes of this write type through as they are. */
bool spy_link_say_close(struct spy_link *link)
{
	uint8_t buffer[LWS_PRE + 2 + 4 + 2 + REASON_MAX], *at = buffer + LWS_PRE;
	size_t reason = link->reason ? strlen(link->reason) : 0;
	size_t head = link->server ? 2 : 6;

	memset(buffer, 0,
	       sizeof buffer); /* a client's mask is zero: nothing is secret here */
	at[0] = 0x88;
	at[1] = (uint8_t)((link->server ? 0 : 0x80) | (2 + reason));
	at[head] = (uint8_t)(link->code >> 8);
	at[head + 1] = (uint8_t)link->code;
	if (reason)
		memcpy(at + head + 2, link->reason, reason);
	link->closed = true;
	lose(link);
	return lws_write(link->wsi, at, head + 2 + reason, LWS_WRITE_HTTP) >= 0;
}

void spy_link_close(struct spy_connection *connection, int code, const char *reason,
		    void *user)
{
	(void)connection;
	spy_link_shutdown(user, code, reason);
}

int spy_link_peer_close(struct spy_link *link, const uint8_t *data, size_t len)
{
	bool answer = link->closed;

	link->peer_code = len >= 2 ? (uint16_t)(data[0] << 8 | data[1]) : 0;
	link->closed = link->dropping = true;
	if (link->connection)
		lose(link);
	/* To our own close frame: that is all. And lws would send half a code back. */
	return answer || len == 1 ? -1 : 0;
}

void spy_link_gone(struct spy_link *link)
{
	link->closed = link->dropping = true;
	if (link->connection)
		lose(link);
	link->wsi = NULL;
	spy_ring_remove(&link->dirty);
	spy_timer_cancel(&link->loop->context.timers, &link->deadline);
	link->gone(link);
}

void spy_link_doom(struct spy_link *link)
{
	link->doomed = true;
	if (!link->dirty.next)
		spy_ring_append(&link->loop->dirty, &link->dirty);
}

void spy_link_kill(struct spy_link *link)
{
	if (link->wsi)
		lws_set_timeout(link->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
}
