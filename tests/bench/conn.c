/*
 * The load generator's connections; load.h says what they do.
 *
 * Every message is masked, as the standard wants, with one key for all: what that saves is
 * the client's time, the server has the same work. Replies are compared with what was sent.
 */
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The window is the protocol's default. */
enum { IN_SIZE = 1 << 20, OUT_SIZE = 1 << 20, WINDOW = 65536, HEAD_MAX = 14 };

static const uint8_t mask[4] = { 0x5a, 0xc3, 0x96, 0x0f };

static int problem(struct conn *conn, const char *what)
{
	snprintf(conn->problem, sizeof(conn->problem), "%s%s%s", what, errno ? ": " : "",
		 errno ? strerror(errno) : "");
	return -1;
}

/* --- sending ------------------------------------------------------------------------- */

/* Masks the payload that stands behind HEAD_MAX bytes of room at the end of `out`, and moves
 * the head in front of it. */
static void put_message(struct conn *conn, size_t len)
{
	uint8_t *message = conn->out + conn->out_len, *payload = message + HEAD_MAX;
	size_t head = 2;

	message[0] = 0x82;
	if (len < 126) {
		message[1] = (uint8_t)(0x80 | len);
	} else {
		message[1] = 0x80 | 126;
		message[2] = (uint8_t)(len >> 8);
		message[3] = (uint8_t)len;
		head = 4;
	}
	memcpy(message + head, mask, 4);
	head += 4;
	for (size_t i = 0; i < len; i++)
		message[head + i] = payload[i] ^ mask[i & 3];
	conn->out_len += head + len;
}

static uint8_t *payload_start(struct conn *conn)
{
	return conn->out + conn->out_len + HEAD_MAX;
}

static uint8_t *put_text(uint8_t *at, const char *text)
{
	size_t len = strlen(text);

	*at++ = (uint8_t)(0xa0 | len); /* at most 31 bytes, which parse() made sure of */
	memcpy(at, text, len);
	return at + len;
}

/* One call with one argument. The longest form of its number is as good as any. */
static uint8_t *put_call(struct conn *conn, uint8_t *at)
{
	const struct load_options *options = conn->options;
	uint32_t call = ++conn->call;
	const uint8_t head[] = { 0x94,
				 1,
				 0xce,
				 (uint8_t)(call >> 24),
				 (uint8_t)(call >> 16),
				 (uint8_t)(call >> 8),
				 (uint8_t)call };

	memcpy(at, head, sizeof(head));
	at = put_text(at + sizeof(head), options->method);
	*at++ = 0x91;
	memcpy(at, options->item, options->item_len);
	return at + options->item_len;
}

/* HELLO and OPEN in one message, as the protocol allows. */
static void put_opening(struct conn *conn)
{
	uint8_t *start = payload_start(conn), *at = start;
	static const uint8_t hello[] = { 0x93, 0, 1, 0x80 }, open[] = { 0x95, 1, 1 };

	memcpy(at, hello, sizeof(hello));
	at += sizeof(hello);
	if (conn->options->unary) {
		put_message(conn, (size_t)(at - start));
		return;
	}
	memcpy(at, open, sizeof(open));
	at = put_text(at + sizeof(open), conn->options->method);
	*at++ = 0x90; /* no arguments */
	*at++ = 0x80; /* no options */
	put_message(conn, (size_t)(at - start));
}

static void put_credit(struct conn *conn)
{
	uint8_t *at = payload_start(conn);
	const uint8_t frame[] = { 0x94,
				  7,
				  1,
				  0,
				  0xce,
				  (uint8_t)(conn->consumed >> 24),
				  (uint8_t)(conn->consumed >> 16),
				  (uint8_t)(conn->consumed >> 8),
				  (uint8_t)conn->consumed };

	memcpy(at, frame, sizeof(frame));
	put_message(conn, sizeof(frame));
	conn->consumed = 0;
}

