/*
 * HTTP on the port of the WebSocket: health, readiness, metrics and static files; every
 * other request gets an error. Bodies are refused unread. Also the callbacks of both of lws's
 * protocols: 0 is HTTP and sees every handshake, 1 is ours.
 */
#include <server/state.h>

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

const char *spy_http_reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 413:
		return "Content Too Large";
	case 426:
		return "Upgrade Required";
	default:
		return "Service Unavailable";
	}
}

int spy_http_answer(struct lws *wsi, int status, const char *extra, const char *type,
		    const uint8_t *body, size_t len)
{
	bool head = lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0;
	struct spy_buf out = { 0 };
	char top[400];
	int n = snprintf(top, sizeof top,
			 "HTTP/1.1 %d %s\r\n%sContent-Type: %s\r\nContent-Length: %zu\r\n"
			 "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
			 status, spy_http_reason(status), extra, type, len);

	spy_buf_append(&out, top, (size_t)n);
	if (!head)
		spy_buf_append(&out, body, len);
	/* Headers and body as they are; lws keeps what the socket does not take at once. */
	if (!out.failed)
		lws_write(wsi, out.data, out.len, LWS_WRITE_HTTP_HEADERS);
	spy_buf_free(&out);
	return -1;
}

int spy_http_refuse(struct lws *wsi, int status, const char *extra, const char *why)
{
	char body[160];
	int n = snprintf(body, sizeof body, "%s\n", why);

	return spy_http_answer(wsi, status, extra, "text/plain", (const uint8_t *)body,
			       (size_t)n);
}

static int answer_text(struct lws *wsi, int status, const char *text)
{
	return spy_http_answer(wsi, status, "", "text/plain", (const uint8_t *)text,
			       strlen(text));
}

static int answer_metrics(const struct spy_server *server, struct lws *wsi)
{
	struct spy_buf page = { 0 };

	spy_metrics_write(server, &page);
	if (page.failed)
		answer_text(wsi, 503, "out of memory\n");
	else
		spy_http_answer(wsi, 200, "", "text/plain; version=0.0.4; charset=utf-8",
				page.data, page.len);
	spy_buf_free(&page);
	return -1;
}

/* Before lws looks for a file: only what has no body, and asks for something. */
static int filter(struct spy_peer *peer, struct lws *wsi)
{
	spy_peer_greeted(peer);
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) ||
	    lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING))
		return spy_http_refuse(wsi, 413, "", "a request has no body here");
	if (!lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) &&
	    !lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI))
		return spy_http_refuse(wsi, 405, "Allow: GET, HEAD\r\n",
				       "only GET and HEAD");
	return 0;
}

static int request(struct spy_peer *peer, struct lws *wsi)
{
	const struct spy_server *server = peer->worker->server;
	char path[512];

	if (lws_hdr_copy(wsi, path, sizeof path, WSI_TOKEN_GET_URI) <= 0 &&
	    lws_hdr_copy(wsi, path, sizeof path, WSI_TOKEN_HEAD_URI) <= 0)
		return spy_http_refuse(wsi, 404, "", "not found");
	if (!strcmp(path, "/healthz"))
		return answer_text(wsi, 200, "ok\n");
	if (!strcmp(path, "/readyz"))
		return spy_server_is_ready(server) ? answer_text(wsi, 200, "ready\n")
						   : answer_text(wsi, 503, "not ready\n");
	if (!strcmp(path, "/metrics") && server->settings.metrics)
		return answer_metrics(server, wsi);
	if (!strcmp(path, server->settings.path))
		return spy_http_refuse(wsi, 426,
				       "Upgrade: websocket\r\nConnection: Upgrade\r\n",
				       "this is a WebSocket");
	return spy_http_refuse(wsi, 404, "", "not found");
}

