/*
 * How a link ends: what waits is flushed, a close frame with our code follows, the peer's is
 * awaited by lws, and a deadline of our own cuts a peer that reads nothing. When the peer
 * closes first, lws answers. Either way `gone` is told once, after the connection.
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
	spy_timer_set(&link->loop->context.timers, &link->deadline,
		      spy_timer_at(link->loop->context.now + SPY_LINK_CLOSE_TIME),
		      on_deadline);
	if (link->wsi && !link->dirty.next)
		spy_ring_append(&link->loop->dirty, &link->dirty);
}

void spy_link_close(struct spy_connection *connection, int code, const char *reason,
		    void *user)
{
	(void)connection;
	spy_link_shutdown(user, code, reason);
}

void spy_link_peer_close(struct spy_link *link, const uint8_t *data, size_t len)
{
	link->peer_code = len >= 2 ? (uint16_t)(data[0] << 8 | data[1]) : 0;
	link->closed = link->dropping = true;
	if (link->connection)
		spy_connection_lost(link->connection, SPY_EUNAVAILABLE);
}

void spy_link_gone(struct spy_link *link)
{
	link->wsi = NULL;
	link->closed = link->dropping = true;
	spy_ring_remove(&link->dirty);
	spy_timer_cancel(&link->loop->context.timers, &link->deadline);
	if (link->connection)
		spy_connection_lost(link->connection, SPY_EUNAVAILABLE);
	link->gone(link);
}

void spy_link_kill(struct spy_link *link)
{
	if (link->wsi)
		lws_set_timeout(link->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
}
