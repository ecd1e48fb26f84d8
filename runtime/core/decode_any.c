/*
 * `any` in: a tree of 16-byte values in the arena. Objects are not looked into beyond their
 * name: the bytes are kept until someone asks for the type (spy_value_from_any()).
 */
#include <core/decoder.h>

static const struct spy_field any_key = {
	.type = &spy_any_type,
	.has = SPY_NO_HAS,
	.max = SPY_NO_MAX,
	.kind = SPY_KIND_ANY,
};

static const uint8_t *decode_number(struct spy_decoder *d, const uint8_t *at,
				    struct spy_any *any)
{
	bool large;

	if (*at == 0xca || *at == 0xcb) {
		any->kind = *at == 0xca ? SPY_ANY_FLOAT : SPY_ANY_DOUBLE;
		return spy_get_float(at, d->end, &any->number);
	}
	at = spy_get_int(at, d->end, &any->integer, &large);
	any->kind = large ? SPY_ANY_UINT : SPY_ANY_INT;
	return at;
}

static const uint8_t *decode_array(struct spy_decoder *d, const uint8_t *at,
				   struct spy_any *any)
{
	struct spy_any *items = NULL;
	uint32_t i;

	at = spy_get_array(at, d->end, &any->len);
	if (!at || !spy_decoder_enter(d))
		return NULL;
	if (any->len) {
		items = (struct spy_any *)spy_decoder_alloc(d, any->len * sizeof(*items));
		if (!items)
			return NULL;
	}
	for (i = 0; i < any->len; i++) {
		if (at == d->end || !(at = spy_decode_any(d, at, &items[i])))
			return NULL;
	}
	any->kind = SPY_ANY_ARRAY;
	any->items = items;
	d->depth--;
	return at;
}

static const uint8_t *decode_map(struct spy_decoder *d, const uint8_t *at,
				 struct spy_any *any)
{
	struct spy_any_entry *entries = NULL;
	struct spy_elements keys;
	uint32_t i;

	at = spy_get_map(at, d->end, &any->len);
	if (!at || !spy_decoder_enter(d))
		return NULL;
	if (any->len) {
		entries = (struct spy_any_entry *)spy_decoder_alloc(
			d, any->len * sizeof(*entries));
		if (!entries)
			return NULL;
	}
	for (i = 0; i < any->len; i++) {
		if (at == d->end || !(at = spy_decode_any(d, at, &entries[i].key)) ||
		    entries[i].key.kind >= SPY_ANY_ARRAY)
			return NULL;
		if (at == d->end || !(at = spy_decode_any(d, at, &entries[i].value)))
			return NULL;
	}
	keys = (struct spy_elements){ &any_key, (const char *)entries, sizeof(*entries),
				      any->len };
	if (any->len > 1 && !spy_decoder_unique(d, &keys))
		return NULL;
	any->kind = SPY_ANY_MAP;
	any->entries = entries;
	d->depth--;
	return at;
}

static bool decode_object(struct spy_decoder *d, const uint8_t *at, uint32_t len,
			  struct spy_any *any)
{
	struct spy_decoder inside = *d;
	struct spy_object *object;
	uint8_t *copy;
	uint32_t n;

	if (!len || d->depth >= SPY_NESTING_MAX)
		return false;
	object = (struct spy_object *)spy_decoder_alloc(d, sizeof(*object));
	if (!object)
		return false;
	*object = (struct spy_object){ .arena = d->arena };
	inside.end = at + len;
	at = spy_decode_text(&inside, at, &object->name, &n);
	if (!at) {
		d->error = inside.error;
		return false;
	}
	object->encoded.len = (size_t)(inside.end - at);
	/* never NULL: that it is there says that the object arrived */
	copy = (uint8_t *)spy_decoder_alloc(d, object->encoded.len + 1);
	if (!copy)
		return false;
	memcpy(copy, at, object->encoded.len);
	object->encoded.data = copy;
	any->kind = SPY_ANY_OBJECT;
	any->object = object;
	return true;
}

static bool decode_bigint(struct spy_decoder *d, const uint8_t *at, uint32_t len,
			  struct spy_any *any)
{
	struct spy_bytes digits = spy_bigint_shortest((struct spy_bytes){ at, len });

	any->kind = SPY_ANY_BIGINT;
	any->len = (uint32_t)digits.len;
	return len && spy_decode_body(d, digits.data, any->len, &any->bytes);
}

static const uint8_t *decode_ext(struct spy_decoder *d, const uint8_t *at,
				 struct spy_any *any)
{
	struct timespec time;
	uint32_t len;
	int8_t type;
	bool ok = false;

	at = spy_get_ext(at, d->end, &type, &len);
	if (!at)
		return NULL;
	switch (type) {
	case SPY_EXT_TIME:
		ok = spy_get_stamp(at, len, &time);
		if (ok) {
			any->kind = SPY_ANY_TIME;
			any->seconds = time.tv_sec;
			any->len = (uint32_t)time.tv_nsec;
		}
		break;
	case SPY_EXT_OBJECT:
		ok = decode_object(d, at, len, any);
		break;
	case SPY_EXT_UUID:
		any->kind = SPY_ANY_UUID;
		ok = len == sizeof(struct spy_uuid) &&
		     spy_decode_body(d, at, len, (const uint8_t **)&any->bytes);
		break;
	case SPY_EXT_BIGINT:
		ok = decode_bigint(d, at, len, any);
		break;
	}
	return ok ? at + len : NULL;
}

const uint8_t *spy_decode_any(struct spy_decoder *d, const uint8_t *at,
			      struct spy_any *any)
{
	struct spy_reader reader = { at, d->end };
	const uint8_t *next;

	*any = (struct spy_any){ .kind = SPY_ANY_NIL };
	switch (spy_read_peek(&reader)) {
	case SPY_WIRE_NIL:
		return at + 1;
	case SPY_WIRE_BOOL:
		any->kind = SPY_ANY_BOOL;
		any->boolean = *at & 1;
		return at + 1;
	case SPY_WIRE_INT:
	case SPY_WIRE_FLOAT:
		return decode_number(d, at, any);
	case SPY_WIRE_STR:
		any->kind = SPY_ANY_STRING;
		next = spy_decode_text(d, at, &any->string, &any->len);
		return any->len == SPY_STRLEN ? NULL : next;
	case SPY_WIRE_BIN:
		any->kind = SPY_ANY_BYTES;
		next = spy_get_bin(at, d->end, &any->len);
		if (!next || !spy_decode_body(d, next, any->len, &any->bytes))
			return NULL;
		return next + any->len;
	case SPY_WIRE_ARRAY:
		return decode_array(d, at, any);
	case SPY_WIRE_MAP:
		return decode_map(d, at, any);
	case SPY_WIRE_EXT:
		return decode_ext(d, at, any);
	case SPY_WIRE_NONE:
		break;
	}
	return NULL;
}

int spy_decode_object(const uint8_t *data, size_t len, struct spy_slice *name,
		      struct spy_slice *value)
{
	struct spy_reader reader = spy_reader(data, len);
	struct spy_slice body;
	int8_t type;

	if (spy_read_ext(&reader, &type, &body) || type != SPY_EXT_OBJECT ||
	    !spy_read_done(&reader))
		return SPY_EINVALID_ARGUMENT;
	reader = spy_reader(body.data, body.len);
	if (spy_read_str(&reader, name) || !spy_utf8_valid(name->data, name->len))
		return SPY_EINVALID_ARGUMENT;
	*value = (struct spy_slice){ reader.at, (size_t)(reader.end - reader.at) };
	return 0;
}
