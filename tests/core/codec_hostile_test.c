/*
 * Input made to hurt: claims that take memory, nesting that takes stack, sets that take
 * time. And memory that runs out, at every single allocation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <core/decode.h>
#include <core/encode.h>
#include <core/pack.h>
#include <core/print.h>
#include <spy/tables.h>
#include <support/failing_alloc.h>
#include <support/hex.h>
#include <support/sample.h>

static const struct spy_type *const types[] = {
	&spy_any_type,		 &sample_all_type,	    &sample_node_type,
	&sample_int32_list_type, &sample_string_lists_type, &sample_double_set_type,
	&sample_int_names_type,
};

/* What msgpack-c's own unpacker maps gigabytes for, and relatives. */
static const char *const claims[] = {
	"dd10000000",
	"df04000000",
	"ddffffffff",
	"dfffffffff",
	"dcffff",
	"deffff",
	"dbffffffff",
	"c6ffffffff",
	"c9ffffffff01",
	"dcffffdcffffdcffffdcffffdcffffdcffffdcffffdcffff",
	"daffff61",
	"c5ffff00",
	"c8ffff0300",
	"dd00000010c0",
	"c1",
	"91c1",
	"81c1c0",
	"df80000000c0c0",
	"9fdd7fffffffc0",
	"c9ffffffff",
	"dd",
	"c7",
	"d8",
	"d801",
	"92dbffffffff61c0",
	"ddffffffffc0c0c0c0",
};

static void claims_take_no_memory(void **state)
{
	size_t i, k, len;
	const void *value;

	(void)state;
	for (i = 0; i < sizeof(claims) / sizeof(*claims); i++)
		for (k = 0; k < sizeof(types) / sizeof(*types); k++) {
			uint8_t *data = hex_bytes(claims[i], &len);
			struct spy_reader reader = spy_reader(data, len);
			struct spy_arena arena;

			assert_int_equal(spy_cut(&reader, NULL), SPY_EPROTOCOL);
			assert_ptr_equal(reader.at, data);
			spy_arena_init(&arena, NULL);
			assert_int_equal(
				spy_decode_type(&arena, types[k], data, len, 0, &value),
				SPY_EINVALID_ARGUMENT);
			assert_true(arena.used <= 8192);
			spy_arena_free(&arena);
			free(data);
		}
}

/* `n` arrays around nil, in `any` and in place of a surplus element. */
static void nesting(void **state)
{
	uint8_t data[300];
	const void *value;
	size_t n;

	(void)state;
	for (n = 0; n <= 200; n++) {
		struct spy_reader reader;
		struct spy_arena arena;
		int want = n <= SPY_NESTING_MAX ? 0 : SPY_EINVALID_ARGUMENT;

		memset(data, 0x91, n);
		data[n] = 0xc0;
		reader = spy_reader(data, n + 1);
		assert_int_equal(spy_cut(&reader, NULL), want ? SPY_EPROTOCOL : 0);
		spy_arena_init(&arena, NULL);
		assert_int_equal(
			spy_decode_type(&arena, &spy_any_type, data, n + 1, 0, &value),
			want);
		if (!want) {
			struct spy_buf buf = { 0 };

			assert_int_equal(spy_encode_type(&buf, &spy_any_type, value, 0),
					 0);
			assert_int_equal(buf.len, n + 1);
			spy_buf_free(&buf);
		}
		/* inside of a model one less */
		memcpy(data, "\x93\x01\x02", 3);
		memset(data + 3, 0x91, n);
		data[n + 3] = 0xc0;
		assert_int_equal(spy_decode_type(&arena, &sample_point_type, data, n + 4,
						 0, &value),
				 n < SPY_NESTING_MAX ? 0 : SPY_EINVALID_ARGUMENT);
		spy_arena_free(&arena);
	}
}

/* An object counts as one, whatever is in it; other extensions do not. */
static void nesting_of_objects(void **state)
{
	uint8_t data[100];
	const void *value;
	size_t n;

	(void)state;
	for (n = SPY_NESTING_MAX - 1; n <= SPY_NESTING_MAX; n++) {
		struct spy_reader reader;
		struct spy_arena arena;

		memset(data, 0x91, n);
		memcpy(data + n, "\xc7\x03\x01\xa1\x61\xc0", 6);
		reader = spy_reader(data, n + 6);
		assert_int_equal(spy_cut(&reader, NULL),
				 n < SPY_NESTING_MAX ? 0 : SPY_EPROTOCOL);
		spy_arena_init(&arena, NULL);
		assert_int_equal(
			spy_decode_type(&arena, &spy_any_type, data, n + 6, 0, &value),
			n < SPY_NESTING_MAX ? 0 : SPY_EINVALID_ARGUMENT);
		memcpy(data + n, "\xd4\x03\x01", 3);
		reader = spy_reader(data, n + 3);
		assert_int_equal(spy_cut(&reader, NULL), 0);
		assert_int_equal(
			spy_decode_type(&arena, &spy_any_type, data, n + 3, 0, &value),
			0);
		spy_arena_free(&arena);
	}
}

