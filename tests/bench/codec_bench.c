/*
 * The codec on the reference message { int64, string of 12, string of 48, time, list of 4
 * int32, nothing }: 64 variants whose integers vary in width, nanoseconds per message as
 * the median of nine rounds, next to two others in the same run:
 *
 *   by hand     straight-line code for this one message: the limit
 *   msgpack-c   its packer, and its object tree walked into the struct
 *
 * All decode to the same struct, with UTF-8 checked and strings copied and terminated,
 * except that msgpack-c's column copies nothing. Pin it: taskset -c 1 codec_bench
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <msgpack.h>

#include <core/decode.h>
#include <core/encode.h>

#define VARIANTS 64
#define ROUNDS	 9
#define REPEATS	 4000

struct int32_list {
	const int32_t *items;
	size_t len;
};

struct message {
	int64_t id;
	const char *sender;
	const char *text;
	struct timespec sent;
	struct int32_list marks;
	const char *note;
};

static const struct spy_type int32_list_type = {
	.kind = SPY_KIND_LIST,
	.size = sizeof(struct int32_list),
	.stride = sizeof(int32_t),
	.count = 1,
	.fields =
		(const struct spy_field[]){
			{ .type = &spy_int32_type,
			  .has = SPY_NO_HAS,
			  .max = SPY_NO_MAX,
			  .kind = SPY_KIND_INT32 },
		},
};

#define FIELD(member, field_type, field_kind, field_flags)                             \
	{                                                                              \
		.name = #member, .type = &field_type,                                  \
		.offset = offsetof(struct message, member), .has = SPY_NO_HAS,         \
		.max = SPY_NO_MAX, .kind = SPY_KIND_##field_kind, .flags = field_flags \
	}

static const struct spy_type message_type = {
	.name = "bench.Message",
	.kind = SPY_KIND_MODEL,
	.size = sizeof(struct message),
	.count = 6,
	.fields =
		(const struct spy_field[]){
			FIELD(id, spy_int_type, INT64, 0),
			FIELD(sender, spy_string_type, STRING, 0),
			FIELD(text, spy_string_type, STRING, 0),
			FIELD(sent, spy_time_type, TIME, 0),
			FIELD(marks, int32_list_type, LIST, 0),
			FIELD(note, spy_string_type, STRING, SPY_FIELD_NULLABLE),
		},
};

static struct message messages[VARIANTS];
static int32_t marks[VARIANTS][4];

static uint64_t next_random(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static char *words(size_t n)
{
	char *text = malloc(n + 1);
	size_t i;

	for (i = 0; i < n; i++)
		text[i] = "etaoin shrdlu"[next_random() % 13];
	text[n] = '\0';
	return text;
}

static void make_messages(void)
{
	int i, k;

	for (i = 0; i < VARIANTS; i++) {
		for (k = 0; k < 4; k++) {
			marks[i][k] =
				(int32_t)(next_random() >> (33 + next_random() % 28));
			if (next_random() % 4 == 0)
				marks[i][k] = -marks[i][k];
		}
		messages[i] = (struct message){
			.id = (int64_t)(next_random() >> (11 + next_random() % 45)),
			.sender = words(12),
			.text = words(48),
			.sent = { 1760000000 + (time_t)(next_random() % 1000000),
				  (long)(next_random() % 1000000) * 1000 },
			.marks = { marks[i], 4 },
		};
	}
}

/* --- by hand ------------------------------------------------------------------------- */

static uint8_t *hand_int(uint8_t *at, int64_t v)
{
	uint64_t be = __builtin_bswap64((uint64_t)v);
	int n;

	if (v >= -32 && v < 128) {
		*at = (uint8_t)v;
		return at + 1;
	}
	if (v >= 0)
		n = v < 256 ? 0 : v < 65536 ? 1 : v <= UINT32_MAX ? 2 : 3;
	else
		n = v >= INT8_MIN ? 4 : v >= INT16_MIN ? 5 : v >= INT32_MIN ? 6 : 7;
	*at = (uint8_t)(0xcc + n);
	n = 1 << (n & 3);
	be >>= 64 - 8 * n;
	memcpy(at + 1, &be, 8);
	return at + 1 + n;
}

static uint8_t *hand_str(uint8_t *at, const char *s)
{
	size_t n = strlen(s);

	if (n < 32) {
		*at++ = (uint8_t)(0xa0 | n);
	} else {
		*at++ = 0xd9;
		*at++ = (uint8_t)n;
	}
	memcpy(at, s, n);
	return at + n;
}

static size_t hand_encode(const struct message *m, uint8_t *out, size_t cap)
{
	uint64_t stamp = (uint64_t)m->sent.tv_nsec << 34 | (uint64_t)m->sent.tv_sec;
	uint8_t *at = out;
	size_t i;

	if (cap < 256)
		return 0;
	*at++ = 0x96;
	at = hand_int(at, m->id);
	at = hand_str(at, m->sender);
	at = hand_str(at, m->text);
	*at++ = 0xd7;
	*at++ = 0xff;
	stamp = __builtin_bswap64(stamp);
	memcpy(at, &stamp, 8);
	at += 8;
	*at++ = (uint8_t)(0x90 | m->marks.len);
	for (i = 0; i < m->marks.len; i++)
		at = hand_int(at, m->marks.items[i]);
	*at++ = 0xc0;
	return (size_t)(at - out);
}

