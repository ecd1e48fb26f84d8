/*
 * Text of values for people and logs, see print.h: the walk over structs, lists and `any`.
 * Scalars are in print_text.c.
 */
#include <core/decode.h>
#include <core/field.h>
#include <core/print.h>
#include <core/print_text.h>

struct printer {
	struct spy_buf *buf;
	unsigned depth;
	int error;
};

static void print_value(struct printer *p, unsigned kind, const struct spy_type *type,
			const void *value);
static void print_any(struct printer *p, const struct spy_any *any);

static bool enter(struct printer *p)
{
	if (p->error || p->depth >= 2 * SPY_NESTING_MAX) {
		p->error = SPY_EINVALID_ARGUMENT;
		return false;
	}
	p->depth++;
	return true;
}

static void print_field(struct printer *p, const struct spy_field *field,
			const void *base)
{
	const void *value = spy_field_at(field, base);

	if (value)
		print_value(p, field->kind, field->type, value);
	else
		spy_text(p->buf, "null");
}

/* An ancestor's fields stand before those of the model itself, in the same braces. */
static void print_fields(struct printer *p, const struct spy_type *type,
			 const void *value, bool *first)
{
	unsigned i;

	for (i = 0; i < type->count; i++) {
		const struct spy_field *field = &type->fields[i];

		if (field->flags & SPY_FIELD_RESERVED)
			continue;
		if (field->flags & SPY_FIELD_BASE) {
			print_fields(p, field->type, (const char *)value + field->offset,
				     first);
			continue;
		}
		if (!*first)
			spy_text(p->buf, ", ");
		*first = false;
		if (type->kind == SPY_KIND_MODEL) {
			spy_text_string(p->buf, field->name, strlen(field->name));
			spy_text(p->buf, ": ");
		}
		print_field(p, field, value);
	}
}

static bool is_text(const struct spy_field *field)
{
	return spy_kind_is_text(field->kind) || field->kind == SPY_KIND_TIME ||
	       field->kind == SPY_KIND_UUID || field->kind == SPY_KIND_ENUM;
}

static void print_list(struct printer *p, const struct spy_type *type,
		       const struct spy_list *list)
{
	const struct spy_field *field = type->fields;
	bool map = type->kind == SPY_KIND_MAP;
	size_t i;

	spy_text_char(p->buf, map ? '{' : '[');
	for (i = 0; i < list->len && !p->error; i++) {
		const char *item = (const char *)list->items + i * type->stride;

		if (i)
			spy_text(p->buf, ", ");
		/* a key is a string in JSON */
		if (map && !is_text(field))
			spy_text_char(p->buf, '"');
		print_field(p, field, item);
		if (map && !is_text(field))
			spy_text_char(p->buf, '"');
		if (map) {
			spy_text(p->buf, ": ");
			print_field(p, field + 1, item);
		}
	}
	spy_text_char(p->buf, map ? '}' : ']');
}

static void print_named(struct printer *p, const char *name, const struct spy_type *type,
			const void *value)
{
	spy_text_char(p->buf, '{');
	spy_text_string(p->buf, name, strlen(name));
	spy_text(p->buf, ": ");
	print_value(p, type->kind, type, value);
	spy_text_char(p->buf, '}');
}

static void print_union(struct printer *p, const struct spy_type *type, const void *value)
{
	int32_t number;

	memcpy(&number, value, sizeof(number));
	if (number < 0 || number >= type->count)
		spy_text(p->buf, "null");
	else
		print_named(p, type->members[number]->name, type->members[number],
			    (const char *)value + type->offset);
}

static void print_enum(struct printer *p, const struct spy_type *type, const void *value)
{
	int32_t number;
	int index;

	memcpy(&number, value, sizeof(number));
	index = spy_enum_find(type, number);
	if (index < 0)
		spy_text_int(p->buf, number);
	else
		spy_text_string(p->buf, type->values[index].name,
				strlen(type->values[index].name));
}

static void print_value(struct printer *p, unsigned kind, const struct spy_type *type,
			const void *value)
{
	const struct spy_bytes *bytes = (const struct spy_bytes *)value;
	const struct timespec *time = (const struct timespec *)value;
	const char *text;
	bool first = true;

	switch ((enum spy_kind)kind) {
	case SPY_KIND_BOOL:
		spy_text(p->buf, *(const bool *)value ? "true" : "false");
		break;
	case SPY_KIND_INT8:
		spy_text_int(p->buf, *(const int8_t *)value);
		break;
	case SPY_KIND_INT16:
		spy_text_int(p->buf, *(const int16_t *)value);
		break;
	case SPY_KIND_INT32:
		spy_text_int(p->buf, *(const int32_t *)value);
		break;
	case SPY_KIND_INT64:
		spy_text_int(p->buf, *(const int64_t *)value);
		break;
	case SPY_KIND_UINT8:
		spy_text_uint(p->buf, *(const uint8_t *)value);
		break;
	case SPY_KIND_UINT16:
		spy_text_uint(p->buf, *(const uint16_t *)value);
		break;
	case SPY_KIND_UINT32:
		spy_text_uint(p->buf, *(const uint32_t *)value);
		break;
	case SPY_KIND_UINT64:
		spy_text_uint(p->buf, *(const uint64_t *)value);
		break;
	case SPY_KIND_FLOAT:
		spy_text_double(p->buf, (double)*(const float *)value, true);
		break;
	case SPY_KIND_DOUBLE:
		spy_text_double(p->buf, *(const double *)value, false);
		break;
	case SPY_KIND_STRING:
	case SPY_KIND_URI:
		text = *(const char *const *)value;
		if (text)
			spy_text_string(p->buf, text, strlen(text));
		else
			spy_text(p->buf, "null");
		break;
	case SPY_KIND_BYTES:
		spy_text_bytes(p->buf, bytes->data, bytes->len);
		break;
	case SPY_KIND_TIME:
		spy_text_time(p->buf, time->tv_sec, (uint32_t)time->tv_nsec);
		break;
	case SPY_KIND_DURATION:
		spy_text_duration(p->buf, *(const int64_t *)value);
		break;
	case SPY_KIND_UUID:
		spy_text_uuid(p->buf, (const struct spy_uuid *)value);
		break;
	case SPY_KIND_BIGINT:
		spy_text_bigint(p->buf, bytes->data, bytes->len);
		break;
	case SPY_KIND_ANY:
		print_any(p, (const struct spy_any *)value);
		break;
	case SPY_KIND_ENUM:
		print_enum(p, type, value);
		break;
	default:
		if (!enter(p))
			break;
		if (kind == SPY_KIND_UNION) {
			print_union(p, type, value);
		} else if (kind == SPY_KIND_TUPLE || kind == SPY_KIND_MODEL) {
			spy_text_char(p->buf, kind == SPY_KIND_MODEL ? '{' : '[');
			print_fields(p, type, value, &first);
			spy_text_char(p->buf, kind == SPY_KIND_MODEL ? '}' : ']');
		} else {
			print_list(p, type, (const struct spy_list *)value);
		}
		p->depth--;
	}
}