/* A chain of models as deep as allowed, and one deeper, both ways. */
static void nesting_of_models(void **state)
{
	struct sample_node nodes[SPY_NESTING_MAX + 1];
	struct spy_buf buf = { 0 };
	struct spy_arena arena;
	const void *value;
	size_t i;

	(void)state;
	memset(nodes, 0, sizeof(nodes));
	for (i = 0; i < SPY_NESTING_MAX; i++)
		nodes[i].next = &nodes[i + 1];
	spy_arena_init(&arena, NULL);
	assert_int_equal(spy_encode_type(&buf, &sample_node_type, &nodes[0], 0),
			 SPY_EINVALID_ARGUMENT);
	assert_int_equal(buf.len, 0);
	/* its list of children is one more container */
	assert_int_equal(spy_encode_type(&buf, &sample_node_type, &nodes[1], 0),
			 SPY_EINVALID_ARGUMENT);
	assert_int_equal(spy_encode_type(&buf, &sample_node_type, &nodes[2], 0), 0);
	assert_int_equal(
		spy_decode_type(&arena, &sample_node_type, buf.data, buf.len, 0, &value),
		0);
	assert_true(spy_value_equal(&sample_node_type, &nodes[2], value));
	/* who refers to itself is not followed for ever */
	nodes[5].next = &nodes[5];
	assert_int_equal(spy_encode_type(&buf, &sample_node_type, &nodes[5], 0),
			 SPY_EINVALID_ARGUMENT);
	spy_arena_free(&arena);
	spy_buf_free(&buf);
}

/* `n` times one byte in a list. */
static size_t repeat(uint8_t *data, uint8_t head, size_t n, uint8_t byte)
{
	data[0] = head;
	data[1] = (uint8_t)(n >> 24);
	data[2] = (uint8_t)(n >> 16);
	data[3] = (uint8_t)(n >> 8);
	data[4] = (uint8_t)n;
	memset(data + 5, byte, n);
	return n + 5;
}

static const struct spy_field all_item[] = { SPY_ITEM("item", MODEL, sample_all_type,
						      0) };
static const struct spy_type all_list_type =
	SPY_LIST(LIST, struct spy_list, 0, all_item, struct sample_all);

static void amplification(void **state)
{
	enum { N = 1 << 20 };
	uint8_t *data = malloc(2 * N + 16);
	struct spy_arena arena;
	const void *value;
	size_t len;

	(void)state;
	/* 16 bytes for one are within the rule */
	spy_arena_init(&arena, NULL);
	len = repeat(data, 0xdd, N, 0xc0);
	assert_int_equal(spy_decode_type(&arena, &spy_any_type, data, len, 0, &value), 0);
	assert_true(arena.used <= SPY_ARENA_BUDGET_BASE + SPY_ARENA_BUDGET_FACTOR * len);
	spy_arena_free(&arena);
	/* large structs for one byte each are not */
	len = repeat(data, 0xdd, N, 0x93);
	assert_int_equal(spy_decode_type(&arena, &all_list_type, data, len, 0, &value),
			 SPY_ERESOURCE_EXHAUSTED);
	assert_true(arena.used <= SPY_ARENA_BUDGET_BASE + SPY_ARENA_BUDGET_FACTOR * len);
	spy_arena_free(&arena);
	/* a budget of the caller's */
	len = repeat(data, 0xdd, 1000, 0x01);
	spy_arena_allow(&arena, 2000);
	assert_int_equal(spy_decode_type(&arena, &sample_int32_list_type, data, len,
					 SPY_DECODE_BUDGET, &value),
			 SPY_ERESOURCE_EXHAUSTED);
	spy_arena_allow(&arena, 8000);
	assert_int_equal(spy_decode_type(&arena, &sample_int32_list_type, data, len,
					 SPY_DECODE_BUDGET, &value),
			 0);
	spy_arena_free(&arena);
	free(data);
}