static const uint8_t *hand_get_int(const uint8_t *at, const uint8_t *end, int64_t *v)
{
	uint8_t t = *at++;
	uint64_t bits = 0;
	int n;

	if (t < 0x80 || t >= 0xe0) {
		*v = (int8_t)t;
		return at;
	}
	if (t < 0xcc || t > 0xd3)
		return NULL;
	n = 1 << (t & 3);
	if (end - at >= 8)
		memcpy(&bits, at, 8);
	else if (end - at >= n)
		memcpy(&bits, at, (size_t)n);
	else
		return NULL;
	bits = __builtin_bswap64(bits);
	*v = t >= 0xd0 ? (int64_t)bits >> (64 - 8 * n) : (int64_t)(bits >> (64 - 8 * n));
	return at + n;
}

static const uint8_t *hand_get_str(const uint8_t *at, const uint8_t *end, char **arena,
				   const char **s)
{
	uint64_t word, high = 0;
	size_t n, i;

	if ((*at & 0xe0) == 0xa0)
		n = *at++ & 31;
	else if (*at == 0xd9 && end - at >= 2)
		n = at[1], at += 2;
	else
		return NULL;
	if ((size_t)(end - at) < n)
		return NULL;
	memcpy(*arena, at, n);
	(*arena)[n] = '\0';
	for (i = 0; i + 8 <= n; i += 8) {
		memcpy(&word, at + i, 8);
		high |= word;
	}
	for (; i < n; i++)
		high |= at[i];
	if (high & 0x8080808080808080)
		return NULL;
	*s = *arena;
	*arena += n + 1;
	return at + n;
}

static int hand_decode(const uint8_t *at, size_t len, struct message *m)
{
	static _Alignas(16) char memory[1024];
	const uint8_t *end = at + len;
	char *arena = memory + 64;
	int32_t *items = (int32_t *)memory;
	uint64_t stamp;
	int64_t v;
	size_t i;

	if (len < 1 || *at++ != 0x96 || !(at = hand_get_int(at, end, &m->id)) ||
	    at == end || !(at = hand_get_str(at, end, &arena, &m->sender)) || at == end ||
	    !(at = hand_get_str(at, end, &arena, &m->text)) || end - at < 10 ||
	    at[0] != 0xd7 || at[1] != 0xff)
		return -1;
	memcpy(&stamp, at + 2, 8);
	at += 10;
	stamp = __builtin_bswap64(stamp);
	m->sent.tv_sec = (time_t)(stamp & 0x3ffffffff);
	m->sent.tv_nsec = (long)(stamp >> 34);
	if (m->sent.tv_nsec > 999999999 || at == end || (*at & 0xf0) != 0x90 ||
	    (m->marks.len = *at++ & 15) > 4)
		return -1;
	for (i = 0; i < m->marks.len; i++) {
		if (at == end || !(at = hand_get_int(at, end, &v)) || v != (int32_t)v)
			return -1;
		items[i] = (int32_t)v;
	}
	m->marks.items = items;
	if (at == end || *at != 0xc0)
		return -1;
	m->note = NULL;
	return at + 1 == end ? 0 : -1;
}

/* --- msgpack-c ------------------------------------------------------------------------ */

static size_t c_encode(const struct message *m, uint8_t *out, size_t cap)
{
	static msgpack_sbuffer buf;
	msgpack_timestamp stamp = { m->sent.tv_sec, (uint32_t)m->sent.tv_nsec };
	msgpack_packer pk;
	size_t i;

	(void)out;
	(void)cap;
	msgpack_sbuffer_clear(&buf);
	msgpack_packer_init(&pk, &buf, msgpack_sbuffer_write);
	msgpack_pack_array(&pk, 6);
	msgpack_pack_int64(&pk, m->id);
	msgpack_pack_str_with_body(&pk, m->sender, strlen(m->sender));
	msgpack_pack_str_with_body(&pk, m->text, strlen(m->text));
	msgpack_pack_timestamp(&pk, &stamp);
	msgpack_pack_array(&pk, m->marks.len);
	for (i = 0; i < m->marks.len; i++)
		msgpack_pack_int32(&pk, m->marks.items[i]);
	msgpack_pack_nil(&pk);
	return buf.size;
}

