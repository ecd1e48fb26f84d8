/*
 * One WebSocket that libwebsockets carries, in either role, and the spy_connection that
 * speaks over it. Pieces of messages are put together on the way in; on the way out whole
 * messages are handed to lws, once per turn of the loop. Its owner (a server's peer, a
 * client's wire) embeds it, makes the connection and is told when the socket is gone.
 *
 * Invariant: lws holds at most one message that it could not send; everything else waits in
 * the core, where it is counted and bounded. Read next: link_close.c, how it ends.
 */
#ifndef SPY_NET_LINK_H
#define SPY_NET_LINK_H

#include <core/connection.h>
#include <net/loop.h>

struct lws;

/* The subprotocol, and lws's name for the protocol. */
#define SPY_SUBPROTOCOL "spy.1.msgpack"

/* What HELLO says when the program says nothing. */
#define SPY_AGENT "spygen/0.1.0"

/* A message of an honest peer comes in a few fragments; each costs a callback, however
 * empty it is. */
#define SPY_LINK_FRAGMENTS 1024

/* From the wish to close until the socket is cut: the time to flush, and for the peer's
 * answer. Nanoseconds. */
#define SPY_LINK_CLOSE_TIME (INT64_C(5) * 1000000000)

/* What the socket takes at once; more is cut by lws and copied. */
#define SPY_LINK_WRITE (SPY_DEFAULT_MAX_MESSAGE + 64)

struct spy_link {
	struct spy_ring dirty; /* in loop->dirty */
	struct spy_loop *loop;
	struct lws *wsi;		   /* NULL before and after */
	struct spy_connection *connection; /* NULL before; the owner's */
	/* The socket is gone, and the connection, if any, has been told. From the loop,
	 * outside of user code; the owner may free the link. */
	void (*gone)(struct spy_link *link);
	uint8_t *message; /* the pieces so far */
	size_t len, cap;
	uint32_t fragments;
	uint8_t unmasked; /* 0: no frame yet; then 1, and one for each that seems so */
	bool server;
	bool dropping;	    /* nothing that comes in is read any more */
	bool closing;	    /* the close frame follows what is still to be sent */
	bool doomed;	    /* `gone` is to be called by the next flush */
	bool closed;	    /* it has been handed to lws, or the peer's has come */
	uint16_t code;	    /* of the close frame to send */
	uint16_t peer_code; /* of the peer's; 0: none came */
	char *reason;
	size_t frame_left; /* of the frame that is coming in */
	struct spy_timer deadline;
};

/* Zeroed before. */
void spy_link_init(struct spy_link *link, struct spy_loop *loop, bool server,
		   void (*gone)(struct spy_link *link));
/* Frees what it holds, not the link. Without a wsi only. */
void spy_link_fini(struct spy_link *link);

/* The handshake is done: messages flow. */
void spy_link_start(struct spy_link *link, struct lws *wsi,
		    struct spy_connection *connection);

/* spy_connection_events: the user of the connection is the link. */
void spy_link_want_write(struct spy_connection *connection, void *user);
void spy_link_close(struct spy_connection *connection, int code, const char *reason,
		    void *user);

/* Flushes, closes with this code and cuts after SPY_LINK_CLOSE_TIME at the latest. */
void spy_link_shutdown(struct spy_link *link, int code, const char *reason);

/* Nobody wants it any more: `gone` is called from the next flush. For owners that have to
 * go while lws is on the stack. */
void spy_link_doom(struct spy_link *link);

/* Cuts it now: `gone` is called before this returns, from inside lws; not from inside a
 * callback of lws for this link. */
void spy_link_kill(struct spy_link *link);

/* Sends what there is to send; the loop's. */
void spy_link_flush(struct spy_link *link);

/* The close frame itself; link.c calls it when everything else is out. */
bool spy_link_say_close(struct spy_link *link);

/* What lws says about an established one: received, writable, closed. The wsi's opaque user
 * data is the link, or NULL: nobody's any more. What a protocol's callback should return. */
int spy_link_received(struct spy_link *link, const uint8_t *data, size_t len);
int spy_link_writable(struct spy_link *link);
int spy_link_peer_close(struct spy_link *link, const uint8_t *data, size_t len);
void spy_link_gone(struct spy_link *link);

#endif
