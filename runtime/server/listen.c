/*
 * The listening sockets: one per worker on the same port, between which the kernel
 * distributes newcomers; or one unix socket ("unix:/run/spy.sock").
 */
#define _DEFAULT_SOURCE /* SO_REUSEPORT */
#include <server/state.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* What the kernel holds for us during a stampede; it cuts this to net.core.somaxconn. */
#define BACKLOG 4096

/* Only the server's own user, and whoever the administrator lets into the folder. */
#define UNIX_MODE 0660

static int complain(struct spy_server *server, const char *what, int error)
{
	SPY_LOG(&server->log, ERROR, what,
		SPY_LOG_STR("address", server->settings.listen),
		SPY_LOG_INT("port", server->settings.port),
		SPY_LOG_STR("reason", strerror(error)));
	return SPY_EUNAVAILABLE;
}

static int open_socket(int family, const struct sockaddr *address, socklen_t len,
		       bool share)
{
	int fd = socket(family, SOCK_STREAM, 0), error;

	if (fd < 0)
		return -1;
	if (family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 0 }, sizeof(int));
	if (share)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &(int){ 1 }, sizeof(int));
	if (spy_fd_prepare(fd) < 0 || bind(fd, address, len) < 0 ||
	    listen(fd, BACKLOG) < 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static int port_of(int fd)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof address;

	if (getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -1;
	if (address.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)(void *)&address)->sin6_port);
	return ntohs(((struct sockaddr_in *)(void *)&address)->sin_port);
}

static void set_port(struct sockaddr_storage *address, int port)
{
	if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)address)->sin6_port =
			htons((uint16_t)port);
	else
		((struct sockaddr_in *)(void *)address)->sin_port = htons((uint16_t)port);
}

/* With SO_REUSEPORT another server on the same port would go unnoticed, so it is first tried
 * without. */
static int open_tcp(struct spy_server *server, struct sockaddr_storage *address,
		    socklen_t len)
{
	bool share = server->worker_count > 1;
	const struct sockaddr *plain = (const struct sockaddr *)address;
	int probe = open_socket(address->ss_family, plain, len, false);

	if (probe < 0)
		return -1;
	server->port = port_of(probe);
	if (!share) {
		server->workers[0].listener = probe;
		return 0;
	}
	close(probe);
	set_port(address, server->port);
	for (unsigned i = 0; i < server->worker_count; i++) {
		int fd = open_socket(address->ss_family, plain, len, true);

		if (fd < 0)
			return -1;
		server->workers[i].listener = fd;
	}
	return 0;
}

static int listen_tcp(struct spy_server *server)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM };
	const char *host = server->settings.listen ? server->settings.listen : "::";
	struct sockaddr_storage address;
	struct addrinfo *found;
	char port[8];
	int r;

	snprintf(port, sizeof port, "%u", server->settings.port);
	if (getaddrinfo(host, port, &hints, &found)) {
		SPY_LOG(&server->log, ERROR, "no such address to listen on",
			SPY_LOG_STR("address", host));
		return SPY_EINVALID_ARGUMENT;
	}
	memcpy(&address, found->ai_addr, found->ai_addrlen);
	r = open_tcp(server, &address, found->ai_addrlen);
	freeaddrinfo(found);
	/* A machine without IPv6 still has every IPv4 address. */
	if (r < 0 && errno == EAFNOSUPPORT && !strcmp(host, "::")) {
		struct sockaddr_in any = { .sin_family = AF_INET };

		any.sin_port = htons((uint16_t)server->settings.port);
		memcpy(&address, &any, sizeof any);
		r = open_tcp(server, &address, sizeof any);
	}
	return r < 0 ? complain(server, "cannot listen", errno) : 0;
}

static int listen_unix(struct spy_server *server, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat status;
	int fd;

	if (strlen(path) >= sizeof address.sun_path)
		return complain(server, "cannot listen", ENAMETOOLONG);
	strcpy(address.sun_path, path);
	/* What a server that crashed has left behind; never anything but a socket. */
	if (!lstat(path, &status) && S_ISSOCK(status.st_mode))
		unlink(path);
	fd = open_socket(AF_UNIX, (struct sockaddr *)&address, sizeof address, false);
	if (fd < 0 || chmod(path, UNIX_MODE) < 0)
		return complain(server, "cannot listen", errno);
	server->workers[0].listener = fd;
	for (unsigned i = 1; i < server->worker_count; i++) {
		if ((server->workers[i].listener = dup(fd)) < 0)
			return complain(server, "cannot listen", errno);
		spy_fd_prepare(server->workers[i].listener);
	}
	return 0;
}

int spy_server_listen(struct spy_server *server)
{
	const char *address = server->settings.listen;
	int r;

	if (address && !strncmp(address, "unix:", 5))
		r = listen_unix(server, address + 5);
	else
		r = listen_tcp(server);
	if (r < 0)
		spy_server_unlisten(server);
	return r;
}

void spy_server_unlisten(struct spy_server *server)
{
	const char *address = server->settings.listen;
	bool open = false;

	for (unsigned i = 0; i < server->worker_count; i++) {
		if (server->workers[i].listener < 0)
			continue;
		open = true;
		close(server->workers[i].listener);
		server->workers[i].listener = -1;
	}
	if (open && address && !strncmp(address, "unix:", 5))
		unlink(address + 5);
}
