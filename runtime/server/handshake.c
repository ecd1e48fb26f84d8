/*
 * Who gets in: every check of a WebSocket handshake, before lws looks at it. lws itself
 * accepts any path, version and method, HTTP/2 by an upgrade, and more; and what it hands to
 * the callback may be freed memory, so that everything is asked for by lws_hdr_copy().
 *
 * The answers are written by us: lws's own say HTTP/1.0, which some clients do not take.
 */
#include <server/state.h>

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* lws looks for a protocol and for "upgrade" in buffers of 128 bytes. */
#define LWS_LIST_MAX 126
#define KEY_LENGTH   24

/* The header as one string; false when it is not there or too long. */
static bool header(struct lws *wsi, enum lws_token_indexes token, char *text, int size)
{
	return lws_hdr_total_length(wsi, token) > 0 &&
	       lws_hdr_copy(wsi, text, size, token) > 0;
}

static bool list_has(const char *list, const char *word, bool any_case)
{
	size_t len = strlen(word);

	while (*list) {
		size_t n, next;

		list += strspn(list, ", \t");
		n = next = strcspn(list, ",");
		while (n && strchr(" \t", list[n - 1]))
			n--;
		if (n == len &&
		    !(any_case ? strncasecmp(list, word, n) : strncmp(list, word, n)))
			return true;
		list += next;
	}
	return false;
}

static bool words_have(const char *words, const char *word)
{
	for (; words; words = spy_words_next(words))
		if (!strcasecmp(words, word))
			return true;
	return false;
}

static bool has_body(struct lws *wsi)
{
	char text[24];

	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING))
		return true;
	return lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) &&
	       (!header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, text, sizeof text) ||
		strcmp(text, "0"));
}

static int check(const struct spy_server *server, struct lws *wsi)
{
	char text[LWS_LIST_MAX + 2], path[512], origin[256];

	if (!lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI))
		return spy_http_refuse(wsi, 405, "Allow: GET\r\n",
				       "only GET can upgrade");
	if (!header(wsi, WSI_TOKEN_GET_URI, path, sizeof path) ||
	    strcmp(path, server->settings.path))
		return spy_http_refuse(wsi, 404, "",
				       "there is no WebSocket at this path");
	if (!header(wsi, WSI_TOKEN_HTTP, text, sizeof text) || strcmp(text, "HTTP/1.1"))
		return spy_http_refuse(wsi, 400, "", "HTTP/1.1 is needed");
	if (has_body(wsi))
		return spy_http_refuse(wsi, 400, "", "a handshake has no body");
	if (!header(wsi, WSI_TOKEN_VERSION, text, sizeof text))
		return spy_http_refuse(wsi, 400, "Sec-WebSocket-Version: 13\r\n",
				       "the version is missing");
	if (strcmp(text, "13"))
		return spy_http_refuse(wsi, 426,
				       "Sec-WebSocket-Version: 13\r\n"
				       "Upgrade: websocket\r\n",
				       "version 13 is needed");
	if (!header(wsi, WSI_TOKEN_CONNECTION, text, sizeof text) ||
	    !list_has(text, "upgrade", true))
		return spy_http_refuse(wsi, 400, "", "no Connection: Upgrade");
	if (!header(wsi, WSI_TOKEN_KEY, text, sizeof text) ||
	    strlen(text) != KEY_LENGTH || !lws_hdr_total_length(wsi, WSI_TOKEN_HOST))
		return spy_http_refuse(wsi, 400, "",
				       "Sec-WebSocket-Key or Host is wrong");
	if (!header(wsi, WSI_TOKEN_PROTOCOL, text, sizeof text) ||
	    !list_has(text, SPY_SUBPROTOCOL, false))
		return spy_http_refuse(wsi, 400, "",
				       "the subprotocol " SPY_SUBPROTOCOL " is needed");
	if (server->settings.origins && lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) &&
	    (!header(wsi, WSI_TOKEN_ORIGIN, origin, sizeof origin) ||
	     !words_have(server->settings.origins, origin)))
		return spy_http_refuse(wsi, 403, "", "the origin is not allowed");
	return 0;
}

