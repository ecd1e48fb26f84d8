/*
 * Opens a link to a server: finds its addresses, tries one after the other, and does the
 * WebSocket handshake. Offers one subprotocol and no extension.
 *
 * Invariant: of `established` and `failed` one is called, once, unless the dial is given up
 * before; `failed` never from inside spy_dial_start(). Read next: client_wire.c, who dials.
 */
#ifndef SPY_NET_DIAL_H
#define SPY_NET_DIAL_H

#include <net/link.h>
#include <net/url.h>

struct lws_protocols;

struct spy_dial {
	struct spy_link link; /* first: what lws knows a dial by */
	const struct spy_url *url;
	const char *ca_file; /* NULL: the system's */
	char *token;	     /* for the Authorization header, or NULL */
	/* Inside lws's callback: make the connection and call spy_link_start(). */
	void (*established)(struct spy_dial *dial, struct lws *wsi);
	/* `status`: what an HTTP server answered, 0: there was no answer. */
	void (*failed)(struct spy_dial *dial, int status, const char *why);
	/* The rest is dial.c's. */
	uv_getaddrinfo_t resolve;
	struct addrinfo *addresses, *next;
	struct lws *attempt; /* the handshake that is going on */
	struct spy_task task;
	bool resolving, orphaned;
	int status;
	char why[80];
};

/* From malloc(), with `url` (borrowed) to `failed` set and the rest zeroed. Takes the token. */
void spy_dial_start(struct spy_dial *dial, struct spy_loop *loop,
		    void (*gone)(struct spy_link *link));

/* Gives up or ends, whatever its state; nothing is called any more. free()s the dial, at once
 * or when lws and the resolver have let go of it. */
void spy_dial_free(struct spy_dial *dial);

const struct lws_protocols *spy_dial_protocols(void);

#endif
