/*
 * `any` and objects out. An object's length is known only when its value has been encoded:
 * that is put where it would stand behind the longest head, and moved up.
 */
#include <core/encoder.h>

/* The longest head of an extension: c9, four bytes of length, the type. */
#define EXT_HEAD_MAX 6

static const struct spy_field any_key = {
	.type = &spy_any_type,
	.has = SPY_NO_HAS,
	.max = SPY_NO_MAX,
	.kind = SPY_KIND_ANY,
};

/* The object's name; its value follows, then end_object(). */
static uint8_t *begin_object(struct spy_encoder *e, uint8_t *at, const char *name,
			     size_t *start)
{
	if (!name || !spy_encoder_enter(e))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	at = spy_encoder_room(e, at, EXT_HEAD_MAX);
	if (!at)
		return NULL;
	*start = (size_t)(at - e->buf->data);
	return spy_encode_text(e, at + EXT_HEAD_MAX, name, strlen(name), SPY_NO_MAX);
}

static uint8_t *end_object(struct spy_encoder *e, uint8_t *at, size_t start)
{
	uint8_t *head = e->buf->data + start, *body = head + EXT_HEAD_MAX;
	size_t n = (size_t)(at - body);

	if (n > UINT32_MAX)
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	head = spy_write_ext(head, n, SPY_EXT_OBJECT);
	memmove(head, body, n);
	e->depth--;
	return head + n;
}

static uint8_t *append(struct spy_encoder *e, uint8_t *at, const uint8_t *data,
		       size_t len)
{
	at = spy_encoder_room(e, at, len);
	if (!at)
		return NULL;
	memcpy(at, data, len);
	return at + len;
}

static uint8_t *encode_object(struct spy_encoder *e, uint8_t *at,
			      const struct spy_object *object)
{
	unsigned flags = e->flags;
	size_t start;

	at = begin_object(e, at, object->name, &start);
	if (!at)
		return NULL;
	if (object->encoded.data) {
		at = append(e, at, object->encoded.data, object->encoded.len);
	} else if (object->type) {
		e->flags &= ~(unsigned)SPY_ENCODE_BUS;
		at = spy_encode_typed(e, at, object->type, SPY_NO_MAX, object->value);
		e->flags = flags;
	} else {
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	}
	return at ? end_object(e, at, start) : NULL;
}

static uint8_t *encode_items(struct spy_encoder *e, uint8_t *at,
			     const struct spy_any *any)
{
	uint32_t i;

	if (!spy_encoder_enter(e))
		return NULL;
	at = spy_write_array(at, any->len);
	for (i = 0; i < any->len && at; i++)
		at = spy_encode_any(e, at, &any->items[i]);
	e->depth--;
	return at;
}

static bool is_scalar(enum spy_any_kind kind)
{
	return kind != SPY_ANY_ARRAY && kind != SPY_ANY_MAP && kind != SPY_ANY_OBJECT;
}

static uint8_t *encode_entries(struct spy_encoder *e, uint8_t *at,
			       const struct spy_any *any)
{
	struct spy_elements keys = { &any_key, (const char *)any->entries,
				     sizeof(*any->entries), any->len };
	uint32_t i;

	if (!spy_encoder_enter(e))
		return NULL;
	at = spy_write_map(at, any->len);
	for (i = 0; i < any->len && at; i++) {
		const struct spy_any_entry *entry = &any->entries[i];

		if (!is_scalar(entry->key.kind))
			return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
		at = spy_encode_any(e, at, &entry->key);
		if (at)
			at = spy_encode_any(e, at, &entry->value);
	}
	e->depth--;
	if (!at || any->len < 2)
		return at;
	return spy_encoder_unique(e, at, &keys);
}

uint8_t *spy_encode_any(struct spy_encoder *e, uint8_t *at, const struct spy_any *any)
{
	at = spy_encoder_room(e, at, 0);
	if (!at)
		return NULL;
	switch (any->kind) {
	case SPY_ANY_NIL:
		*at++ = 0xc0;
		return at;
	case SPY_ANY_BOOL:
		return spy_write_bool(at, any->boolean);
	case SPY_ANY_INT:
		return spy_write_int64(at, any->integer);
	case SPY_ANY_UINT:
		return spy_write_uint64(at, any->natural);
	case SPY_ANY_FLOAT:
		if (!spy_fits_float(any->number))
			break;
		return spy_write_float(at, (float)any->number);
	case SPY_ANY_DOUBLE:
		return spy_write_double(at, any->number);
	case SPY_ANY_STRING: {
		size_t n = any->len;

		if (!any->string)
			break;
		if (n == SPY_STRLEN)
			n = strlen(any->string);
		return spy_encode_text(e, at, any->string, n, SPY_NO_MAX);
	}
	case SPY_ANY_BYTES:
		return spy_encode_bytes(e, at, (struct spy_bytes){ any->bytes, any->len },
					SPY_NO_MAX);
	case SPY_ANY_TIME:
		return spy_encode_time(e, at, any->seconds, any->len);
	case SPY_ANY_UUID:
		return spy_encode_uuid(at, any->uuid);
	case SPY_ANY_BIGINT:
		return spy_encode_bigint(e, at,
					 (struct spy_bytes){ any->bytes, any->len });
	case SPY_ANY_ARRAY:
		return encode_items(e, at, any);
	case SPY_ANY_MAP:
		return encode_entries(e, at, any);
	case SPY_ANY_OBJECT:
		return encode_object(e, at, any->object);
	}
	return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
}

int spy_encode_object(struct spy_buf *buf, const struct spy_type *type, const void *value,
		      unsigned flags)
{
	struct spy_encoder e;
	size_t mark = buf->len;
	uint8_t *at = spy_encoder_start(&e, buf, flags);
	size_t start;

	if (at)
		at = begin_object(&e, at, type->name, &start);
	if (at)
		at = spy_encode_typed(&e, at, type, SPY_NO_MAX, value);
	if (at)
		at = end_object(&e, at, start);
	return spy_encoder_finish(&e, mark, at);
}

int spy_encode_object_slice(struct spy_buf *buf, const char *name, const uint8_t *data,
			    size_t len)
{
	struct spy_encoder e;
	size_t mark = buf->len;
	uint8_t *at = spy_encoder_start(&e, buf, 0);
	size_t start;

	if (at)
		at = begin_object(&e, at, name, &start);
	if (at)
		at = append(&e, at, data, len);
	if (at)
		at = end_object(&e, at, start);
	return spy_encoder_finish(&e, mark, at);
}
