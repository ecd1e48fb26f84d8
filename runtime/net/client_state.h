/*
 * A client from inside: its calls, and the wires that carry them. One wire is current, being
 * opened or open; others have been told to go away and finish what they have.
 *
 * Invariant: a call that is on no wire is in `pending`, and while there is one, the client is
 * connecting or waits for the moment when it may. A call's request lives as long as the call
 * and keeps the loop, because a call may outlive its client.
 * Files: client.c the public functions; client_state.c when to connect; client_wire.c one
 * connection.
 */
#ifndef SPY_NET_CLIENT_STATE_H
#define SPY_NET_CLIENT_STATE_H

#include <spy/client.h>

#include <net/dial.h>

/* Attempts are spread over a random part of a time that doubles from the first to the last
 * (milliseconds); after a connection that was stable it starts again. */
#define SPY_CLIENT_BACKOFF_MIN 100
#define SPY_CLIENT_BACKOFF_MAX 20000
#define SPY_CLIENT_STABLE      5000
/* While it waits the listener is told so often how long it still takes. */
#define SPY_CLIENT_COUNTDOWN 1000

#define SPY_CLIENT_CONNECT_TIMEOUT 5000
#define SPY_CLIENT_IDLE_TIMEOUT	   5000

/* A longer token, or one that is no header's, goes by AUTH. lws gives up on long requests. */
#define SPY_CLIENT_HEADER_TOKEN 2048

/* States that the listener has not been told yet; should it fall behind, the oldest go. */
#define SPY_CLIENT_NEWS 8

/* One connection, from the resolver to the last byte. */
struct spy_wire {
	struct spy_dial dial; /* first: what lws knows it by */
	struct spy_ring ring; /* client->wires */
	struct spy_client *client;
	struct spy_timer timeout; /* until the server's HELLO */
	struct spy_ring auths;	  /* AUTHs without an answer, in order */
	bool hello;
	int64_t connected; /* when */
};

/* What the client keeps at a call. */
struct spy_request {
	struct spy_ring pending; /* client->pending */
	struct spy_ring ring;	 /* client->requests */
	struct spy_call *call;
	struct spy_client *client; /* NULL: gone */
	struct spy_loop *loop;
	unsigned generation;  /* of the token that it went out under */
	bool retried;	      /* with a new token */
	bool moved;	      /* to another connection */
	bool kept;	      /* opened again and again: spy_call_keep_open() */
	struct spy_task task; /* tells `opened` */
	void (*opened)(struct spy_call *call, void *self);
	void *opened_self;
};

struct spy_client_news {
	enum spy_client_state state;
	uint32_t retry_in;
};

struct spy_client {
	struct spy_loop *loop;
	struct spy_url url;
	struct spy_client_options options; /* the strings are copies */
	struct spy_connection_options connection_options;
	enum spy_client_state state;
	struct spy_client_news news[SPY_CLIENT_NEWS];
	unsigned news_count;
	struct spy_task task;	  /* tells the news, connects */
	struct spy_wire *current; /* NULL: none */
	struct spy_ring wires, pending, requests;
	struct spy_timer retry, idle;
	int64_t not_before; /* the next attempt */
	unsigned attempts;  /* failed in a row */
	unsigned generation;
	uint32_t next_timeout;
	bool *freed; /* told to a spy_client_run() on the stack */
};

/* --- client_state.c -------------------------------------------------------------------- */

void spy_client_enter(struct spy_client *client, enum spy_client_state state,
		      uint32_t retry_in);
/* Someone wants a connection, or nobody does any more. */
void spy_client_wants(struct spy_client *client);
/* The current wire is gone; `failed`: before it was good for anything. */
void spy_client_lost(struct spy_client *client, bool failed, int64_t connected);
/* Those that are kept stay, while there is a client. */
void spy_client_fail_pending(struct spy_client *client, const char *why);
/* The connection has no calls: it closes in a while. */
void spy_client_is_idle(struct spy_client *client);
/* Of the client's task. */
void spy_client_step(struct spy_task *task);

/* --- client_wire.c --------------------------------------------------------------------- */

/* Starts to connect; it becomes the current wire. False without memory. */
bool spy_wire_open(struct spy_client *client);
/* Ends it at once and politely, with all calls on it. */
void spy_wire_free(struct spy_wire *wire);
/* AUTH; the answer goes to `waiter` and *error when there is one. 0 or SPY_ENOMEM. */
int spy_wire_auth(struct spy_wire *wire, const char *token, struct spy_waiter *waiter,
		  int *error);
/* The waiter waits no more. */
void spy_wire_forget(struct spy_client *client, const struct spy_waiter *waiter);
void spy_wire_open_call(struct spy_wire *wire, struct spy_request *request);
struct spy_connection *spy_wire_connection(const struct spy_wire *wire);

extern const struct spy_connection_events spy_wire_events;

#endif
