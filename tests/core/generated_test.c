/*
 * What spygen made of two schemas, against the codec: values of every type in them, made up
 * from the tables, survive encoding, decoding and copying, and their text is JSON. The
 * endpoints' tables say what the schema says.
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
#include <support/random_value.h>

#include "conformance.client.h"
#include "conformance.server.h"
#include "shapes.client.h"
#include "shapes.server.h"

#define VALUES	  100000
#define TYPES_MAX 512

static const struct spy_endpoint *const endpoints[] = {
	&conformance_streaming_table,
	&conformance_plain_table,
	&conformance_authenticated_table,
	&conformance_logged_in_table,
	&conformance_identity_table,
	&conformance_channels_table,
	&conformance_lobby_table,
	&shapes_calls_table,
	&shapes_streams_table,
	&shapes_plain_messages_table,
	&shapes_text_messages_table,
	&shapes_model_messages_table,
};
#define ENDPOINTS (sizeof(endpoints) / sizeof(endpoints[0]))

/* Those that no method mentions. */
static const struct spy_type *const others[] = {
	&conformance_cat_type, &shapes_early_type,     &shapes_colored_type,
	&shapes_other_type,    &shapes_huge_type,      &shapes_nullables_type,
	&shapes_defaults_type, &shapes_secret_type,    &shapes_kitten_type,
	&shapes_trouble_type,  &conformance_mood_type,
};

static const struct spy_type *const objects[] = {
	&conformance_circle_type, &conformance_animal_type, &conformance_mood_type,
	&conformance_dog_type,	  &shapes_tree_type,	    &shapes_shape_type,
	&shapes_empty_type,	  &shapes_bare_type,	    NULL,
};

static const struct spy_type *types[TYPES_MAX];
static size_t type_count;
static bool is_args[TYPES_MAX];

/* Adds a type and all that it mentions. */
static void add(const struct spy_type *type, bool args)
{
	size_t i, fields = type->count;

	for (i = 0; i < type_count; i++)
		if (types[i] == type)
			return;
	assert_true(type_count < TYPES_MAX);
	is_args[type_count] = args;
	types[type_count++] = type;
	assert_true(type->kind >= SPY_KIND_TUPLE || type->size > 0);
	for (i = 0; type->fields && i < fields; i++)
		if (type->fields[i].type) {
			assert_int_equal(type->fields[i].kind,
					 type->fields[i].type->kind);
			add(type->fields[i].type, false);
		}
	for (i = 0; type->members && i < type->count; i++)
		add(type->members[i], false);
}

static int collect(void **state)
{
	size_t i, k, s;

	(void)state;
	for (i = 0; i < ENDPOINTS; i++)
		for (k = 0; k < endpoints[i]->method_count; k++) {
			const struct spy_method *m = &endpoints[i]->methods[k];

			if (m->args)
				add(m->args, true);
			if (m->result)
				add(m->result->type, false);
			for (s = 0; m->streams && s <= m->stream_count; s++)
				add(m->streams[s].item.type, false);
			for (s = 0; m->throws && m->throws[s]; s++)
				add(m->throws[s], false);
		}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		add(others[i], false);
	return 0;
}

/* ---- is it JSON? ---- */

static const char *json(const char *at, int depth);

static const char *spaces(const char *at)
{
	return at ? at + strspn(at, " ") : NULL;
}

static const char *json_string(const char *at)
{
	if (*at++ != '"')
		return NULL;
	for (; *at != '"'; at++)
		if ((unsigned char)*at < 0x20 || (*at == '\\' && !*++at))
			return NULL;
	return at + 1;
}

static const char *json_items(const char *at, char end, int depth)
{
	while (*(at = spaces(at)) != end) {
		if (end == '}' && !(at = spaces(json_string(at))))
			return NULL;
		if (end == '}' && *at++ != ':')
			return NULL;
		if (!(at = spaces(json(spaces(at), depth))) || (*at != ',' && *at != end))
			return NULL;
		at += *at == ',';
	}
	return at + 1;
}

/* Behind the value at `at`, NULL when it is none. */
static const char *json(const char *at, int depth)
{
	char *end;

	if (!depth)
		return NULL;
	switch (*at) {
	case '"':
		return json_string(at);
	case '[':
		return json_items(at + 1, ']', depth - 1);
	case '{':
		return json_items(at + 1, '}', depth - 1);
	case 't':
	case 'n':
		return strncmp(at, "true", 4) && strncmp(at, "null", 4) ? NULL : at + 4;
	case 'f':
		return strncmp(at, "false", 5) ? NULL : at + 5;
	default:
		strtod(at, &end);
		return end == at ? NULL : end;
	}
}