/* 100,000 different elements: linear, so this returns at once. */
static void large_sets(void **state)
{
	enum { N = 100000 };
	struct sample_double_set set;
	double *items = malloc(N * sizeof(*items));
	struct spy_buf buf = { 0 };
	struct spy_arena arena;
	const void *value;
	clock_t start = clock();
	size_t i;

	(void)state;
	for (i = 0; i < N; i++)
		items[i] = (double)i * 4294967296.0;
	set = (struct sample_double_set){ items, N };
	assert_int_equal(spy_encode_type(&buf, &sample_double_set_type, &set, 0), 0);
	spy_arena_init(&arena, NULL);
	assert_int_equal(spy_decode_type(&arena, &sample_double_set_type, buf.data,
					 buf.len, 0, &value),
			 0);
	assert_true(spy_value_equal(&sample_double_set_type, &set, value));
	items[N / 2] = items[N - 1];
	assert_int_equal(spy_encode_type(&buf, &sample_double_set_type, &set, 0),
			 SPY_EINVALID_ARGUMENT);
	assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 5);
	spy_arena_free(&arena);
	spy_buf_free(&buf);
	free(items);
}

static char pool[1 << 20];
static size_t pool_used;

static void *from_pool(size_t size)
{
	void *piece = pool + pool_used;

	pool_used += (size + 15) & ~(size_t)15;
	assert_true(pool_used <= sizeof(pool));
	memset(piece, 0, size);
	return piece;
}

/* Every allocation fails once; nothing leaks, nothing is half done. */
static void memory_runs_out(void **state)
{
	struct sample_all *all = calloc(1, sizeof(*all));
	struct spy_buf buf = { 0 }, text = { 0 };
	struct spy_arena arena;
	uint64_t seed = 7;
	const void *value = NULL;
	void *clone = NULL;
	long n;
	int r;

	(void)state;
	sample_make(&sample_all_type, all, &seed, 6, from_pool);
	for (n = 0, r = SPY_ENOMEM; r; n++) {
		failing_alloc_after(n);
		r = spy_encode_type(&buf, &sample_all_type, all, 0);
		failing_alloc_after(-1);
		if (r) {
			assert_int_equal(r, SPY_ENOMEM);
			assert_int_equal(buf.len, 0);
			assert_false(buf.failed);
			spy_buf_free(&buf);
		}
	}
	assert_true(n > 2);
	spy_arena_init(&arena, NULL);
	for (n = 0, r = SPY_ENOMEM; r; n++) {
		spy_arena_free(&arena);
		failing_alloc_after(n);
		r = spy_decode_type(&arena, &sample_all_type, buf.data, buf.len, 0,
				    &value);
		failing_alloc_after(-1);
		assert_true(r == 0 || r == SPY_ENOMEM);
	}
	assert_true(n > 2);
	failing_alloc_after(0);
	assert_null(spy_value_clone(&sample_all_type, value));
	failing_alloc_after(1);
	clone = spy_value_clone(&sample_all_type, value);
	failing_alloc_after(0);
	assert_non_null(clone);
	/* comparing takes a table and does without */
	assert_true(spy_value_equal(&sample_all_type, value, clone));
	for (n = 0, r = SPY_ENOMEM; r; n++) {
		failing_alloc_after(n);
		r = spy_print_value(&text, &sample_all_type, clone);
		failing_alloc_after(-1);
		assert_true(r == 0 || r == SPY_ENOMEM);
		if (r) {
			assert_int_equal(text.len, 0);
			spy_buf_free(&text);
		}
	}
	spy_value_free(&sample_all_type, clone);
	spy_arena_free(&arena);
	spy_buf_free(&buf);
	spy_buf_free(&text);
	free(all);
}

/* In steady state nothing is allocated for a small item, and once for a large one. */
static void steady_state(void **state)
{
	struct sample_string_list list;
	const char *items[2000];
	struct spy_buf buf = { 0 };
	struct spy_arena arena;
	const void *value;
	size_t i, len;

	(void)state;
	for (i = 0; i < 2000; i++)
		items[i] = "some text of a certain length";
	spy_arena_init(&arena, NULL);
	for (len = 1; len <= 2000; len = len * 2 + 1) {
		list = (struct sample_string_list){ items, len };
		for (i = 0; i < 4; i++) {
			if (i == 3)
				failing_alloc_after(-1);
			spy_buf_reset(&buf);
			spy_arena_reset(&arena);
			assert_int_equal(
				spy_encode_type(&buf, &sample_string_list_type, &list, 0),
				0);
			assert_int_equal(spy_decode_type(&arena, &sample_string_list_type,
							 buf.data, buf.len, 0, &value),
					 0);
		}
		assert_true(failing_alloc_count() <= (arena.used > SPY_ARENA_KEEP));
	}
	spy_arena_free(&arena);
	spy_buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_take_no_memory),
		cmocka_unit_test(nesting),
		cmocka_unit_test(nesting_of_objects),
		cmocka_unit_test(nesting_of_models),
		cmocka_unit_test(amplification),
		cmocka_unit_test(large_sets),
		cmocka_unit_test(memory_runs_out),
		cmocka_unit_test(steady_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
