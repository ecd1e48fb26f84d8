/*
 * Old and new readers of one schema, both ways; what is missing, nil or surplus; reserved
 * places; server-only fields for clients and on the bus; arguments of a method.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <core/decode.h>
#include <core/encode.h>
#include <core/print.h>
#include <spy/tables.h>
#include <support/hex.h>
#include <support/sample.h>

/* model User { id: int; name: string; } as it was first … */
struct old_user {
	int64_t id;
	const char *name;
};
static const struct spy_field old_fields[] = {
	SPY_FIELD(struct old_user, id, "id", INT64, spy_int_type, 0),
	SPY_FIELD(struct old_user, name, "name", STRING, spy_string_type, 0),
};
static const struct spy_type old_type =
	SPY_STRUCT("test.User", MODEL, struct old_user, 0, old_fields);

/* … and what became of it:
 * model User { id: int; reserved name; age: int8 = 18; nick: string?; extra: any;
 *              since: time = now; key: uuid = random; limit: int? = 5; } */
struct new_user {
	int64_t id;
	int8_t age;
	const char *nick;
	struct spy_any extra;
	struct timespec since;
	struct spy_uuid key;
	int64_t limit;
	bool has_limit;
};
static const int8_t default_age = 18;
static const int64_t default_limit = 5;
static const struct spy_field new_fields[] = {
	SPY_FIELD(struct new_user, id, "id", INT64, spy_int_type, 0),
	SPY_FIELD_GONE("name"),
	SPY_FIELD_MORE(struct new_user, age, "age", INT8, spy_int8_type, 0, SPY_NO_MAX,
		       &default_age),
	SPY_FIELD(struct new_user, nick, "nick", STRING, spy_string_type,
		  SPY_FIELD_NULLABLE),
	SPY_FIELD(struct new_user, extra, "extra", ANY, spy_any_type, 0),
	SPY_FIELD(struct new_user, since, "since", TIME, spy_time_type, SPY_FIELD_NOW),
	SPY_FIELD(struct new_user, key, "key", UUID, spy_uuid_type, SPY_FIELD_RANDOM),
	SPY_FIELD_HAS(struct new_user, limit, has_limit, "limit", INT64, spy_int_type,
		      SPY_FIELD_NULLABLE, SPY_NO_MAX, &default_limit),
};
static const struct spy_type new_type =
	SPY_STRUCT("test.User", MODEL, struct new_user, 0, new_fields);

/* model Admin extends User { level: int; @server token: string = "t"; } */
struct admin {
	struct old_user base;
	int64_t level;
	const char *token;
};
struct new_admin {
	struct new_user base;
	int64_t level;
	const char *token;
};
static const char *const default_token = "t";
#define ADMIN_FIELDS(T, base_type)                                                    \
	{                                                                             \
		SPY_FIELD(T, base, "base", MODEL, base_type, SPY_FIELD_BASE),         \
			SPY_FIELD(T, level, "level", INT64, spy_int_type, 0),         \
			SPY_FIELD_MORE(T, token, "token", STRING, spy_string_type,    \
				       SPY_FIELD_SERVER, SPY_NO_MAX, &default_token), \
	}
static const struct spy_field admin_fields[] = ADMIN_FIELDS(struct admin, old_type);
static const struct spy_field new_admin_fields[] =
	ADMIN_FIELDS(struct new_admin, new_type);
static const struct spy_type admin_type = SPY_STRUCT("test.Admin", MODEL, struct admin,
						     SPY_TYPE_HOLDS_SERVER, admin_fields);
static const struct spy_type new_admin_type = SPY_STRUCT(
	"test.Admin", MODEL, struct new_admin, SPY_TYPE_HOLDS_SERVER, new_admin_fields);

/* @server model Secret { id: int; } */
static const struct spy_field secret_fields[] = {
	SPY_FIELD(struct old_user, id, "id", INT64, spy_int_type, 0),
};
static const struct spy_type secret_type =
	SPY_STRUCT("test.Secret", MODEL, struct old_user, SPY_TYPE_SERVER, secret_fields);

static void now(struct timespec *time)
{
	*time = (struct timespec){ 1000, 5 };
}

static void random_bytes(void *bytes, size_t len)
{
	memset(bytes, 0xff, len);
}

static const struct spy_env env = { now, random_bytes };
static struct spy_arena arena;

static int setup(void **state)
{
	(void)state;
	spy_arena_init(&arena, &env);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	spy_arena_free(&arena);
	return 0;
}

static int decode(const struct spy_type *type, const char *hex, unsigned flags,
		  const void **value)
{
	size_t len;
	uint8_t *data = hex_bytes(hex, &len);
	int r = spy_decode_type(&arena, type, data, len, flags, value);

	free(data);
	return r;
}