static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user,
		   void *in, size_t len)
{
	struct spy_peer *peer = lws_get_opaque_user_data(wsi);

	if (!peer)
		return 0;
	switch (reason) {
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return spy_handshake(peer, wsi);
	case LWS_CALLBACK_FILTER_HTTP_CONNECTION:
		return filter(peer, wsi);
	case LWS_CALLBACK_HTTP:
		return request(peer, wsi);
	/* CONNECT makes a raw connection without any time limit. */
	case LWS_CALLBACK_RAW_ADOPT:
	case LWS_CALLBACK_RAW_RX:
	case LWS_CALLBACK_HTTP_BODY:
	case LWS_CALLBACK_ESTABLISHED:
		return -1;
	case LWS_CALLBACK_WSI_DESTROY:
		spy_peer_free(peer);
		return 0;
	default:
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	}
}

static int on_spy(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		  size_t len)
{
	struct spy_peer *peer = lws_get_opaque_user_data(wsi);
	const struct lws_process_html_args *page = in;

	(void)user;
	if (!peer)
		return 0;
	switch (reason) {
	case LWS_CALLBACK_ADD_HEADERS:
		/* The answer is made in the buffer that lws also reads into, and this says
		 * where that ends. */
		peer->link.loop->reads =
			(const uint8_t *)page->p + page->max_len - SPY_LOOP_READ;
		return 0;
	case LWS_CALLBACK_ESTABLISHED:
		return spy_peer_establish(peer, wsi);
	case LWS_CALLBACK_RECEIVE:
		return spy_link_received(&peer->link, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return spy_link_writable(&peer->link);
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		return spy_link_peer_close(&peer->link, in, len);
	case LWS_CALLBACK_CLOSED:
		if (peer->link.wsi)
			spy_link_gone(&peer->link);
		return 0;
	default:
		return 0;
	}
}

/* One page of lws's for each of ours, so that they go before a static file. */
static void mount(struct lws_http_mount *mounts,
		  const struct spy_server_settings *settings)
{
	static const char *const ours[] = { "/healthz", "/readyz", "/metrics" };

	mounts[0] = (struct lws_http_mount){
		.mountpoint = "/",
		.mountpoint_len = 1,
		.origin = settings->static_files,
		.def = "index.html",
		.origin_protocol = LWSMPRO_FILE,
		.mount_next = &mounts[1],
	};
	for (int i = 0; i < 3; i++)
		mounts[i + 1] = (struct lws_http_mount){
			.mountpoint = ours[i],
			.mountpoint_len = (unsigned char)strlen(ours[i]),
			.origin = "http",
			.protocol = "http",
			.origin_protocol = LWSMPRO_CALLBACK,
			.mount_next = i < 2 ? &mounts[i + 2] : NULL,
		};
}

struct lws_vhost *spy_http_vhost(struct spy_worker *worker)
{
	static const lws_retry_bo_t no_validity;
	const struct spy_server_settings *settings = &worker->server->settings;
	struct lws_context_creation_info info;

	worker->protocols[0] =
		(struct lws_protocols){ .name = "http", .callback = on_http };
	worker->protocols[1] = (struct lws_protocols){
		.name = SPY_SUBPROTOCOL,
		.callback = on_spy,
		.rx_buffer_size = settings->rx_buffer,
		.tx_packet_size = SPY_LINK_WRITE,
	};
	memset(&info, 0, sizeof info);
	info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
	info.vhost_name = "spy";
	info.protocols = worker->protocols;
	info.retry_and_idle_policy = &no_validity;
	info.timeout_secs_ah_idle = 30; /* our own limit is shorter */
	if (settings->static_files) {
		mount(worker->mounts, settings);
		info.mounts = worker->mounts;
	}
	if (settings->tls_cert) {
		spy_loop_init_tls();
		info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
		info.ssl_cert_filepath = settings->tls_cert;
		info.ssl_private_key_filepath = settings->tls_key;
		info.alpn = "http/1.1";
	}
	return lws_create_vhost(worker->loop->lws, &info);
}
