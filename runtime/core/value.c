/*
 * What can be done with a value besides putting it on the wire: defaults, the way out of
 * `any`, a block of its own bytes. Copies are in clone.c, comparison in equal.c, text in
 * print.c; what needs a clock or a file is not in the core.
 */
#include <stdlib.h>

#include <core/decode.h>
#include <core/encode.h>
#include <core/field.h>

static void set_now(void *value, const struct spy_env *env)
{
	struct timespec time = { 0 };

	if (env && env->now)
		env->now(&time);
	memcpy(value, &time, sizeof(time));
}

static void set_random(void *value, const struct spy_env *env)
{
	struct spy_uuid uuid = { { 0 } };

	if (env && env->random) {
		env->random(uuid.bytes, sizeof(uuid.bytes));
		uuid.bytes[6] = (uuid.bytes[6] & 0x0f) | 0x40; /* version 4 */
		uuid.bytes[8] = (uuid.bytes[8] & 0x3f) | 0x80; /* RFC 4122's variant */
	}
	memcpy(value, &uuid, sizeof(uuid));
}

bool spy_field_set_default(const struct spy_field *field, void *base,
			   const struct spy_env *env)
{
	char *at = (char *)base + field->offset;

	if (field->flags & SPY_FIELD_NOW)
		set_now(at, env);
	else if (field->flags & SPY_FIELD_RANDOM)
		set_random(at, env);
	else if (!field->dflt)
		return false;
	else if (field->flags & SPY_FIELD_POINTER)
		memcpy(at, &field->dflt, sizeof(field->dflt));
	else
		memcpy(at, field->dflt, field->type->size);
	if (field->has != SPY_NO_HAS)
		*(bool *)((char *)base + field->has) = true;
	return true;
}

void spy_field_init(const struct spy_field *field, void *base, const struct spy_env *env)
{
	if (field->flags & SPY_FIELD_RESERVED || spy_field_set_default(field, base, env))
		return;
	spy_field_set_nil(field, base);
	if (!(field->flags & SPY_FIELD_POINTER) && field->type->kind >= SPY_KIND_TUPLE)
		spy_value_init_env(field->type, (char *)base + field->offset, env);
}

void spy_value_init_env(const struct spy_type *type, void *value,
			const struct spy_env *env)
{
	unsigned i;

	memset(value, 0, type->size);
	if (type->kind == SPY_KIND_UNION && type->count)
		spy_value_init_env(type->members[0], (char *)value + type->offset, env);
	if (type->kind != SPY_KIND_MODEL && type->kind != SPY_KIND_TUPLE)
		return;
	for (i = 0; i < type->count; i++)
		spy_field_init(&type->fields[i], value, env);
}

/* An object that arrived is decoded once, into the memory that `any` came in, and then
 * remembered as if it had been made here. */
static const void *decode_arrived(const struct spy_type *type, struct spy_object *object)
{
	if (spy_decode_type(object->arena, type, object->encoded.data,
			    object->encoded.len, 0, &object->value))
		return NULL;
	object->type = type;
	return object->value;
}

const void *spy_value_from_any(const struct spy_type *type, const struct spy_any *any)
{
	const struct spy_object *object;

	if (any->kind != SPY_ANY_OBJECT)
		return NULL;
	object = any->object;
	if (object->type)
		return object->type == type ? object->value : NULL;
	if (!type->name || !object->arena || !object->encoded.data ||
	    strcmp(type->name, object->name) != 0)
		return NULL;
	/* it lies in the arena, where nothing is const but by courtesy */
	return decode_arrived(type, (struct spy_object *)(uintptr_t)object);
}

int spy_value_encode(const struct spy_type *type, const void *value, bool bus,
		     uint8_t **data, size_t *len)
{
	struct spy_buf buf = { 0 };
	int r = spy_encode_type(&buf, type, value, bus ? SPY_ENCODE_BUS : 0);

	*data = NULL;
	*len = 0;
	if (r == 0) {
		*data = malloc(buf.len);
		if (*data) {
			memcpy(*data, buf.data, buf.len);
			*len = buf.len;
		} else {
			r = SPY_ENOMEM;
		}
	}
	spy_buf_free(&buf);
	return r;
}

const char *spy_enum_name(const struct spy_type *type, int32_t number)
{
	int index = spy_enum_find(type, number);

	return index < 0 ? "?" : type->values[index].name;
}