/* One that was not asked for its type yet shows its fields without their names. */
static void print_object(struct printer *p, const struct spy_object *object)
{
	struct spy_arena arena;
	const void *value;

	if (object->type && object->value) {
		print_named(p, object->name, object->type, object->value);
		return;
	}
	spy_arena_init(&arena, NULL);
	if (spy_decode_type(&arena, &spy_any_type, object->encoded.data,
			    object->encoded.len, 0, &value) == 0) {
		print_named(p, object->name, &spy_any_type, value);
	} else {
		spy_text_char(p->buf, '{');
		spy_text_string(p->buf, object->name, strlen(object->name));
		spy_text(p->buf, ": ");
		spy_text_bytes(p->buf, object->encoded.data, object->encoded.len);
		spy_text_char(p->buf, '}');
	}
	spy_arena_free(&arena);
}

static void print_entries(struct printer *p, const struct spy_any *any)
{
	uint32_t i;

	spy_text_char(p->buf, '{');
	for (i = 0; i < any->len && !p->error; i++) {
		const struct spy_any *key = &any->entries[i].key;
		bool quoted = key->kind == SPY_ANY_STRING || key->kind == SPY_ANY_TIME ||
			      key->kind == SPY_ANY_UUID || key->kind == SPY_ANY_BYTES;

		if (i)
			spy_text(p->buf, ", ");
		if (!quoted)
			spy_text_char(p->buf, '"');
		print_any(p, key);
		spy_text(p->buf, quoted ? ": " : "\": ");
		print_any(p, &any->entries[i].value);
	}
	spy_text_char(p->buf, '}');
}

static void print_any(struct printer *p, const struct spy_any *any)
{
	uint32_t i;

	switch (any->kind) {
	case SPY_ANY_NIL:
		spy_text(p->buf, "null");
		return;
	case SPY_ANY_BOOL:
		spy_text(p->buf, any->boolean ? "true" : "false");
		return;
	case SPY_ANY_INT:
		spy_text_int(p->buf, any->integer);
		return;
	case SPY_ANY_UINT:
		spy_text_uint(p->buf, any->natural);
		return;
	case SPY_ANY_FLOAT:
	case SPY_ANY_DOUBLE:
		spy_text_double(p->buf, any->number, any->kind == SPY_ANY_FLOAT);
		return;
	case SPY_ANY_STRING:
		spy_text_string(p->buf, any->string, spy_any_strlen(any));
		return;
	case SPY_ANY_BYTES:
		spy_text_bytes(p->buf, any->bytes, any->len);
		return;
	case SPY_ANY_TIME:
		spy_text_time(p->buf, any->seconds, any->len);
		return;
	case SPY_ANY_UUID:
		spy_text_uuid(p->buf, any->uuid);
		return;
	case SPY_ANY_BIGINT:
		spy_text_bigint(p->buf, any->bytes, any->len);
		return;
	default:
		break;
	}
	if (!enter(p))
		return;
	if (any->kind == SPY_ANY_ARRAY) {
		spy_text_char(p->buf, '[');
		for (i = 0; i < any->len && !p->error; i++) {
			if (i)
				spy_text(p->buf, ", ");
			print_any(p, &any->items[i]);
		}
		spy_text_char(p->buf, ']');
	} else if (any->kind == SPY_ANY_MAP) {
		print_entries(p, any);
	} else if (any->kind == SPY_ANY_OBJECT) {
		print_object(p, any->object);
	}
	p->depth--;
}

static int finish(const struct printer *p, size_t mark)
{
	int r = p->error ? p->error : p->buf->failed ? SPY_ENOMEM : 0;

	if (r)
		spy_buf_truncate(p->buf, mark);
	return r;
}

int spy_print_value(struct spy_buf *buf, const struct spy_type *type, const void *value)
{
	struct printer p = { .buf = buf };
	size_t mark = buf->len;

	print_value(&p, type->kind, type, value);
	return finish(&p, mark);
}

int spy_print_any(struct spy_buf *buf, const struct spy_any *any)
{
	struct printer p = { .buf = buf };
	size_t mark = buf->len;

	if (any->kind == SPY_ANY_STRING)
		spy_buf_append(buf, any->string, spy_any_strlen(any));
	else
		print_any(&p, any);
	return finish(&p, mark);
}
