/*
 * Any bytes as a rich type, for clients and from the bus, and as `any`: an error or a value,
 * and a value goes out again, comes back equal, can be copied and printed. The first byte
 * chooses; it may also ask for a valid value that the rest then damages.
 */
#include <stdlib.h>
#include <string.h>

#include <core/decode.h>
#include <core/encode.h>
#include <core/print.h>
#include <support/sample.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)           \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

/* Objects inside are asked for the types that they may be of. */
static void ask(const struct spy_any *any)
{
	static const struct spy_type *const types[] = {
		&sample_dog_type, &sample_point_type, &sample_all_type, &sample_shape_type
	};
	uint32_t i;

	if (any->kind == SPY_ANY_ARRAY)
		for (i = 0; i < any->len; i++)
			ask(&any->items[i]);
	if (any->kind == SPY_ANY_MAP)
		for (i = 0; i < any->len; i++)
			ask(&any->entries[i].value);
	if (any->kind == SPY_ANY_OBJECT)
		for (i = 0; i < sizeof(types) / sizeof(*types); i++)
			spy_value_from_any(types[i], any);
}

static void use(const struct spy_type *type, const void *value, bool bus)
{
	struct spy_buf buf = { 0 }, text = { 0 };
	struct spy_arena arena;
	const void *again;
	void *clone;

	MUST(spy_encode_type(&buf, type, value, bus ? SPY_ENCODE_BUS : 0) == 0);
	spy_arena_init(&arena, NULL);
	MUST(spy_decode_type(&arena, type, buf.data, buf.len, bus ? SPY_DECODE_BUS : 0,
			     &again) == 0);
	MUST(spy_value_equal(type, value, again));
	clone = spy_value_clone(type, again);
	MUST(clone && spy_value_equal(type, clone, value));
	spy_print_value(&text, type, clone);
	spy_value_free(type, clone);
	spy_arena_free(&arena);
	spy_buf_free(&buf);
	spy_buf_free(&text);
}

static void try_bytes(const struct spy_type *type, const uint8_t *data, size_t size,
		      bool bus)
{
	struct spy_reader reader = spy_reader(data, size);
	bool cut = spy_cut(&reader, NULL) == 0 && spy_read_done(&reader);
	struct spy_arena arena;
	const void *value;
	int r;

	spy_arena_init(&arena, NULL);
	r = spy_decode_type(&arena, type, data, size, bus ? SPY_DECODE_BUS : 0, &value);
	MUST(r == 0 || r == SPY_EINVALID_ARGUMENT || r == SPY_ERESOURCE_EXHAUSTED);
	if (r == 0) {
		/* what has a meaning is MessagePack */
		MUST(cut);
		use(type, value, bus);
		if (type == &spy_any_type)
			ask(value);
		use(type, value, bus);
	}
	spy_arena_free(&arena);
}

static char pool[1 << 22];
static size_t pool_used;

static void *from_pool(size_t size)
{
	void *piece = pool + pool_used;

	pool_used += (size + 15) & ~(size_t)15;
	MUST(pool_used <= sizeof(pool));
	memset(piece, 0, size);
	return piece;
}

/* A value made up from a seed, damaged as the rest of the input says: two bytes for a place,
 * one for what stands there. Nearly fits, which noise never does. */
static void try_damaged(const struct spy_type *type, const uint8_t *data, size_t size,
			bool bus)
{
	struct spy_buf buf = { 0 };
	uint64_t seed;
	uint8_t *copy;
	void *value;

	if (size < sizeof(seed))
		return;
	memcpy(&seed, data, sizeof(seed));
	seed |= 1;
	pool_used = 0;
	value = from_pool(type->size);
	sample_make(type, value, &seed, 5, from_pool);
	MUST(spy_encode_type(&buf, type, value, bus ? SPY_ENCODE_BUS : 0) == 0);
	copy = malloc(buf.len);
	MUST(copy);
	memcpy(copy, buf.data, buf.len);
	for (data += 8, size -= 8; size >= 3; data += 3, size -= 3)
		copy[(data[0] << 8 | data[1]) % buf.len] = data[2];
	try_bytes(type, copy, buf.len, bus);
	free(copy);
	spy_buf_free(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct spy_type *const types[] = {
		&sample_all_type,    &spy_any_type,	     &sample_node_type,
		&sample_animal_type, &sample_uuid_anys_type, &sample_mood_points_type,
	};
	const struct spy_type *type;

	if (!size)
		return 0;
	type = types[(data[0] >> 2) % (sizeof(types) / sizeof(*types))];
	if (data[0] & 2)
		try_damaged(type, data + 1, size - 1, data[0] & 1);
	else
		try_bytes(type, data + 1, size - 1, data[0] & 1);
	return 0;
}