/* ---- the properties ---- */

static void assert_equal(const struct spy_type *type, const void *a, const void *b)
{
	struct spy_buf one = { 0 }, other = { 0 };

	if (spy_value_equal(type, a, b))
		return;
	spy_print_value(&one, type, a);
	spy_print_value(&other, type, b);
	fail_msg("%s\n%.*s\n%.*s", type->name ? type->name : "a composite", (int)one.len,
		 (const char *)one.data, (int)other.len, (const char *)other.data);
}

static void check_value(struct spy_arena *arena, const struct spy_type *type,
			const void *value, bool args)
{
	struct spy_buf first = { 0 }, second = { 0 }, text = { 0 };
	unsigned decode = SPY_DECODE_BUS | (args ? SPY_DECODE_ARGS : 0);
	const char *end;
	const void *decoded;
	void *clone;

	/* the bus form carries everything */
	assert_int_equal(spy_encode_type(&first, type, value, SPY_ENCODE_BUS), 0);
	assert_int_equal(
		spy_decode_type(arena, type, first.data, first.len, decode, &decoded), 0);
	assert_equal(type, value, decoded);
	clone = spy_value_clone(type, decoded);
	spy_arena_reset(arena);
	assert_non_null(clone);
	assert_equal(type, value, clone);
	assert_int_equal(spy_encode_type(&second, type, clone, SPY_ENCODE_BUS), 0);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.data, second.data, first.len);

	assert_int_equal(spy_print_value(&text, type, clone), 0);
	spy_buf_append(&text, "", 1);
	end = json((const char *)text.data, 200);
	if (!end || *end)
		fail_msg("no JSON: %s", (const char *)text.data);
	spy_value_free(type, clone);

	/* the client form is the same twice; a type of the server's has none */
	spy_buf_reset(&first);
	spy_buf_reset(&second);
	if (type->flags & SPY_TYPE_SERVER) {
		assert_int_equal(spy_encode_type(&first, type, value, 0),
				 SPY_EINVALID_ARGUMENT);
		goto out;
	}
	assert_int_equal(spy_encode_type(&first, type, value, 0), 0);
	assert_int_equal(spy_decode_type(arena, type, first.data, first.len,
					 args ? SPY_DECODE_ARGS : 0, &decoded),
			 0);
	if (!(type->flags & SPY_TYPE_HOLDS_SERVER))
		assert_equal(type, value, decoded);
	assert_int_equal(spy_encode_type(&second, type, decoded, 0), 0);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.data, second.data, first.len);
	spy_arena_reset(arena);
out:
	spy_buf_free(&first);
	spy_buf_free(&second);
	spy_buf_free(&text);
}

static void values_survive(void **state)
{
	struct random_values values = { .seed = 20250117, .objects = objects };
	struct spy_arena arena;
	size_t i;

	(void)state;
	spy_arena_init(&arena, NULL);
	for (i = 0; i < VALUES; i++) {
		size_t n = i % type_count;
		unsigned depth = 1 + (unsigned)(i / type_count) % 7;

		check_value(&arena, types[n], random_value(&values, types[n], depth),
			    is_args[n]);
		random_free(&values);
	}
	spy_arena_free(&arena);
}

/* What _init fills in are the declared defaults, which can be sent unless a field has to be
 * set first. */
static void defaults(void **state)
{
	static const uint8_t big[] = {
		0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
	};
	struct shapes_defaults d;
	struct spy_buf buf = { 0 };

	(void)state;
	spy_value_init_env(&shapes_defaults_type, &d, NULL); /* no clock in the core */
	assert_int_equal(d.a, INT8_MIN);
	assert_int_equal(d.b, INT16_MIN);
	assert_int_equal(d.c, INT32_MIN);
	assert_true(d.d == INT64_MIN);
	assert_int_equal(d.e, UINT8_MAX);
	assert_true(d.f == UINT32_MAX);
	assert_true(d.g == UINT64_MAX);
	assert_true(d.h == 3.4028234e38f);
	assert_true(d.i == 1.7976931348623157e308);
	assert_true(d.j == 0.1);
	assert_string_equal(d.k, "");
	assert_true(d.l == -1);
	assert_int_equal(d.m.len, sizeof(big));
	assert_memory_equal(d.m.data, big, sizeof(big));
	assert_true(d.p.tv_sec == 253402300799 && d.p.tv_nsec == 999999999);
	assert_string_equal(d.q, "a?b#c");
	assert_int_equal(d.r, SHAPES_ONE_ONLY);
	assert_int_equal(d.s.len + d.t.len, 0);
	assert_true(d.has_u && d.u == 5);
	assert_string_equal(d.v, "x");
	assert_true(d.has_w && d.w.len == 0);
	assert_false(d.x);
	assert_true(d.y == 0.1f);
	assert_int_equal(spy_encode_type(&buf, &shapes_defaults_type, &d, 0), 0);
	spy_buf_free(&buf);
}