static int c_walk(const msgpack_object *o, struct message *m)
{
	static int32_t items[4];
	const msgpack_object *a = o->via.array.ptr, *list;
	msgpack_timestamp stamp;
	uint32_t i;

	if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 6 ||
	    a[1].type != MSGPACK_OBJECT_STR || a[2].type != MSGPACK_OBJECT_STR ||
	    !msgpack_object_to_timestamp(&a[3], &stamp) ||
	    a[4].type != MSGPACK_OBJECT_ARRAY || a[4].via.array.size > 4 ||
	    a[5].type != MSGPACK_OBJECT_NIL)
		return -1;
	list = a[4].via.array.ptr;
	for (i = 0; i < a[4].via.array.size; i++)
		items[i] = (int32_t)list[i].via.i64;
	*m = (struct message){ .id = a[0].via.i64,
			       .sender = a[1].via.str.ptr,
			       .text = a[2].via.str.ptr,
			       .sent = { stamp.tv_sec, stamp.tv_nsec },
			       .marks = { items, a[4].via.array.size } };
	return 0;
}

static int c_decode(const uint8_t *data, size_t len, struct message *m)
{
	msgpack_unpacked result;
	size_t off = 0;
	int r = -1;

	msgpack_unpacked_init(&result);
	if (msgpack_unpack_next(&result, (const char *)data, len, &off) ==
	    MSGPACK_UNPACK_SUCCESS)
		r = c_walk(&result.data, m);
	msgpack_unpacked_destroy(&result);
	return r;
}

/* --- ours ----------------------------------------------------------------------------- */

static struct spy_buf buf;
static struct spy_arena arena;

static size_t spy_enc(const struct message *m, uint8_t *out, size_t cap)
{
	(void)out;
	(void)cap;
	spy_buf_reset(&buf);
	return spy_encode_type(&buf, &message_type, m, 0) ? 0 : buf.len;
}

static int spy_dec(const uint8_t *data, size_t len, struct message *m)
{
	const void *value;
	int r;

	spy_arena_reset(&arena);
	r = spy_decode_type(&arena, &message_type, data, len, 0, &value);
	if (r == 0)
		*m = *(const struct message *)value;
	return r;
}

/* --- measuring ------------------------------------------------------------------------ */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

struct contender {
	const char *name;
	size_t (*encode)(const struct message *m, uint8_t *out, size_t cap);
	int (*decode)(const uint8_t *data, size_t len, struct message *m);
	double encoding[ROUNDS], decoding[ROUNDS];
};

static uint8_t encoded[VARIANTS][256];
static size_t lengths[VARIANTS];
static volatile int64_t sink;

static double time_encode(const struct contender *c)
{
	static uint8_t out[256];
	double start = now();
	size_t sum = 0;
	int i, k;

	for (k = 0; k < REPEATS; k++)
		for (i = 0; i < VARIANTS; i++) {
			sum += c->encode(&messages[i], out, sizeof(out));
			__asm__ volatile("" ::: "memory");
		}
	sink += (int64_t)sum;
	return (now() - start) / (REPEATS * VARIANTS);
}

static double time_decode(const struct contender *c)
{
	double start = now();
	struct message m;
	int64_t sum = 0;
	int i, k;

	for (k = 0; k < REPEATS; k++)
		for (i = 0; i < VARIANTS; i++) {
			if (c->decode(encoded[i], lengths[i], &m))
				abort();
			sum += m.id + m.marks.items[3];
			__asm__ volatile("" ::: "memory");
		}
	sink += sum;
	return (now() - start) / (REPEATS * VARIANTS);
}

int main(void)
{
	struct contender contenders[] = {
		{ .name = "by hand", .encode = hand_encode, .decode = hand_decode },
		{ .name = "spy", .encode = spy_enc, .decode = spy_dec },
		{ .name = "msgpack-c", .encode = c_encode, .decode = c_decode },
	};
	const size_t n = sizeof(contenders) / sizeof(*contenders);
	size_t i, round, total = 0;
	struct message m;

	make_messages();
	for (i = 0; i < VARIANTS; i++) {
		lengths[i] = hand_encode(&messages[i], encoded[i], sizeof(encoded[i]));
		total += lengths[i];
		if (spy_enc(&messages[i], NULL, 0) != lengths[i] ||
		    memcmp(buf.data, encoded[i], lengths[i]) != 0 ||
		    spy_dec(encoded[i], lengths[i], &m) ||
		    !spy_value_equal(&message_type, &m, &messages[i]))
			abort();
	}
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < n; i++) {
			contenders[i].encoding[round] = time_encode(&contenders[i]);
			contenders[i].decoding[round] = time_decode(&contenders[i]);
		}
	printf("%-10s %8s %8s   %8s %8s   (%.1f bytes)\n", "codec", "enc ns", "x hand",
	       "dec ns", "x hand", (double)total / VARIANTS);
	for (i = 0; i < n; i++) {
		struct contender *c = &contenders[i];

		qsort(c->encoding, ROUNDS, sizeof(double), by_size);
		qsort(c->decoding, ROUNDS, sizeof(double), by_size);
		printf("%-10s %8.1f %8.2f   %8.1f %8.2f\n", c->name,
		       c->encoding[ROUNDS / 2],
		       c->encoding[ROUNDS / 2] / contenders[0].encoding[ROUNDS / 2],
		       c->decoding[ROUNDS / 2],
		       c->decoding[ROUNDS / 2] / contenders[0].decoding[ROUNDS / 2]);
	}
	return 0;
}
