/*
 * lws_echo PORT: the yardstick. A bare libwebsockets echo of opaque messages in the best
 * style that its public functions allow: a guest of a libuv loop; replies are framed by us
 * into one buffer per connection, which leaves with one lws_write() when the loop turn ends;
 * WRITEABLE is asked for only while lws holds unsent bytes.
 */
#include <libwebsockets.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* Reads are cut at these, and writes at tx_packet_size; the defaults of 4096 cost half. */
enum { READ_SIZE = 65536, WRITE_SIZE = 1 << 20, HEAD_MAX = 10 };

struct connection {
	struct lws *wsi;
	struct connection *next; /* on the dirty list */
	bool dirty;
	uint8_t *out; /* LWS_PRE bytes of room, then `len` to send */
	size_t len, capacity;
	uint8_t *message; /* a message that came in pieces */
	size_t message_len, message_capacity;
};

static struct connection *dirty;

static void reserve(uint8_t **buffer, size_t *capacity, size_t need)
{
	size_t size = *capacity ? *capacity : 1024;

	if (need <= *capacity)
		return;
	while (size < need)
		size *= 2;
	*buffer = realloc(*buffer, size);
	if (!*buffer)
		abort();
	*capacity = size;
}

static size_t put_head(uint8_t *out, size_t len)
{
	out[0] = 0x82;
	if (len < 126) {
		out[1] = (uint8_t)len;
		return 2;
	}
	if (len < 65536) {
		out[1] = 126;
		out[2] = (uint8_t)(len >> 8);
		out[3] = (uint8_t)len;
		return 4;
	}
	out[1] = 127;
	for (int i = 0; i < 8; i++)
		out[2 + i] = (uint8_t)((uint64_t)len >> (56 - 8 * i));
	return HEAD_MAX;
}

static void echo(struct connection *c, const void *data, size_t len)
{
	reserve(&c->out, &c->capacity, LWS_PRE + c->len + HEAD_MAX + len);
	c->len += put_head(c->out + LWS_PRE + c->len, len);
	memcpy(c->out + LWS_PRE + c->len, data, len);
	c->len += len;
	if (!c->dirty) {
		c->dirty = true;
		c->next = dirty;
		dirty = c;
	}
}

static void receive(struct connection *c, const void *data, size_t len)
{
	bool last =
		lws_is_final_fragment(c->wsi) && !lws_remaining_packet_payload(c->wsi);

	if (last && c->message_len == 0) {
		echo(c, data, len);
		return;
	}
	reserve(&c->message, &c->message_capacity, c->message_len + len);
	memcpy(c->message + c->message_len, data, len);
	c->message_len += len;
	if (last) {
		echo(c, c->message, c->message_len);
		c->message_len = 0;
	}
}

static int flush(struct connection *c)
{
	size_t len = c->len;

	if (len == 0)
		return 0;
	if (lws_partial_buffered(c->wsi)) {
		lws_callback_on_writable(c->wsi);
		return 0;
	}
	c->len = 0;
	/* HTTP: bytes pass as they are, already framed */
	return lws_write(c->wsi, c->out + LWS_PRE, len, LWS_WRITE_HTTP) < 0 ? -1 : 0;
}

static void turn_ends(uv_prepare_t *prepare)
{
	(void)prepare;
	while (dirty) {
		struct connection *c = dirty;

		dirty = c->next;
		c->dirty = false;
		if (flush(c) < 0)
			lws_set_timeout(c->wsi, PENDING_TIMEOUT_CLOSE_SEND,
					LWS_TO_KILL_ASYNC);
	}
}

static void forget(struct connection *c)
{
	for (struct connection **at = &dirty; *at; at = &(*at)->next)
		if (*at == c) {
			*at = c->next;
			break;
		}
	free(c->out);
	free(c->message);
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user,
		    void *in, size_t len)
{
	struct connection *c = user;

	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		memset(c, 0, sizeof(*c));
		c->wsi = wsi;
		break;
	case LWS_CALLBACK_RECEIVE:
		receive(c, in, len);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return flush(c);
	case LWS_CALLBACK_CLOSED:
		forget(c);
		break;
	default:
		break;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct lws_protocols protocols[] = {
		{ .name = "echo",
		  .callback = callback,
		  .per_session_data_size = sizeof(struct connection),
		  .rx_buffer_size = READ_SIZE,
		  .tx_packet_size = WRITE_SIZE },
		{ .name = NULL },
	};
	uv_loop_t *loop = uv_default_loop();
	void *loops[] = { loop };
	struct lws_context_creation_info info = {
		.port = argc > 1 ? atoi(argv[1]) : 0,
		.iface = "lo",
		.protocols = protocols,
		.pt_serv_buf_size = READ_SIZE,
		.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_DISABLE_IPV6,
		.foreign_loops = loops,
		.gid = -1,
		.uid = -1,
	};
	uv_prepare_t prepare;

	/* notices would be formatted for each change of a watcher */
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	if (!lws_create_context(&info))
		return 1;
	uv_prepare_init(loop, &prepare);
	uv_prepare_start(&prepare, turn_ends);
	return uv_run(loop, UV_RUN_DEFAULT);
}
