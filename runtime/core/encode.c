/*
 * The encoder: one function with a case per kind, driven by the tables. The write position
 * travels in a register from call to call; struct spy_encoder holds what changes rarely.
 *
 * Invariant: on entry to encode_value() at least SPY_PACK_MAX bytes are free at `at`, so
 * fixed-size values and heads are put without asking; only bodies ask. Read encode_any.c
 * for `any` and objects.
 */
#include <core/encoder.h>
#include <core/uri.h>
#include <core/utf8.h>

uint8_t *spy_encoder_grow(struct spy_encoder *e, uint8_t *at, size_t n)
{
	e->buf->len = (size_t)(at - e->buf->data);
	if (!spy_buf_grow(e->buf, n))
		return spy_encoder_fail(e, SPY_ENOMEM);
	e->end = e->buf->data + e->buf->cap;
	return e->buf->data + e->buf->len;
}

uint8_t *spy_encode_text(struct spy_encoder *e, uint8_t *at, const char *text, size_t n,
			 uint32_t max)
{
	if (SPY_UNLIKELY(n > max || n >= UINT32_MAX))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	at = spy_encoder_room(e, at, n + SPY_PACK_MAX);
	if (!at)
		return NULL;
	spy_put_str(&at, n);
	if (SPY_UNLIKELY(!spy_copy_ascii(at, text, n)) && !spy_utf8_valid(text, n))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	return at + n;
}

uint8_t *spy_encode_bytes(struct spy_encoder *e, uint8_t *at, struct spy_bytes bytes,
			  uint32_t max)
{
	if (bytes.len > max || bytes.len > UINT32_MAX)
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	at = spy_encoder_room(e, at, bytes.len + SPY_PACK_MAX);
	if (!at)
		return NULL;
	spy_put_bin(&at, bytes.len);
	if (bytes.len)
		memcpy(at, bytes.data, bytes.len);
	return at + bytes.len;
}

uint8_t *spy_encode_time(struct spy_encoder *e, uint8_t *at, int64_t seconds,
			 uint64_t nanoseconds)
{
	msgpack_timestamp stamp = { seconds, (uint32_t)nanoseconds };

	if (nanoseconds > 999999999)
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	spy_put_timestamp(&at, &stamp);
	return at;
}

uint8_t *spy_encode_uuid(uint8_t *at, const struct spy_uuid *uuid)
{
	spy_put_ext(&at, sizeof(uuid->bytes), SPY_EXT_UUID);
	memcpy(at, uuid->bytes, sizeof(uuid->bytes));
	return at + sizeof(uuid->bytes);
}

uint8_t *spy_encode_bigint(struct spy_encoder *e, uint8_t *at, struct spy_bytes digits)
{
	digits = spy_bigint_shortest(digits);
	if (!digits.len || digits.len > UINT32_MAX)
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	at = spy_encoder_room(e, at, digits.len + SPY_PACK_MAX);
	if (!at)
		return NULL;
	spy_put_ext(&at, digits.len, SPY_EXT_BIGINT);
	memcpy(at, digits.data, digits.len);
	return at + digits.len;
}

bool spy_encoder_unique(struct spy_encoder *e, uint8_t **at,
			const struct spy_elements *elements)
{
	size_t slots = spy_unique_slots(elements->count);
	uint32_t *table = NULL;

	if (slots) {
		/* the free end of the buffer serves as the table */
		*at = spy_encoder_room(e, *at,
				       (slots + 1) * sizeof(*table) + SPY_PACK_MAX);
		if (!*at)
			return false;
		table = (uint32_t *)(((uintptr_t)*at + 3) & ~(uintptr_t)3);
	}
	if (spy_unique_check(elements, table, (uintptr_t)e) == elements->count)
		return true;
	spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	return false;
}

static uint8_t *encode_value(struct spy_encoder *e, uint8_t *at, unsigned kind,
			     const struct spy_type *type, uint32_t max,
			     const void *value);

static inline uint8_t *encode_field(struct spy_encoder *e, uint8_t *at,
				    const struct spy_field *field, const void *base)
{
	const void *value = spy_field_at(field, base);

	at = spy_encoder_room(e, at, SPY_PACK_MAX);
	if (SPY_UNLIKELY(!at))
		return NULL;
	if (!value) {
		if (!(field->flags & SPY_FIELD_NULLABLE))
			return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
		*at++ = 0xc0;
		return at;
	}
	return encode_value(e, at, field->kind, field->type, field->max, value);
}

