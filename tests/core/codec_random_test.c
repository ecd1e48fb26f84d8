/*
 * Values made up at random from a rich schema, held against msgpack-c: it must understand
 * what we send, and pack it to the very same bytes (so ours was the shortest form). What we
 * decode must equal what was sent, and go out again as the same bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include <core/decode.h>
#include <core/encode.h>
#include <support/hex.h>
#include <support/sample.h>

#define ROUNDS 3000

/* Memory of one made-up value. */
static char pool[4 << 20];
static size_t pool_used;

static void *from_pool(size_t size)
{
	void *piece = pool + pool_used;

	pool_used += (size + 15) & ~(size_t)15;
	assert_true(pool_used <= sizeof(pool));
	memset(piece, 0, size);
	return piece;
}

static void assert_shortest(const struct spy_buf *buf)
{
	msgpack_unpacked result;
	msgpack_sbuffer again;
	msgpack_packer packer;
	size_t off = 0;

	msgpack_unpacked_init(&result);
	msgpack_sbuffer_init(&again);
	msgpack_packer_init(&packer, &again, msgpack_sbuffer_write);
	assert_int_equal(
		msgpack_unpack_next(&result, (const char *)buf->data, buf->len, &off),
		MSGPACK_UNPACK_SUCCESS);
	assert_int_equal(off, buf->len);
	msgpack_pack_object(&packer, result.data);
	if (again.size != buf->len || memcmp(again.data, buf->data, buf->len) != 0)
		fail_msg("msgpack-c packs otherwise: %s", hex_text(buf->data, buf->len));
	msgpack_sbuffer_destroy(&again);
	msgpack_unpacked_destroy(&result);
}

static void round_trip(const struct spy_type *type, const void *value,
		       unsigned encode_flags, unsigned decode_flags,
		       struct spy_arena *arena)
{
	struct spy_buf buf = { 0 }, again = { 0 };
	const void *decoded;
	struct spy_reader reader;
	void *clone;

	assert_int_equal(spy_encode_type(&buf, type, value, encode_flags), 0);
	reader = spy_reader(buf.data, buf.len);
	assert_int_equal(spy_cut(&reader, NULL), 0);
	assert_true(spy_read_done(&reader));
	assert_shortest(&buf);

	spy_arena_reset(arena);
	assert_int_equal(
		spy_decode_type(arena, type, buf.data, buf.len, decode_flags, &decoded),
		0);
	assert_true(spy_value_equal(type, value, decoded));
	assert_int_equal(spy_encode_type(&again, type, decoded, encode_flags), 0);
	assert_int_equal(again.len, buf.len);
	assert_memory_equal(again.data, buf.data, buf.len);

	clone = spy_value_clone(type, decoded);
	assert_non_null(clone);
	spy_arena_reset(arena);
	again.len = 0;
	assert_int_equal(spy_encode_type(&again, type, clone, encode_flags), 0);
	assert_int_equal(again.len, buf.len);
	assert_memory_equal(again.data, buf.data, buf.len);
	spy_value_free(type, clone);
	spy_buf_free(&buf);
	spy_buf_free(&again);
}

static void for_clients(void **state)
{
	struct sample_all *all = calloc(1, sizeof(*all));
	struct spy_arena arena;
	uint64_t seed = 1;
	int i;

	(void)state;
	spy_arena_init(&arena, NULL);
	for (i = 0; i < ROUNDS; i++) {
		pool_used = 0;
		sample_make(&sample_all_type, all, &seed, (unsigned)(i % 8), from_pool);
		/* what server-only fields are for a client */
		all->base.owner = NULL;
		all->secret = 11;
		round_trip(&sample_all_type, all, 0, 0, &arena);
	}
	spy_arena_free(&arena);
	free(all);
}

static void for_the_bus(void **state)
{
	struct sample_all *all = calloc(1, sizeof(*all));
	struct spy_arena arena;
	uint64_t seed = 2;
	int i;

	(void)state;
	spy_arena_init(&arena, NULL);
	for (i = 0; i < ROUNDS; i++) {
		pool_used = 0;
		sample_make(&sample_all_type, all, &seed, (unsigned)(i % 8), from_pool);
		round_trip(&sample_all_type, all, SPY_ENCODE_BUS, SPY_DECODE_BUS, &arena);
	}
	spy_arena_free(&arena);
	free(all);
}

/* Damaged in one byte, or cut: never more than an error, and what passes keeps the rules. */
static void damaged(void **state)
{
	struct sample_all *all = calloc(1, sizeof(*all));
	struct spy_buf buf = { 0 }, again = { 0 };
	struct spy_arena arena;
	uint64_t seed = 3;
	const void *decoded;
	int i, k, passed = 0;

	(void)state;
	spy_arena_init(&arena, NULL);
	for (i = 0; i < ROUNDS / 10; i++) {
		pool_used = 0;
		sample_make(&sample_all_type, all, &seed, (unsigned)(i % 6), from_pool);
		spy_buf_reset(&buf);
		assert_int_equal(spy_encode_type(&buf, &sample_all_type, all, 0), 0);
		for (k = 0; k < 200; k++) {
			size_t at = sample_random(&seed) % buf.len;
			uint8_t *copy = malloc(buf.len);
			size_t len = k % 4 ? buf.len : at;

			memcpy(copy, buf.data, buf.len);
			copy[at] = (uint8_t)sample_random(&seed);
			spy_arena_reset(&arena);
			if (len && spy_decode_type(&arena, &sample_all_type, copy, len, 0,
						   &decoded) == 0) {
				passed++;
				spy_buf_reset(&again);
				assert_int_equal(spy_encode_type(&again, &sample_all_type,
								 decoded, 0),
						 0);
			}
			free(copy);
		}
	}
	assert_true(passed > 0);
	spy_arena_free(&arena);
	spy_buf_free(&buf);
	spy_buf_free(&again);
	free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(for_clients),
		cmocka_unit_test(for_the_bus),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
