/* Types and defaults as JSON.  Start in emit_json.c. */
#include "emit_json.h"

#include <inttypes.h>
#include <string.h>

static const char *const kinds[] = {
	[TYPE_BOOL] = "bool",	      [TYPE_INT8] = "int8",
	[TYPE_INT16] = "int16",	      [TYPE_INT32] = "int32",
	[TYPE_INT64] = "int64",	      [TYPE_UINT8] = "uint8",
	[TYPE_UINT16] = "uint16",     [TYPE_UINT32] = "uint32",
	[TYPE_UINT64] = "uint64",     [TYPE_FLOAT] = "float",
	[TYPE_DOUBLE] = "double",     [TYPE_STRING] = "string",
	[TYPE_BYTES] = "bytes",	      [TYPE_TIME] = "time",
	[TYPE_DURATION] = "duration", [TYPE_UUID] = "uuid",
	[TYPE_URI] = "uri",	      [TYPE_BIGINT] = "bigint",
	[TYPE_ANY] = "any",	      [TYPE_ENUM] = "enum",
	[TYPE_MODEL] = "model",	      [TYPE_EXCEPTION] = "exception",
	[TYPE_SEALED] = "sealed",     [TYPE_UNION] = "union",
	[TYPE_LIST] = "list",	      [TYPE_SET] = "set",
	[TYPE_MAP] = "map",	      [TYPE_TUPLE] = "tuple",
};

void json_type(struct json *j, const char *name, const struct type *type)
{
	size_t i;

	if (!type) {
		json_null(j, name);
		return;
	}
	json_object_line(j, name);
	json_string(j, "kind", kinds[type->kind]);
	json_bool(j, "nullable", type->nullable);
	if (type->decl)
		json_string(j, "name", type->decl->full_name);
	if (type->key)
		json_type(j, "key", type->key);
	if (type->element)
		json_type(j, type->key ? "value" : "element", type->element);
	if (type->kind == TYPE_TUPLE) {
		json_list_line(j, "items");
		for (i = 0; i < type->n_items; i++)
			json_type(j, NULL, type->items[i]);
		json_list_end(j);
	}
	json_object_end(j);
}

/* Divides a number, big endian without sign, by 10; what remains. */
static unsigned divide(uint8_t *digits, size_t len)
{
	unsigned rest = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		rest = rest << 8 | digits[i];
		digits[i] = (uint8_t)(rest / 10);
		rest %= 10;
	}
	return rest;
}

/* In decimal; `wire` is two's complement, big endian. */
static void put_bigint(struct json *j, const char *wire, size_t len)
{
	struct arena *a = j->out->arena;
	uint8_t *number = arena_alloc(a, len);
	size_t n = 3 * len + 2, i; /* a byte is less than three digits */
	char *text = arena_alloc(a, n + 1), *at = text + n;
	bool negative = len && (wire[0] & 0x80), more = true;

	memcpy(number, wire, len);
	if (negative) {
		unsigned carry = 1;

		for (i = len; i-- > 0; carry >>= 8) {
			carry += (uint8_t)~number[i];
			number[i] = (uint8_t)carry;
		}
	}
	while (more) {
		*--at = (char)('0' + divide(number, len));
		for (more = false, i = 0; i < len; i++)
			more = more || number[i];
	}
	if (negative)
		*--at = '-';
	json_string(j, "value", at);
}

static void put_value(struct json *j, const struct value *v)
{
	struct arena *a = j->out->arena;
	struct buf hex = { .arena = a };
	size_t i;

	switch (v->kind) {
	case VALUE_BOOL:
		json_bool(j, "value", v->b);
		break;
	case VALUE_INT:
	case VALUE_DURATION:
		json_string(j, "value", arena_printf(a, "%" PRId64, v->i));
		break;
	case VALUE_UINT:
		json_string(j, "value", arena_printf(a, "%" PRIu64, v->u));
		break;
	case VALUE_DOUBLE:
		json_double(j, "value", v->d);
		break;
	case VALUE_STRING:
		json_string_len(j, "value", v->s, v->len);
		break;
	case VALUE_TIME:
		json_object_line(j, "value");
		json_string(j, "seconds", arena_printf(a, "%" PRId64, v->time.seconds));
		json_int(j, "nanoseconds", v->time.nanoseconds);
		json_object_end(j);
		break;
	case VALUE_UUID:
		for (i = 0; i < sizeof(v->uuid); i++)
			buf_printf(&hex, "%s%02x",
				   i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
				   v->uuid[i]);
		json_string(j, "value", buf_text(&hex));
		break;
	case VALUE_BIGINT:
		put_bigint(j, v->s, v->len);
		break;
	case VALUE_ENUM:
		json_string(j, "value", v->e->name);
		break;
	case VALUE_NOW:
	case VALUE_RANDOM:
	case VALUE_EMPTY:
		json_null(j, "value");
		break;
	}
}

void json_default(struct json *j, const char *name, const struct type *type,
		  const struct value *v)
{
	if (!v) {
		json_null(j, name);
		return;
	}
	json_object_line(j, name);
	json_string(j, "kind",
		    v->kind == VALUE_NOW      ? "now"
		    : v->kind == VALUE_RANDOM ? "random"
		    : v->kind == VALUE_EMPTY  ? "empty"
					      : kinds[type->kind]);
	put_value(j, v);
	json_string(j, "text", v->text);
	json_object_end(j);
}