static void assert_encodes(const struct spy_type *type, const void *value, unsigned flags,
			   const char *hex)
{
	struct spy_buf buf = { 0 };
	size_t len;
	uint8_t *want = hex_bytes(hex, &len);

	assert_int_equal(spy_encode_type(&buf, type, value, flags), 0);
	if (buf.len != len || memcmp(buf.data, want, len) != 0)
		fail_msg("came out as %s", hex_text(buf.data, buf.len));
	free(want);
	spy_buf_free(&buf);
}

static void old_writer_new_reader(void **state)
{
	static const uint8_t random_uuid[16] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
						 0x4f, 0xff, 0xbf, 0xff, 0xff, 0xff,
						 0xff, 0xff, 0xff, 0xff };
	const struct new_user *user;
	const void *value;

	(void)state;
	assert_int_equal(decode(&new_type, "9207a161", 0, &value), 0);
	user = value;
	assert_int_equal(user->id, 7);
	assert_int_equal(user->age, 18);
	assert_null(user->nick);
	assert_int_equal(user->extra.kind, SPY_ANY_NIL);
	assert_int_equal(user->since.tv_sec, 1000);
	assert_memory_equal(user->key.bytes, random_uuid, 16);
	assert_true(user->has_limit);
	assert_int_equal(user->limit, 5);
	/* one that has no default has to be there */
	assert_int_equal(decode(&new_type, "90", 0, &value), SPY_EINVALID_ARGUMENT);
	assert_int_equal(decode(&old_type, "9107", 0, &value), SPY_EINVALID_ARGUMENT);
}

static void new_writer_old_reader(void **state)
{
	const struct old_user *old;
	const void *value;
	struct new_user user = { .id = 7, .age = 3 };

	(void)state;
	assert_encodes(
		&new_type, &user, 0,
		"98 07 c0 03 c0 c0 d6ff00000000 d80200000000000000000000000000000000 c0");
	/* surplus elements of whatever kind, however long */
	assert_int_equal(
		decode(&old_type,
		       "97 07 a161 03 8101929392c0c0c0 c70405deadbeef c0 a3ffffff", 0,
		       &value),
		SPY_EINVALID_ARGUMENT); /* 8101 92 … lacks an element */
	assert_int_equal(decode(&old_type,
				"96 07 a161 03 81019293c0c0c0c0 c70405deadbeef a3ffffff",
				0, &value),
			 0);
	old = value;
	assert_int_equal(old->id, 7);
	assert_string_equal(old->name, "a");
	/* but no garbage */
	assert_int_equal(decode(&old_type, "93 07 a161 c1", 0, &value),
			 SPY_EINVALID_ARGUMENT);
}

static void nil_is_a_default(void **state)
{
	const struct new_user *user;
	const void *value;

	(void)state;
	assert_int_equal(decode(&new_type, "98 07 c0 c0 c0 c0 c0 c0 c0", 0, &value), 0);
	user = value;
	assert_int_equal(user->age, 18);
	assert_int_equal(user->since.tv_nsec, 5);
	assert_int_equal(user->key.bytes[0], 0xff);
	/* nullable and has a default: nil is nil */
	assert_false(user->has_limit);
	/* nullable without one, given */
	assert_int_equal(decode(&new_type, "95 07 c0 01 a162 05", 0, &value), 0);
	user = value;
	assert_string_equal(user->nick, "b");
	assert_int_equal(user->extra.integer, 5);
	assert_int_equal(decode(&new_type, "91c0", 0, &value), SPY_EINVALID_ARGUMENT);
	assert_int_equal(decode(&sample_point_type, "92c0c0", 0, &value),
			 SPY_EINVALID_ARGUMENT);
	assert_int_equal(decode(&sample_point_type, "9205c0", 0, &value), 0);
	assert_int_equal(((const struct sample_point *)value)->y, 7);
}

static void reserved_places(void **state)
{
	const void *value;

	(void)state;
	/* anything may stand there, if it is MessagePack */
	assert_int_equal(decode(&new_type, "92 07 93a1ff01c4020000", 0, &value), 0);
	assert_int_equal(decode(&new_type, "92 07 c1", 0, &value), SPY_EINVALID_ARGUMENT);
}

static void ancestors_grow(void **state)
{
	struct admin admin = { { 7, "a" }, 3, "x" };
	const struct new_admin *grown;
	const struct admin *shrunk;
	const void *value;

	(void)state;
	assert_encodes(&admin_type, &admin, 0, "92 9207a161 03");
	assert_int_equal(decode(&new_admin_type, "92 9207a161 03", 0, &value), 0);
	grown = value;
	assert_int_equal(grown->base.id, 7);
	assert_int_equal(grown->base.age, 18);
	assert_int_equal(grown->level, 3);
	assert_string_equal(grown->token, "t");
	assert_int_equal(decode(&admin_type, "92 9407a1610203 03", 0, &value), 0);
	shrunk = value;
	assert_string_equal(shrunk->base.name, "a");
	assert_int_equal(shrunk->level, 3);
	/* an ancestor's array has no default */
	assert_int_equal(decode(&admin_type, "92 c0 03", 0, &value),
			 SPY_EINVALID_ARGUMENT);
	assert_int_equal(decode(&admin_type, "90", 0, &value), SPY_EINVALID_ARGUMENT);
}