/* The fields that are server-only, or those that are not, as an array. */
static uint8_t *encode_fields(struct spy_encoder *e, uint8_t *at,
			      const struct spy_type *type, const void *value,
			      unsigned server, unsigned count)
{
	const struct spy_field *field = type->fields, *end = field + type->count;

	at = spy_encoder_room(e, at, SPY_PACK_MAX);
	if (!at || !spy_encoder_enter(e))
		return NULL;
	spy_put_array(&at, count);
	for (; field < end; field++) {
		if (SPY_UNLIKELY(field->flags &
				 (SPY_FIELD_SERVER | SPY_FIELD_RESERVED))) {
			if ((field->flags & SPY_FIELD_SERVER) != server)
				continue;
			if (field->flags & SPY_FIELD_RESERVED) {
				at = spy_encoder_room(e, at, SPY_PACK_MAX);
				if (!at)
					return NULL;
				*at++ = 0xc0;
				continue;
			}
		} else if (SPY_UNLIKELY(server)) {
			continue;
		}
		at = encode_field(e, at, field, value);
		if (SPY_UNLIKELY(!at))
			return NULL;
	}
	e->depth--;
	return at;
}

static uint8_t *encode_model(struct spy_encoder *e, uint8_t *at,
			     const struct spy_type *type, const void *value)
{
	unsigned server = spy_server_fields(type);

	if (!(e->flags & SPY_ENCODE_BUS)) {
		/* a whole declaration that never leaves the server */
		if (SPY_UNLIKELY(type->flags & SPY_TYPE_SERVER))
			return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	} else if (server) {
		if (!spy_encoder_enter(e))
			return NULL;
		spy_put_array(&at, 2);
		at = encode_fields(e, at, type, value, 0, type->count - server);
		if (at)
			at = encode_fields(e, at, type, value, SPY_FIELD_SERVER, server);
		e->depth--;
		return at;
	}
	return encode_fields(e, at, type, value, 0, type->count - server);
}

static uint8_t *encode_union(struct spy_encoder *e, uint8_t *at,
			     const struct spy_type *type, const void *value)
{
	const struct spy_type *member;
	int32_t number;

	memcpy(&number, value, sizeof(number));
	if (number < 0 || number >= type->count || !spy_encoder_enter(e))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	member = type->members[number];
	spy_put_array(&at, 2);
	spy_put_int64(&at, number);
	at = spy_encoder_room(e, at, SPY_PACK_MAX);
	if (!at)
		return NULL;
	at = encode_value(e, at, member->kind, member, SPY_NO_MAX,
			  (const char *)value + type->offset);
	e->depth--;
	return at;
}

static uint8_t *encode_list(struct spy_encoder *e, uint8_t *at, unsigned kind,
			    const struct spy_type *type, uint32_t max, const void *value)
{
	const struct spy_list *list = (const struct spy_list *)value;
	const struct spy_field *field = type->fields;
	const char *item = (const char *)list->items;
	size_t i;

	if (list->len > max || list->len > UINT32_MAX)
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	if (!spy_encoder_enter(e))
		return NULL;
	if (kind == SPY_KIND_MAP)
		spy_put_map(&at, list->len);
	else
		spy_put_array(&at, list->len);
	for (i = 0; i < list->len; i++, item += type->stride) {
		at = encode_field(e, at, field, item);
		if (at && kind == SPY_KIND_MAP)
			at = encode_field(e, at, field + 1, item);
		if (SPY_UNLIKELY(!at))
			return NULL;
	}
	e->depth--;
	if (kind != SPY_KIND_LIST && list->len > 1) {
		struct spy_elements elements = { field, (const char *)list->items,
						 type->stride, list->len };

		if (!spy_encoder_unique(e, &at, &elements))
			return NULL;
	}
	return at;
}

