/* See url.h. */
#include <net/url.h>

#include <spy/error.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What lws copies into its buffers for one request. */
#define URL_MAX 2048

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 127 || strchr("@?#\\", *text))
			return false;
	return true;
}

/* ":8080" or nothing in front of the path. */
static int port_of(const char *text, const char *end, bool tls)
{
	int port = 0;

	if (text == end)
		return tls ? 443 : 80;
	if (*text++ != ':' || text == end || end - text > 5)
		return -1;
	for (; text < end; text++) {
		if (!isdigit((unsigned char)*text))
			return -1;
		port = 10 * port + (*text - '0');
	}
	return port > 0 && port < 65536 ? port : -1;
}

int spy_url_parse(const char *text, struct spy_url *url)
{
	const char *path, *host_end;
	size_t size;

	memset(url, 0, sizeof *url);
	if (!text || strlen(text) > URL_MAX || !is_plain(text))
		return SPY_EINVALID_ARGUMENT;
	if (!strncmp(text, "wss://", 6))
		url->tls = true;
	else if (strncmp(text, "ws://", 5))
		return SPY_EINVALID_ARGUMENT;
	text += url->tls ? 6 : 5;
	path = text + strcspn(text, "/");
	if (*text == '[') {
		text++;
		host_end = text + strcspn(text, "]/");
		if (*host_end != ']')
			return SPY_EINVALID_ARGUMENT;
		url->port = port_of(host_end + 1, path, url->tls);
	} else {
		host_end = text + strcspn(text, ":/");
		url->port = port_of(host_end, path, url->tls);
	}
	if (host_end == text || url->port < 0)
		return SPY_EINVALID_ARGUMENT;
	size = host_end - text + sizeof "[]:65535";
	url->host = strndup(text, host_end - text);
	url->authority = malloc(size);
	url->path = strdup(*path && path[1] ? path : "/spy");
	if (!url->host || !url->authority || !url->path) {
		spy_url_free(url);
		return SPY_ENOMEM;
	}
	snprintf(url->authority, size, strchr(url->host, ':') ? "[%s]" : "%s", url->host);
	if (url->port != (url->tls ? 443 : 80))
		snprintf(url->authority + strlen(url->authority),
			 size - strlen(url->authority), ":%d", url->port);
	return 0;
}

void spy_url_free(struct spy_url *url)
{
	free(url->host);
	free(url->authority);
	free(url->path);
	memset(url, 0, sizeof *url);
}
