/*
 * The address of a server: ws://host:port/path or wss://…. A token has no place in it: what
 * looks like a user, a query or a fragment is refused.
 */
#ifndef SPY_NET_URL_H
#define SPY_NET_URL_H

#include <stdbool.h>

struct spy_url {
	bool tls;
	int port;
	char *host;	 /* an IPv6 address is without its brackets */
	char *authority; /* as in a Host header: the port only when it is not the default */
	char *path;	 /* "/spy" when the URL has none */
};

/* 0, SPY_EINVALID_ARGUMENT or SPY_ENOMEM. */
int spy_url_parse(const char *text, struct spy_url *url);
void spy_url_free(struct spy_url *url);

#endif