static void server_only_fields(void **state)
{
	struct admin admin = { { 7, "a" }, 3, "x" };
	struct sample_base base = { 9, "o" };
	struct old_user secret = { 1, NULL };
	const struct sample_base *read;
	const struct admin *got;
	const void *value;
	struct spy_buf buf = { 0 };

	(void)state;
	assert_encodes(&admin_type, &admin, SPY_ENCODE_BUS, "92 92 9207a161 03 91a178");
	assert_int_equal(
		decode(&admin_type, "92 92 9207a161 03 91a178", SPY_DECODE_BUS, &value),
		0);
	got = value;
	assert_string_equal(got->token, "x");
	assert_int_equal(got->level, 3);
	/* the pair is one, and each half evolves */
	assert_int_equal(
		decode(&admin_type, "92 92 9207a161 03 90", SPY_DECODE_BUS, &value), 0);
	assert_string_equal(((const struct admin *)value)->token, "t");
	assert_int_equal(decode(&admin_type, "91 92 9207a161 03", SPY_DECODE_BUS, &value),
			 SPY_EINVALID_ARGUMENT);
	/* a client cannot put them in: there is no place for them */
	assert_int_equal(decode(&admin_type, "93 9207a161 03 a178", 0, &value), 0);
	assert_string_equal(((const struct admin *)value)->token, "t");
	/* each has its own pair */
	assert_encodes(&sample_base_type, &base, 0, "9109");
	assert_encodes(&sample_base_type, &base, SPY_ENCODE_BUS, "92 9109 91a16f");
	assert_int_equal(
		decode(&sample_base_type, "92 9109 91a16f", SPY_DECODE_BUS, &value), 0);
	read = value;
	assert_string_equal(read->owner, "o");
	/* a whole declaration never leaves the server, nor comes from outside */
	assert_int_equal(spy_encode_type(&buf, &secret_type, &secret, 0),
			 SPY_EINVALID_ARGUMENT);
	assert_int_equal(decode(&secret_type, "9101", 0, &value), SPY_EINVALID_ARGUMENT);
	assert_encodes(&secret_type, &secret, SPY_ENCODE_BUS, "9101");
	assert_int_equal(decode(&secret_type, "9101", SPY_DECODE_BUS, &value), 0);
	spy_buf_free(&buf);
}

/* On the bus an object in `any` is in its public form, so that it can be passed on unread. */
static void objects_have_no_secrets(void **state)
{
	struct admin admin = { { 7, "a" }, 3, "x" };
	struct spy_object object = {
		"test.Admin", &admin_type, &admin, { NULL, 0 }, NULL
	};
	struct spy_any any = { .kind = SPY_ANY_OBJECT, .object = &object };
	const struct admin *read;
	const void *value;
	struct spy_buf buf = { 0 };

	(void)state;
	assert_int_equal(spy_encode_type(&buf, &spy_any_type, &any, SPY_ENCODE_BUS), 0);
	assert_int_equal(spy_decode_type(&arena, &spy_any_type, buf.data, buf.len,
					 SPY_DECODE_BUS, &value),
			 0);
	read = spy_value_from_any(&admin_type, value);
	assert_non_null(read);
	assert_int_equal(read->level, 3);
	assert_string_equal(read->token, "t");
	spy_buf_free(&buf);
}

static void arguments_evolve(void **state)
{
	const void *value;

	(void)state;
	assert_int_equal(decode(&sample_pair_type, "9105", SPY_DECODE_ARGS, &value), 0);
	assert_null(((const struct sample_pair *)value)->second);
	assert_int_equal(decode(&sample_pair_type, "9305a16103", SPY_DECODE_ARGS, &value),
			 0);
	assert_string_equal(((const struct sample_pair *)value)->second, "a");
	assert_int_equal(decode(&sample_pair_type, "90", SPY_DECODE_ARGS, &value),
			 SPY_EINVALID_ARGUMENT);
	assert_int_equal(decode(&sample_pair_type, "8101a161", SPY_DECODE_ARGS, &value),
			 SPY_EINVALID_ARGUMENT);
	assert_int_equal(decode(&sample_pair_type, "9105", 0, &value),
			 SPY_EINVALID_ARGUMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_writer_new_reader),
		cmocka_unit_test(new_writer_old_reader),
		cmocka_unit_test(nil_is_a_default),
		cmocka_unit_test(reserved_places),
		cmocka_unit_test(ancestors_grow),
		cmocka_unit_test(server_only_fields),
		cmocka_unit_test(objects_have_no_secrets),
		cmocka_unit_test(arguments_evolve),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
