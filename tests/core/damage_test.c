/*
 * Damaged messages: good ones of every kind, with bytes changed, cut, doubled, put in and
 * mixed. None may crash, hang, or leave anything; and a connection that has not been closed
 * for them still answers.
 *
 *	damage_test [COUNT [SEED]]
 */
#include "support/harness.h"
#include "support/notation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>

static long count = 100000;
static uint64_t seed = 1;

static uint32_t below(uint32_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 20) % limit);
}

static void change_bytes(struct spy_buf *buf)
{
	for (uint32_t n = 1 + below(3); n && buf->len; n--)
		buf->data[below((uint32_t)buf->len)] = (uint8_t)below(256);
}

static void flip_bit(struct spy_buf *buf)
{
	if (buf->len)
		buf->data[below((uint32_t)buf->len)] ^= (uint8_t)(1u << below(8));
}

static void cut(struct spy_buf *buf)
{
	if (buf->len)
		spy_buf_truncate(buf, below((uint32_t)buf->len));
}

static void put_in(struct spy_buf *buf)
{
	static const uint8_t heads[] = { 0xc1, 0xc4, 0xc6, 0xc7, 0xc9, 0xcf, 0xd9, 0xdb,
					 0xdc, 0xdd, 0xde, 0xdf, 0x9f, 0x8f, 0xbf, 0xff };
	uint8_t byte = heads[below(sizeof heads)];
	size_t at = buf->len ? below((uint32_t)buf->len) : 0;

	spy_buf_append(buf, &byte, 1);
	if (buf->failed)
		return;
	memmove(buf->data + at + 1, buf->data + at, buf->len - 1 - at);
	buf->data[at] = byte;
}

static void take_out(struct spy_buf *buf)
{
	size_t at;

	if (!buf->len)
		return;
	at = below((uint32_t)buf->len);
	memmove(buf->data + at, buf->data + at + 1, buf->len - at - 1);
	buf->len--;
}

static void repeat(struct spy_buf *buf)
{
	uint8_t copy[256];
	size_t len = buf->len < sizeof copy ? buf->len : sizeof copy;

	if (len)
		memcpy(copy, buf->data, len);
	spy_buf_append(buf, copy, len);
}

static void damage(struct spy_buf *buf)
{
	static void (*const kinds[])(struct spy_buf * buf) = { change_bytes, flip_bit,
							       cut,	     put_in,
							       take_out,     repeat };

	for (uint32_t n = below(3); n; n--)
		kinds[below(sizeof kinds / sizeof *kinds)](buf);
}

/* A connection that hears some good and some damaged messages, until it has enough. */
static long one_connection(bool server)
{
	static const uint8_t ping[] = { 0x92, 8, 1 };
	uint32_t texts_count = harness_message_count(server);
	struct spy_buf buf = { 0 };
	struct harness h;
	long heard = 0;

	assert_true(harness_begin(&h, server));
	while (harness_is_open(&h) && heard < 40) {
		assert_true(notation_encode(harness_message(server, below(texts_count)),
					    &buf));
		damage(&buf);
		harness_feed(&h, buf.data, buf.len);
		spy_buf_reset(&buf);
		if (!below(8))
			harness_pass(&h, below(400) * (int64_t)1000000);
		heard++;
	}
	if (harness_is_open(&h)) {
		h.pong = false;
		harness_feed(&h, ping, sizeof ping);
		assert_true(h.pong);
	}
	spy_buf_free(&buf);
	assert_true(harness_end(&h));
	return heard;
}

static void test_server(void **state)
{
	(void)state;
	for (long heard = 0; heard < count;)
		heard += one_connection(true);
}

static void test_client(void **state)
{
	(void)state;
	for (long heard = 0; heard < count;)
		heard += one_connection(false);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_server),
		cmocka_unit_test(test_client),
	};

	if (argc > 1)
		count = strtol(argv[1], NULL, 10);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10) | 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