/* One message with as many of the items that are due as may go. */
static void put_items(struct conn *conn)
{
	static const uint8_t head[] = { 0x94, 3, 1, 1 }; /* ITEM, call 1, stream 1 */
	const struct load_options *options = conn->options;
	size_t head_len = options->method ? sizeof(head) : 0;
	int limit = !options->method ? 1 : options->per_message;
	uint8_t *start = payload_start(conn), *at = start;

	if (limit == 0 || limit > conn->due)
		limit = conn->due;
	if (!options->method && options->per_message > 1)
		limit = options->per_message < conn->due ? options->per_message
							 : conn->due;
	/* a message of the short form is enough for any batch */
	for (; limit > 0 && (size_t)(at - start) + head_len + options->item_len < 60000;
	     limit--) {
		if (options->unary) {
			at = put_call(conn, at);
			conn->due--;
			continue;
		}
		if (options->method && conn->credit <= 0)
			break;
		memcpy(at, head, head_len);
		memcpy(at + head_len, options->item, options->item_len);
		at += head_len + options->item_len;
		conn->credit -= (int64_t)options->item_len;
		conn->due--;
	}
	if (at > start)
		put_message(conn, (size_t)(at - start));
	else
		conn->due = -conn->due; /* out of credit: nothing more in this turn */
}

int conn_write(struct conn *conn)
{
	ssize_t n;

	if (conn->consumed >= WINDOW / 2)
		put_credit(conn);
	while (conn->due > 0 && conn->out_len < OUT_SIZE / 2)
		put_items(conn);
	if (conn->due < 0)
		conn->due = -conn->due;
	while (conn->out_start < conn->out_len) {
		n = send(conn->fd, conn->out + conn->out_start,
			 conn->out_len - conn->out_start, MSG_NOSIGNAL);
		if (n < 0)
			return problem(conn, "send");
		conn->out_start += (size_t)n;
	}
	conn->out_start = conn->out_len = 0;
	return 0;
}

/* --- receiving ----------------------------------------------------------------------- */

/* An integer; where it ends, or NULL. */
static const uint8_t *get_integer(const uint8_t *at, const uint8_t *end, int64_t *value)
{
	int width;

	if (at == end)
		return NULL;
	if (*at < 0x80) {
		*value = *at;
		return at + 1;
	}
	if (*at < 0xcc || *at > 0xcf)
		return NULL;
	width = 1 << (*at - 0xcc);
	if (end - at <= width)
		return NULL;
	*value = 0;
	for (int i = 1; i <= width; i++)
		*value = *value << 8 | at[i];
	return at + 1 + width;
}

static size_t get_size(const uint8_t *at, int width)
{
	size_t size = 0;

	for (int i = 0; i < width; i++)
		size = size << 8 | at[i];
	return size;
}

/* Skips one value of a server that we trust to send MessagePack. */
static const uint8_t *skip(const uint8_t *at, const uint8_t *end)
{
	static const uint8_t fixed[] = { 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 5,  9, 2,
					 3, 5, 9, 2, 3, 5, 9, 3, 4, 6, 10, 18 };
	uint8_t tag = *at;
	size_t values = 1;

	if (tag < 0x80 || tag >= 0xe0)
		return at + 1;
	if (tag < 0xa0) {
		values = (size_t)(tag & 15) << (tag < 0x90);
		at++;
	} else if (tag < 0xc0) {
		return at + 1 + (tag & 31);
	} else if (tag >= 0xd9 && tag <= 0xdb) {
		int width = 1 << (tag - 0xd9);

		return at + 1 + width + get_size(at + 1, width);
	} else if (tag >= 0xc4 && tag <= 0xc9) {
		int width = 1 << ((tag - 0xc4) % 3);

		return at + 1 + width + get_size(at + 1, width) + (tag >= 0xc7);
	} else if (tag >= 0xdc) {
		int width = tag & 1 ? 4 : 2;

		values = get_size(at + 1, width) << (tag >= 0xde);
		at += 1 + width;
	} else {
		return at + fixed[tag - 0xc0];
	}
	while (values-- > 0 && at && at < end)
		at = skip(at, end);
	return at;
}

/* One frame; where it ends, or NULL when it is not what we expect. */
static const uint8_t *read_frame(struct conn *conn, const uint8_t *at, const uint8_t *end)
{
	static const uint8_t head[] = { 0x94, 3, 1, 0 }; /* ITEM, call 1, stream 0 */
	const struct load_options *options = conn->options;
	int64_t kind = -1, call, stream, bytes;
	const uint8_t *next;

	if ((size_t)(end - at) >= sizeof(head) + options->item_len &&
	    !memcmp(at, head, sizeof(head))) {
		if (memcmp(at + sizeof(head), options->item, options->item_len))
			return NULL;
		conn->replies++;
		conn->due++;
		conn->consumed += (int64_t)options->item_len;
		return at + sizeof(head) + options->item_len;
	}
	if ((*at & 0xf0) != 0x90 || !(next = get_integer(at + 1, end, &kind)))
		return NULL;
	if (kind == 7) {
		if (!(next = get_integer(next, end, &call)) ||
		    !(next = get_integer(next, end, &stream)) ||
		    !(next = get_integer(next, end, &bytes)))
			return NULL;
		conn->credit += bytes;
		return next;
	}
	if (kind == 4 && options->unary) {
		if (!(next = get_integer(next, end, &call)) ||
		    !(next = get_integer(next, end, &stream)) ||
		    (size_t)(end - next) < options->item_len ||
		    memcmp(next, options->item, options->item_len))
			return NULL;
		conn->replies++;
		conn->due++;
		return next + options->item_len;
	}
	/* HELLO, OPENED and PING are fine; an end of any kind is not */
	return kind == 0 || kind == 2 || kind == 8 ? skip(at, end) : NULL;
}

