/*
 * One accepted socket, from accept() until lws has let go of it: a greeting with a time
 * limit, then either HTTP requests, or a WebSocket with a connection of the core over it.
 */
#include <server/state.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Longer than any that should come by a header. */
#define TOKEN_MAX 4096

static void write_address(struct spy_peer *peer, const struct sockaddr_storage *from)
{
	const struct sockaddr_in *in = (const void *)from;
	const struct sockaddr_in6 *in6 = (const void *)from;
	char host[INET6_ADDRSTRLEN];

	if (from->ss_family == AF_INET) {
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
		snprintf(peer->address, sizeof peer->address, "%s:%d", host,
			 ntohs(in->sin_port));
	} else if (from->ss_family != AF_INET6) {
		strcpy(peer->address, "unix");
	} else if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		inet_ntop(AF_INET, in6->sin6_addr.s6_addr + 12, host, sizeof host);
		snprintf(peer->address, sizeof peer->address, "%s:%d", host,
			 ntohs(in6->sin6_port));
	} else {
		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof host);
		snprintf(peer->address, sizeof peer->address, "[%s]:%d", host,
			 ntohs(in6->sin6_port));
	}
}

/* --- Greeting -------------------------------------------------------------------------- */

static void on_greeting_time(struct spy_timer *timer);

static void watch_greeting(struct spy_worker *worker)
{
	const struct spy_peer *first =
		SPY_CONTAINER(worker->greeting.next, struct spy_peer, greeting);
	int64_t limit = worker->server->settings.handshake * INT64_C(1000000);

	if (!spy_ring_is_empty(&worker->greeting) &&
	    !spy_timer_is_set(&worker->greeting_timer))
		spy_timer_set(&worker->loop->context.timers, &worker->greeting_timer,
			      spy_timer_at(first->arrived + limit), on_greeting_time);
}

static void on_greeting_time(struct spy_timer *timer)
{
	struct spy_worker *worker =
		SPY_CONTAINER(timer, struct spy_worker, greeting_timer);
	int64_t limit = worker->server->settings.handshake * INT64_C(1000000);

	while (!spy_ring_is_empty(&worker->greeting)) {
		struct spy_peer *peer =
			SPY_CONTAINER(worker->greeting.next, struct spy_peer, greeting);

		if (peer->arrived + limit > worker->loop->context.now)
			break;
		SPY_LOG(&worker->server->log, DEBUG, "no request in time",
			SPY_LOG_STR("peer", peer->address));
		spy_ring_remove(&peer->greeting);
		spy_count(&worker->metrics.shed, 1);
		spy_peer_cut(peer);
	}
	watch_greeting(worker);
}

void spy_peer_greeted(struct spy_peer *peer)
{
	spy_ring_remove(&peer->greeting);
}

/* --- Life ------------------------------------------------------------------------------ */

static void on_gone(struct spy_link *link)
{
	struct spy_peer *peer = SPY_CONTAINER(link, struct spy_peer, link);
	struct spy_worker *worker = peer->worker;

	SPY_LOG(&worker->server->log, DEBUG, "connection closed",
		SPY_LOG_STR("peer", peer->address), SPY_LOG_INT("code", link->peer_code));
	spy_connection_free(link->connection);
	link->connection = NULL;
	spy_link_fini(link);
	free(peer->headers);
	peer->headers = NULL;
}

static struct spy_peer *make(struct spy_worker *worker,
			     const struct sockaddr_storage *from)
{
	struct spy_server *server = worker->server;
	uint32_t most = server->settings.max_per_address;
	struct spy_peer *peer;

	if (atomic_fetch_add(&server->connections, 1) >= server->settings.max_connections)
		goto full;
	if (!(peer = calloc(1, sizeof *peer)))
		goto full;
	if (most) {
		peer->key = spy_address_of(from);
		if (!spy_addresses_enter(&server->addresses, peer->key, most)) {
			free(peer);
			goto full;
		}
		peer->limited = true;
	}
	return peer;
full:
	atomic_fetch_sub(&server->connections, 1);
	return NULL;
}

/* Gives its place to another. */
static void leave(struct spy_peer *peer)
{
	struct spy_server *server = peer->worker->server;

	if (peer->left)
		return;
	peer->left = true;
	if (peer->limited)
		spy_addresses_leave(&server->addresses, peer->key);
	atomic_fetch_sub(&server->connections, 1);
}

