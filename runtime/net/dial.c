/*
 * See dial.h. What lws tells during the handshake only changes state; the next step is taken
 * from a task, because lws also tells of failures from inside the call that connects.
 */
#include <net/dial.h>

#include <libwebsockets.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

/* A client has few connections, and large messages are not read in pieces then. */
#define READ_AT_ONCE 16384

static void fail(struct spy_dial *dial, int status, const char *why)
{
	dial->attempt = NULL;
	dial->status = status;
	snprintf(dial->why, sizeof dial->why, "%s", why);
	spy_task_schedule(&dial->link.loop->context, &dial->task);
}

static void connect_next(struct spy_dial *dial)
{
	static const lws_retry_bo_t no_validity;
	struct addrinfo *at = dial->next;
	struct lws_client_connect_info info;
	char address[INET6_ADDRSTRLEN];
	struct lws *wsi = NULL;

	dial->next = at->ai_next;
	dial->status = -1; /* no failure so far */
	if (getnameinfo(at->ai_addr, at->ai_addrlen, address, sizeof address, NULL, 0,
			NI_NUMERICHOST)) {
		fail(dial, 0, "an address that has no text");
		return;
	}
	memset(&info, 0, sizeof info);
	info.context = dial->link.loop->lws;
	info.vhost =
		spy_loop_client_vhost(dial->link.loop, dial->url->tls, dial->ca_file);
	info.address = address;
	info.port = dial->url->port;
	info.path = dial->url->path;
	info.host = dial->url->authority;
	info.protocol = info.local_protocol_name = SPY_SUBPROTOCOL;
	info.ietf_version_or_minus_one = -1;
	info.retry_and_idle_policy = &no_validity;
	info.opaque_user_data = dial;
	info.pwsi = &wsi;
	if (dial->url->tls) {
		info.ssl_connection = LCCSCF_USE_SSL;
		info.alpn = "http/1.1";
	}
	if (!info.vhost)
		fail(dial, 0, "TLS cannot be set up (is the CA file readable?)");
	else if (!lws_client_connect_via_info(&info) && dial->status < 0)
		fail(dial, 0, "cannot connect");
	else if (dial->status < 0)
		dial->attempt = wsi;
}

static void step(struct spy_task *task)
{
	struct spy_dial *dial = SPY_CONTAINER(task, struct spy_dial, task);

	/* An HTTP answer is an answer: another address would give the same. */
	if (dial->next && dial->status <= 0)
		connect_next(dial);
	else
		dial->failed(dial, dial->status, dial->why);
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
{
	struct spy_dial *dial = request->data;

	dial->resolving = false;
	dial->addresses = dial->next = addresses;
	if (dial->orphaned) {
		spy_dial_free(dial);
		return;
	}
	if (status < 0)
		fail(dial, 0, uv_strerror(status));
	else
		spy_task_schedule(&dial->link.loop->context, &dial->task);
}

/* lws leaves out the comparison with the certificate when it is told an address. */
static bool is_address(const char *host)
{
	return strchr(host, ':') || !host[strspn(host, "+-.0123456789")];
}

void spy_dial_start(struct spy_dial *dial, struct spy_loop *loop,
		    void (*gone)(struct spy_link *link))
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };

	spy_link_init(&dial->link, loop, false, gone);
	dial->task.run = step;
	dial->resolve.data = dial;
	if (dial->url->tls && is_address(dial->url->host))
		fail(dial, 0, "a certificate can be verified for a name only");
	else if (uv_getaddrinfo(&loop->uv, &dial->resolve, on_resolved, dial->url->host,
				NULL, &hints) < 0)
		fail(dial, 0, "cannot look up the address");
	else
		dial->resolving = true;
}

static void on_doomed(struct spy_link *link)
{
	spy_dial_free(SPY_CONTAINER(link, struct spy_dial, link));
}

void spy_dial_free(struct spy_dial *dial)
{
	struct lws *wsi = dial->link.wsi ? dial->link.wsi : dial->attempt;

	spy_task_cancel(&dial->task);
	dial->orphaned = true;
	/* A socket cannot be closed under the callback that it is in. */
	if (wsi && dial->link.loop->receiving) {
		dial->link.gone = on_doomed;
		spy_link_doom(&dial->link);
		return;
	}
	if (wsi) {
		lws_set_opaque_user_data(wsi, NULL);
		lws_set_timeout(wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
		dial->link.wsi = dial->attempt = NULL;
	}
	if (dial->resolving) {
		uv_cancel((uv_req_t *)&dial->resolve);
		return;
	}
	if (dial->addresses)
		uv_freeaddrinfo(dial->addresses);
	spy_link_fini(&dial->link);
	free(dial->token);
	free(dial);
}

static int add_headers(struct spy_dial *dial, char **at, size_t room)
{
	size_t need;

	if (!dial->token)
		return 0;
	need = strlen("authorization: Bearer \r\n") + strlen(dial->token);
	if (need >= room)
		return -1;
	*at += sprintf(*at, "authorization: Bearer %s\r\n", dial->token);
	return 0;
}

/* Nobody's any more: it goes as soon as it can. */
static int let_go(struct spy_dial *dial, struct lws *wsi,
		  enum lws_callback_reasons reason)
{
	if (reason == LWS_CALLBACK_CLIENT_CLOSED ||
	    reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR) {
		lws_set_opaque_user_data(wsi, NULL);
		dial->link.wsi = dial->attempt = NULL;
		return 0;
	}
	return reason == LWS_CALLBACK_CLIENT_RECEIVE ||
			       reason == LWS_CALLBACK_CLIENT_WRITEABLE ||
			       reason == LWS_CALLBACK_CLIENT_ESTABLISHED
		       ? -1
		       : 0;
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		  size_t len)
{
	struct spy_dial *dial = lws_get_opaque_user_data(wsi);

	(void)user;
	if (dial && dial->orphaned)
		return let_go(dial, wsi, reason);
	switch (reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		return dial ? add_headers(dial, in, len) : -1;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		lws_set_opaque_user_data(wsi, NULL); /* lws still speaks of it */
		if (dial)
			fail(dial, (int)lws_http_client_http_response(wsi),
			     in ? in : "cannot connect");
		return 0;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		if (!dial)
			return -1;
		dial->attempt = NULL;
		dial->established(dial, wsi);
		return dial->link.wsi ? 0 : -1;
	case LWS_CALLBACK_CLIENT_RECEIVE:
		return dial ? spy_link_received(&dial->link, in, len) : -1;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		return dial ? spy_link_writable(&dial->link) : -1;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		return dial ? spy_link_peer_close(&dial->link, in, len) : -1;
	case LWS_CALLBACK_CLIENT_CLOSED:
		lws_set_opaque_user_data(wsi, NULL);
		if (dial)
			spy_link_gone(&dial->link);
		return 0;
	default:
		return 0;
	}
}

const struct lws_protocols *spy_dial_protocols(void)
{
	static const struct lws_protocols protocols[] = {
		{ .name = SPY_SUBPROTOCOL,
		  .callback = on_lws,
		  .rx_buffer_size = READ_AT_ONCE,
		  .tx_packet_size = SPY_LINK_WRITE },
		{ .name = NULL },
	};

	return protocols;
}