int spy_handshake(struct spy_peer *peer, struct lws *wsi)
{
	struct spy_server *server = peer->worker->server;
	char upgrade[16];
	int r;

	spy_peer_greeted(peer);
	/* Without headers lws has answered and freed them: just hang up. */
	if (!lws_hdr_total_length(wsi, WSI_TOKEN_UPGRADE))
		r = -1;
	else if (!header(wsi, WSI_TOKEN_UPGRADE, upgrade, sizeof upgrade) ||
		 strcasecmp(upgrade, "websocket"))
		r = spy_http_refuse(wsi, 400, "", "the only upgrade is to websocket");
	else if (server->stopping)
		r = spy_http_refuse(wsi, 503, "Retry-After: 1\r\n",
				    "the server is shutting down");
	else
		r = check(server, wsi);
	if (r < 0)
		spy_count(&peer->worker->metrics.refused, 1);
	return r;
}

/* --- Headers that methods may ask for -------------------------------------------------- */

const char *spy_headers_find(const char *headers, const char *name)
{
	while (headers && *headers) {
		const char *value = headers + strlen(headers) + 1;

		if (!strcasecmp(headers, name))
			return value;
		headers = value + strlen(value) + 1;
	}
	return NULL;
}

/* Those that only speak of the connection. */
static bool is_wanted(enum lws_token_indexes token, const char *name)
{
	static const char *const dull[] = { "connection:", "upgrade:", "sec-websocket-" };

	(void)token;
	if (!strchr(name, ':') || *name == ':')
		return false;
	for (size_t i = 0; i < sizeof dull / sizeof *dull; i++)
		if (!strncmp(name, dull[i], strlen(dull[i])))
			return false;
	return true;
}

static void put_header(struct spy_buf *out, const char *name, const char *value)
{
	size_t len = strcspn(name, ":");

	spy_buf_append(out, name, len);
	spy_buf_append(out, "", 1);
	spy_buf_append(out, value, strlen(value) + 1);
}

char *spy_handshake_headers(const struct spy_server *server, struct lws *wsi)
{
	char text[SPY_LOOP_HEADERS];
	struct spy_buf out = { 0 };
	const char *word;
	char *headers;

	for (int token = 0; token < WSI_TOKEN_COUNT; token++) {
		const char *name = (const char *)lws_token_to_string(token);

		if (name && is_wanted(token, name) &&
		    header(wsi, token, text, sizeof text))
			put_header(&out, name, text);
	}
	for (word = server->settings.headers; word; word = spy_words_next(word)) {
		char name[64];
		int n = snprintf(name, sizeof name, "%s:", word);

		if (n < (int)sizeof name &&
		    lws_hdr_custom_copy(wsi, text, sizeof text, name, n) > 0)
			put_header(&out, word, text);
	}
	spy_buf_append(&out, "", 1);
	headers = out.failed ? NULL : malloc(out.len);
	if (headers)
		memcpy(headers, out.data, out.len);
	spy_buf_free(&out);
	return headers;
}

static const char *cookie(const char *cookies, const char *name, char *buffer,
			  size_t size)
{
	size_t len = strlen(name);

	while (*cookies) {
		size_t n;

		cookies += strspn(cookies, "; \t");
		n = strcspn(cookies, ";");
		if (n > len && cookies[len] == '=' && !strncmp(cookies, name, len)) {
			n -= len + 1;
			if (!n || n >= size)
				return NULL;
			memcpy(buffer, cookies + len + 1, n);
			buffer[n] = '\0';
			return buffer;
		}
		cookies += n;
	}
	return NULL;
}

const char *spy_handshake_token(const struct spy_server *server, const char *headers,
				char *buffer, size_t size)
{
	const char *value = spy_headers_find(headers, "authorization");

	if (value && !strncasecmp(value, "bearer ", 7)) {
		value += 7 + strspn(value + 7, " ");
		if (!*value || strlen(value) >= size)
			return NULL;
		return strcpy(buffer, value);
	}
	value = spy_headers_find(headers, "cookie");
	if (!value || !server->settings.cookie)
		return NULL;
	return cookie(value, server->settings.cookie, buffer, size);
}