static void reject(struct spy_worker *worker, int fd)
{
	static const char busy[] =
		"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
		"Content-Length: 0\r\nConnection: close\r\n\r\n";

	spy_count(&worker->metrics.shed, 1);
	/* Best effort: the socket is new, so this does not wait. */
	if (!worker->server->settings.tls_cert)
		(void)!send(fd, busy, sizeof busy - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

void spy_peer_accept(struct spy_worker *worker, int fd,
		     const struct sockaddr_storage *from)
{
	struct spy_peer *peer = make(worker, from);
	struct lws *wsi;
	lws_adopt_desc_t adopt = {
		.vh = worker->vhost,
		.type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | LWS_ADOPT_ALLOW_SSL,
		.fd.sockfd = fd,
		.opaque = peer,
	};

	if (!peer) {
		reject(worker, fd);
		return;
	}
	if (from->ss_family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	spy_loop_tell(worker->loop);
	peer->worker = worker;
	peer->arrived = worker->loop->context.now;
	write_address(peer, from);
	spy_link_init(&peer->link, worker->loop, true, on_gone);
	spy_ring_append(&worker->peers, &peer->ring);
	spy_ring_append(&worker->greeting, &peer->greeting);
	wsi = lws_adopt_descriptor_vhost_via_info(&adopt);
	if (!wsi) {
		/* The descriptor is closed. Whether lws will still tell of the end depends on how
		 * far it came, so the memory is kept until then, or until the worker ends. */
		spy_ring_remove(&peer->greeting);
		spy_ring_remove(&peer->ring);
		spy_ring_append(&worker->stillborn, &peer->ring);
		leave(peer);
		return;
	}
	peer->wsi = wsi;
	spy_count(&worker->metrics.accepted, 1);
	watch_greeting(worker);
}

int spy_peer_establish(struct spy_peer *peer, struct lws *wsi)
{
	struct spy_worker *worker = peer->worker;
	char token[TOKEN_MAX], session[32];
	struct spy_connection *connection;
	const char *found;

	peer->headers = spy_handshake_headers(worker->server, wsi);
	snprintf(session, sizeof session, "%u-%llu", worker->index,
		 (unsigned long long)worker->metrics.established);
	connection = spy_connection_new(&worker->loop->context,
					&worker->server->connection_options, session,
					&peer->link);
	if (!peer->headers || !connection) {
		spy_connection_free(connection);
		free(peer->headers);
		peer->headers = NULL;
		return -1;
	}
	spy_count(&worker->metrics.established, 1);
	spy_link_start(&peer->link, wsi, connection);
	SPY_LOG(&worker->server->log, DEBUG, "connection opened",
		SPY_LOG_STR("peer", peer->address), SPY_LOG_STR("session", session));
	found = spy_handshake_token(worker->server, peer->headers, token, sizeof token);
	if (found && spy_connection_token(connection, found) < 0)
		spy_link_shutdown(&peer->link, SPY_CLOSE_OVERLOADED, "out of memory");
	return 0;
}

void spy_peer_cut(struct spy_peer *peer)
{
	if (peer->wsi)
		lws_set_timeout(peer->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
}

void spy_peer_free(struct spy_peer *peer)
{
	if (peer->link.connection)
		spy_link_gone(&peer->link);
	spy_ring_remove(&peer->ring);
	spy_ring_remove(&peer->greeting);
	spy_link_fini(&peer->link);
	leave(peer);
	free(peer->headers);
	free(peer);
}

/* --- What the core tells --------------------------------------------------------------- */

static struct spy_peer *peer_of(void *user)
{
	return SPY_CONTAINER(user, struct spy_peer, link);
}

static void on_close(struct spy_connection *connection, int code, const char *reason,
		     void *user)
{
	struct spy_peer *peer = peer_of(user);
	struct spy_worker *worker = peer->worker;

	if (code == SPY_CLOSE_OVERLOADED)
		spy_count(&worker->metrics.overloaded, 1);
	SPY_LOG(&worker->server->log, INFO, "closing a connection",
		SPY_LOG_STR("peer", peer->address), SPY_LOG_INT("code", code),
		SPY_LOG_STR("reason", reason));
	spy_link_close(connection, code, reason, user);
}

static void on_hello(struct spy_connection *connection, const char *agent,
		     const char *session, void *user)
{
	struct spy_peer *peer = peer_of(user);

	(void)connection;
	(void)session;
	SPY_LOG(&peer->worker->server->log, DEBUG, "hello",
		SPY_LOG_STR("peer", peer->address), SPY_LOG_STR("agent", agent));
}

static void on_idle(struct spy_connection *connection, void *user)
{
	struct spy_peer *peer = peer_of(user);

	(void)connection;
	if (peer->worker->phase != SPY_WORKER_SERVING)
		spy_link_shutdown(&peer->link, SPY_CLOSE_GOING_AWAY,
				  "the server is shutting down");
}

static void on_call_started(struct spy_call *call, void *user)
{
	(void)call;
	spy_count(&peer_of(user)->worker->metrics.calls_started, 1);
}

static void on_call_ended(struct spy_call *call, int error, int64_t duration, void *user)
{
	struct spy_peer *peer = peer_of(user);

	spy_metrics_call(&peer->worker->metrics, error, duration);
	SPY_LOG(&peer->worker->server->log, DEBUG, "call",
		SPY_LOG_STR("method", spy_call_method(call)),
		SPY_LOG_STR("code",
			    error == SPY_EXCEPTION ? "exception" : spy_code_name(error)),
		SPY_LOG_INT("us", duration / 1000), SPY_LOG_STR("peer", peer->address));
}

static void on_warning(struct spy_connection *connection, struct spy_call *call,
		       const char *text, void *user)
{
	struct spy_peer *peer = peer_of(user);

	(void)connection;
	spy_count(&peer->worker->metrics.warnings, 1);
	SPY_LOG(&peer->worker->server->log, WARNING, text,
		SPY_LOG_STR("method", call ? spy_call_method(call) : NULL),
		SPY_LOG_STR("peer", peer->address));
}

static const char *on_peer(struct spy_connection *connection, void *user)
{
	(void)connection;
	return peer_of(user)->address;
}

static const char *on_header(struct spy_connection *connection, const char *name,
			     void *user)
{
	(void)connection;
	return spy_headers_find(peer_of(user)->headers, name);
}

const struct spy_connection_events spy_peer_events = {
	.want_write = spy_link_want_write,
	.close = on_close,
	.hello = on_hello,
	.idle = on_idle,
	.call_started = on_call_started,
	.call_ended = on_call_ended,
	.warning = on_warning,
	.peer = on_peer,
	.header = on_header,
};