static int read_message(struct conn *conn, const uint8_t *at, size_t len)
{
	const uint8_t *end = at + len;

	if (!conn->options->method) {
		if (len % conn->options->item_len)
			return -1;
		conn->replies += len / conn->options->item_len;
		conn->due += (int)(len / conn->options->item_len);
		return 0;
	}
	while (at && at < end)
		at = read_frame(conn, at, end);
	return at == end ? 0 : -1;
}

/* The whole messages in the buffer. */
static int read_messages(struct conn *conn)
{
	for (;;) {
		const uint8_t *at = conn->in + conn->in_start;
		size_t have = conn->in_len - conn->in_start, head = 2, len;

		if (have < 2)
			return 0;
		len = at[1] & 127;
		if (len == 126)
			head = 4;
		else if (len == 127)
			head = 10;
		if (have < head)
			return 0;
		if (head > 2)
			len = get_size(at + 2, (int)head - 2);
		if (have < head + len)
			return 0;
		if ((at[0] & 15) != 2) {
			errno = 0;
			return problem(conn,
				       "the server closed, or sent what we do not know");
		}
		if (read_message(conn, at + head, len) < 0) {
			errno = 0;
			return problem(conn, "not the reply that was expected");
		}
		conn->in_start += head + len;
	}
}

int conn_read(struct conn *conn)
{
	ssize_t n;

	if (conn->in_start == conn->in_len)
		conn->in_start = conn->in_len = 0;
	if (conn->in_len > IN_SIZE / 2) {
		memmove(conn->in, conn->in + conn->in_start,
			conn->in_len - conn->in_start);
		conn->in_len -= conn->in_start;
		conn->in_start = 0;
	}
	n = recv(conn->fd, conn->in + conn->in_len, IN_SIZE - conn->in_len, MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n == 0)
		errno = 0;
	if (n <= 0)
		return problem(conn, n ? "recv" : "the server closed");
	conn->in_len += (size_t)n;
	return read_messages(conn);
}

/* --- opening --------------------------------------------------------------------------- */

static int shake_hands(struct conn *conn)
{
	char *reply = (char *)conn->in, *end = NULL;
	int len = snprintf(
		(char *)conn->out, OUT_SIZE,
		"GET /spy HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
		conn->options->method ? "Sec-WebSocket-Protocol: spy.1.msgpack\r\n" : "");

	if (send(conn->fd, conn->out, (size_t)len, MSG_NOSIGNAL) != len)
		return problem(conn, "handshake");
	while (!end) {
		ssize_t n = recv(conn->fd, conn->in + conn->in_len, 4096, 0);

		if (n <= 0 || conn->in_len > IN_SIZE / 2)
			return problem(conn, "handshake");
		conn->in_len += (size_t)n;
		reply[conn->in_len] = '\0';
		end = strstr(reply, "\r\n\r\n");
	}
	errno = 0;
	if (strncmp(reply, "HTTP/1.1 101", 12))
		return problem(conn, "the server refused the handshake");
	conn->in_start = (size_t)(end + 4 - reply);
	return 0;
}

int conn_open(struct conn *conn, const struct load_options *options)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)options->port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1;

	*conn = (struct conn){ .options = options,
			       .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
			       .in = malloc(IN_SIZE),
			       .out = malloc(OUT_SIZE),
			       .due = options->depth,
			       .credit = WINDOW };
	if (conn->fd < 0 || !conn->in || !conn->out ||
	    (options->method && strlen(options->method) > 31))
		return problem(conn, "cannot begin");
	setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(conn->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return problem(conn, "connect");
	if (shake_hands(conn) < 0)
		return -1;
	if (options->method)
		put_opening(conn);
	return 0;
}
