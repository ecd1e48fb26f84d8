/*
 * A server from inside: what all workers share, which only changes before they start or
 * under a lock, and each worker's own.
 *
 * Invariant: a peer (an accepted socket) belongs to one worker for ever; nothing of it is
 * touched by another thread.
 * Files: server.c the public functions; listen.c sockets; worker.c a thread's life, drain,
 * commands from outside; peer.c one connection; handshake.c who gets in; http.c the rest.
 */
#ifndef SPY_SERVER_STATE_H
#define SPY_SERVER_STATE_H

#include <libwebsockets.h>
#include <pthread.h>
#include <signal.h>

#include <core/connection.h>
#include <core/registry.h>
#include <net/link.h>
#include <server/addresses.h>
#include <server/log.h>
#include <server/metrics.h>
#include <server/settings.h>

struct spy_command;

/* Accepted for each time that the listener is readable: bounded, so that a burst of
 * newcomers does not hold up those who are in. */
#define SPY_ACCEPT_AT_ONCE 64

/* For methods to notice that they have been ended, and for close frames to be answered. */
#define SPY_SERVER_LAST_TIME (INT64_C(5) * 1000000000)

enum spy_worker_phase {
	SPY_WORKER_SERVING,
	SPY_WORKER_DRAINING, /* no new calls; open ones may finish */
	SPY_WORKER_CLOSING,  /* calls have been ended, connections are closing */
	SPY_WORKER_DONE,
};

struct spy_worker {
	struct spy_server *server;
	struct spy_loop *loop; /* NULL while it does not run */
	struct lws_vhost *vhost;
	struct lws_protocols protocols[3];
	struct lws_http_mount mounts[4];
	pthread_t thread;
	unsigned index;
	int listener;
	int stop_fd;  /* the server's, under a number of its own */
	int spare;    /* a descriptor to give up when there is no other */
	int error;    /* why it could not start */
	bool running; /* under server->lock: commands are taken */
	enum spy_worker_phase phase;
	struct spy_ring peers;	   /* all */
	struct spy_ring greeting;  /* those without a whole request, oldest first */
	struct spy_ring stillborn; /* whom lws did not take in */
	struct spy_timer greeting_timer, phase_timer;
	struct spy_command *commands; /* under server->lock, newest first */
	uv_poll_t accept, stop;
	uv_async_t async;
	uv_signal_t terminate, interrupt; /* the first worker's */
	struct spy_metrics metrics;
};

struct spy_server {
	struct spy_server_settings settings;
	struct spy_connection_options connection_options;
	struct spy_registry *registry;
	struct spy_log log;
	struct spy_worker *workers;
	unsigned worker_count;
	int port;
	int stop_fd;	  /* readable: stop */
	bool holding;	  /* SIGTERM and SIGINT, from start to run: */
	sigset_t signals; /* the thread's mask before */
	_Atomic bool stopping, forced;
	_Atomic unsigned others;      /* workers but the first that have not ended */
	_Atomic uint32_t connections; /* sockets */
	struct spy_addresses addresses;
	pthread_mutex_t lock;
};

/* --- listen.c -------------------------------------------------------------------------- */

/* Opens a listener for each worker; the reason goes to the log. */
int spy_server_listen(struct spy_server *server);
void spy_server_unlisten(struct spy_server *server);

/* Not inherited, never blocking. */
int spy_fd_prepare(int fd);

/* --- worker.c -------------------------------------------------------------------------- */

/* Runs it on this thread until the server has stopped. 0, or why it could not. */
int spy_worker_run(struct spy_worker *worker);
enum spy_command_kind { SPY_REVOKE_USER, SPY_REVOKE_TOKEN, SPY_REVOKE_SCOPES };
/* Has all workers do it; copies. From any thread. */
int spy_server_command(struct spy_server *server, enum spy_command_kind kind,
		       const char *user, const char *auth_id, const char *const *scopes);
/* Has all workers look at what else has changed. From any thread. */
void spy_server_wake(struct spy_server *server);
/* Brings the states in worker->metrics up to date; on its thread. */
void spy_worker_publish(struct spy_worker *worker);
bool spy_server_is_ready(const struct spy_server *server);

/* --- server.c -------------------------------------------------------------------------- */

/* Whoever reads that the server listens may send SIGTERM before it runs: such a signal waits
 * until somebody handles it. */
void spy_server_hold_signals(struct spy_server *server);
void spy_server_release_signals(struct spy_server *server);

/* --- peer.c ---------------------------------------------------------------------------- */

struct spy_peer {
	struct spy_link link; /* first: what lws knows it by */
	struct spy_worker *worker;
	struct lws *wsi; /* from adoption to the end, whatever it speaks */
	struct spy_ring ring, greeting;
	int64_t arrived;
	struct spy_address key;
	char address[56]; /* "127.0.0.1:40312" */
	char *headers;	  /* name, value, name, value, and an empty name */
	bool limited;	  /* counted in server->addresses */
	bool left;	  /* and no longer, nor in server->connections */
};

void spy_peer_accept(struct spy_worker *worker, int fd,
		     const struct sockaddr_storage *from);
/* It has sent a request: it is no longer among those greeting. */
void spy_peer_greeted(struct spy_peer *peer);
/* The handshake is done. -1: no memory. */
int spy_peer_establish(struct spy_peer *peer, struct lws *wsi);
/* Cuts it, whatever it speaks. */
void spy_peer_cut(struct spy_peer *peer);
/* lws has let go of it. */
void spy_peer_free(struct spy_peer *peer);

extern const struct spy_connection_events spy_peer_events;

/* --- handshake.c, http.c --------------------------------------------------------------- */

/* What a callback of lws for a WebSocket upgrade should return. */
int spy_handshake(struct spy_peer *peer, struct lws *wsi);
/* The headers of a request, in the form of spy_peer.headers; NULL without memory. */
char *spy_handshake_headers(const struct spy_server *server, struct lws *wsi);
/* The token that came with it, in `buffer`, or NULL. */
const char *spy_handshake_token(const struct spy_server *server, const char *headers,
				char *buffer, size_t size);
/* By its lower-case name, or NULL. */
const char *spy_headers_find(const char *headers, const char *name);

/* A whole answer and -1, for the callback to return: the connection is closed behind it.
 * `extra` is more header lines, each with its CR LF. */
int spy_http_answer(struct lws *wsi, int status, const char *extra, const char *type,
		    const uint8_t *body, size_t len);
int spy_http_refuse(struct lws *wsi, int status, const char *extra, const char *why);
const char *spy_http_reason(int status);

/* The virtual host of a worker: WebSocket and HTTP on its connections. */
struct lws_vhost *spy_http_vhost(struct spy_worker *worker);

#endif