static uint8_t *encode_value(struct spy_encoder *e, uint8_t *at, unsigned kind,
			     const struct spy_type *type, uint32_t max, const void *value)
{
	switch ((enum spy_kind)kind) {
	case SPY_KIND_BOOL:
		spy_put_bool(&at, *(const bool *)value);
		return at;
	case SPY_KIND_INT8:
		spy_put_int64(&at, *(const int8_t *)value);
		return at;
	case SPY_KIND_INT16:
		spy_put_int64(&at, *(const int16_t *)value);
		return at;
	case SPY_KIND_INT32:
		spy_put_int32(&at, *(const int32_t *)value);
		return at;
	case SPY_KIND_INT64:
	case SPY_KIND_DURATION:
		spy_put_int64(&at, *(const int64_t *)value);
		return at;
	case SPY_KIND_UINT8:
		spy_put_uint64(&at, *(const uint8_t *)value);
		return at;
	case SPY_KIND_UINT16:
		spy_put_uint64(&at, *(const uint16_t *)value);
		return at;
	case SPY_KIND_UINT32:
		spy_put_uint64(&at, *(const uint32_t *)value);
		return at;
	case SPY_KIND_UINT64:
		spy_put_uint64(&at, *(const uint64_t *)value);
		return at;
	case SPY_KIND_FLOAT:
		spy_put_float(&at, *(const float *)value);
		return at;
	case SPY_KIND_DOUBLE:
		spy_put_double(&at, *(const double *)value);
		return at;
	case SPY_KIND_STRING:
	case SPY_KIND_URI: {
		const char *text = *(const char *const *)value;
		size_t n = strlen(text);

		if (kind == SPY_KIND_URI && !spy_uri_valid(text, n))
			return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
		return spy_encode_text(e, at, text, n, max);
	}
	case SPY_KIND_BYTES:
		return spy_encode_bytes(e, at, *(const struct spy_bytes *)value, max);
	case SPY_KIND_TIME: {
		const struct timespec *time = (const struct timespec *)value;

		return spy_encode_time(e, at, time->tv_sec, (uint64_t)time->tv_nsec);
	}
	case SPY_KIND_UUID:
		return spy_encode_uuid(at, (const struct spy_uuid *)value);
	case SPY_KIND_BIGINT: {
		const struct spy_bigint *big = (const struct spy_bigint *)value;

		return spy_encode_bigint(e, at,
					 (struct spy_bytes){ big->data, big->len });
	}
	case SPY_KIND_ANY:
		return spy_encode_any(e, at, (const struct spy_any *)value);
	case SPY_KIND_ENUM: {
		int32_t number;

		memcpy(&number, value, sizeof(number));
		if (spy_enum_find(type, number) < 0)
			return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
		spy_put_int32(&at, number);
		return at;
	}
	case SPY_KIND_LIST:
	case SPY_KIND_SET:
	case SPY_KIND_MAP:
		return encode_list(e, at, kind, type, max, value);
	case SPY_KIND_TUPLE:
	case SPY_KIND_MODEL:
		return encode_model(e, at, type, value);
	case SPY_KIND_UNION:
		return encode_union(e, at, type, value);
	}
	return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
}

uint8_t *spy_encode_typed(struct spy_encoder *e, uint8_t *at, const struct spy_type *type,
			  uint32_t max, const void *value)
{
	at = spy_encoder_room(e, at, SPY_PACK_MAX);
	if (!at)
		return NULL;
	if (!value || (spy_kind_is_text(type->kind) && !*(const char *const *)value))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	return encode_value(e, at, type->kind, type, max, value);
}

uint8_t *spy_encoder_start(struct spy_encoder *e, struct spy_buf *buf, unsigned flags)
{
	*e = (struct spy_encoder){
		.buf = buf, .mark = buf->len, .flags = flags, .failed = buf->failed
	};
	e->end = buf->data + buf->cap;
	return buf->data ? buf->data + buf->len : spy_encoder_grow(e, NULL, SPY_PACK_MAX);
}

int spy_encoder_finish(struct spy_encoder *e, const uint8_t *at)
{
	if (SPY_LIKELY(at != NULL)) {
		e->buf->len = (size_t)(at - e->buf->data);
		return 0;
	}
	e->buf->len = e->mark;
	e->buf->failed = e->failed;
	return e->error;
}

int spy_encode(struct spy_buf *buf, const struct spy_field *item, const void *box,
	       unsigned flags)
{
	struct spy_encoder e;
	uint8_t *at;

	if (item->flags & SPY_FIELD_NULLABLE &&
	    (!box || (spy_kind_is_text(item->kind) && !*(const char *const *)box))) {
		at = spy_encoder_start(&e, buf, flags);
		if (at)
			at = spy_encoder_room(&e, at, SPY_PACK_MAX);
		if (at)
			*at++ = 0xc0;
		return spy_encoder_finish(&e, at);
	}
	at = spy_encoder_start(&e, buf, flags);
	if (at)
		at = spy_encode_typed(&e, at, item->type, item->max, box);
	return spy_encoder_finish(&e, at);
}

int spy_encode_type(struct spy_buf *buf, const struct spy_type *type, const void *value,
		    unsigned flags)
{
	struct spy_encoder e;
	uint8_t *at = spy_encoder_start(&e, buf, flags);

	if (at)
		at = spy_encode_typed(&e, at, type, SPY_NO_MAX, value);
	return spy_encoder_finish(&e, at);
}