static void typed_faces(void **state)
{
	struct conformance_circle circle = { .radius = 2 }, *copy;
	struct spy_object object = conformance_circle_object(&circle);
	struct spy_any any = { .kind = SPY_ANY_OBJECT, .object = &object };
	const struct conformance_square *square = conformance_square_from_any(&any);
	const int64_t items[] = { 1, 2 };
	struct conformance_int_list list = { items, 2 }, none = { NULL, 0 };

	(void)state;
	copy = conformance_circle_clone(&circle);
	assert_true(conformance_circle_equal(&circle, copy));
	assert_ptr_equal(conformance_circle_from_any(&any), &circle);
	assert_null(square);
	conformance_circle_free(copy);
	assert_false(conformance_int_list_equal(&list, &none));
}

/* The tables of methods, field by field where a schema has much to say. */
static void methods(void **state)
{
	const struct spy_method *guarded = &shapes_calls_table.methods[6];
	const struct spy_method *takes = &shapes_calls_table.methods[2];
	const struct spy_method *all = &shapes_streams_table.methods[0];
	const struct spy_method *watch = &shapes_streams_table.methods[1];
	const struct spy_method *messages = &conformance_lobby_table.methods[0];

	(void)state;
	assert_string_equal(guarded->name, "shapes.calls.guarded");
	assert_int_equal(guarded->timeout, 1);
	assert_int_equal(guarded->flags, SPY_METHOD_LOGIN);
	assert_string_equal(guarded->scopes[0], "a, b");
	assert_string_equal(guarded->scopes[1], "c");
	assert_null(guarded->scopes[2]);
	assert_true(guarded->args->flags & SPY_TYPE_HOLDS_SERVER);
	/* the exceptions named, then those that extend them */
	assert_ptr_equal(takes->throws[0], &shapes_trouble_type);
	assert_ptr_equal(takes->throws[1], &shapes_bare_type);
	assert_ptr_equal(takes->throws[2], &shapes_small_type);
	assert_ptr_equal(takes->throws[3], &shapes_big_type);
	assert_ptr_equal(takes->throws[4], &shapes_huge_type);
	assert_ptr_equal(takes->throws[5], &shapes_other_type);
	assert_null(takes->throws[6]);
	assert_int_equal(all->stream_count, 16);
	assert_int_equal(all->args->count, 1);
	assert_string_equal(all->streams[0].name, "result");
	assert_int_equal(all->streams[1].credit, 4096);
	assert_int_equal(all->streams[2].item.flags, SPY_FIELD_NULLABLE);
	assert_int_equal(all->streams[13].overflow, SPY_OVERFLOW_DROP_OLDEST);
	assert_int_equal(watch->flags, SPY_METHOD_RESULT_STREAM | SPY_METHOD_STREAMING |
					       SPY_METHOD_LOGIN);
	assert_int_equal(watch->streams[0].credit, 65536);
	assert_int_equal(watch->streams[0].overflow, SPY_OVERFLOW_LATEST);
	assert_string_equal(watch->scopes[0], "reader");
	assert_string_equal(shapes_streams_table.scopes[0], "reader");
	assert_int_equal(shapes_streams_table.flags, SPY_METHOD_LOGIN);
	assert_string_equal(messages->name, "conformance.lobby.messages");
	assert_int_equal(messages->flags, SPY_METHOD_RESULT_STREAM |
						  SPY_METHOD_STREAMING |
						  SPY_METHOD_MESSAGES);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(shapes_one_name(SHAPES_ONE_ONLY), "only");
	assert_string_equal(shapes_one_name((enum shapes_one)7), "?");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_survive), cmocka_unit_test(defaults),
		cmocka_unit_test(typed_faces),	  cmocka_unit_test(methods),
		cmocka_unit_test(names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, collect, NULL);
}
