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
	if (!spy_buf_grow(e->buf, n + SPY_PACK_MAX))
		return spy_encoder_fail(e, SPY_ENOMEM);
	e->limit = e->buf->data + e->buf->cap - SPY_PACK_MAX;
	return e->buf->data + e->buf->len;
}

uint8_t *spy_encode_bytes(struct spy_encoder *e, uint8_t *at, struct spy_bytes bytes,
			  uint32_t max)
{
	if (bytes.len > max || bytes.len > UINT32_MAX)
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	at = spy_encoder_room(e, at, bytes.len + SPY_PACK_MAX);
	if (!at)
		return NULL;
	at = spy_write_bin(at, bytes.len);
	if (bytes.len)
		memcpy(at, bytes.data, bytes.len);
	return at + bytes.len;
}

uint8_t *spy_encode_time(struct spy_encoder *e, uint8_t *at, int64_t seconds,
			 uint64_t nanoseconds)
{
	if (nanoseconds > 999999999)
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	return spy_write_time(at, seconds, (uint32_t)nanoseconds);
}

uint8_t *spy_encode_uuid(uint8_t *at, const struct spy_uuid *uuid)
{
	at = spy_write_ext(at, sizeof(uuid->bytes), SPY_EXT_UUID);
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
	at = spy_write_ext(at, digits.len, SPY_EXT_BIGINT);
	memcpy(at, digits.data, digits.len);
	return at + digits.len;
}

uint8_t *spy_encoder_unique(struct spy_encoder *e, uint8_t *at,
			    const struct spy_elements *elements)
{
	size_t slots = spy_unique_slots(elements->count);
	uint32_t *table = NULL;

	if (slots) {
		/* the free end of the buffer serves as the table */
		at = spy_encoder_room(e, at, (slots + 1) * sizeof(*table));
		if (!at)
			return NULL;
		table = (uint32_t *)(((uintptr_t)at + 3) & ~(uintptr_t)3);
	}
	if (spy_unique_check(elements, table, (uintptr_t)e) < elements->count)
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	return at;
}

static uint8_t *encode_list(struct spy_encoder *e, uint8_t *at, unsigned kind,
			    const struct spy_type *type, uint32_t max, const void *value);
static uint8_t *encode_model(struct spy_encoder *e, uint8_t *at,
			     const struct spy_type *type, const void *value);

static uint8_t *encode_uri(struct spy_encoder *e, uint8_t *at, const char *text,
			   uint32_t max)
{
	size_t n = text ? strlen(text) : 0;

	if (!text || !spy_uri_valid(text, n))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	return spy_encode_text(e, at, text, n, max);
}

static uint8_t *encode_union(struct spy_encoder *e, uint8_t *at,
			     const struct spy_type *type, const void *value)
{
	int32_t number = *(const int32_t *)value;

	if (number < 0 || number >= type->count || !spy_encoder_enter(e))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	at = spy_write_array(at, 2);
	at = spy_write_int64(at, number);
	at = spy_encode_typed(e, at, type->members[number], SPY_NO_MAX,
			      (const char *)value + type->offset);
	e->depth--;
	return at;
}

/* What is not in the inner loops. */
static __attribute__((noinline)) uint8_t *encode_other(struct spy_encoder *e, uint8_t *at,
						       unsigned kind,
						       const struct spy_type *type,
						       uint32_t max, const void *value)
{
	const struct spy_bytes *bytes = (const struct spy_bytes *)value;

	switch ((enum spy_kind)kind) {
	case SPY_KIND_URI:
		return encode_uri(e, at, *(const char *const *)value, max);
	case SPY_KIND_BYTES:
		return spy_encode_bytes(e, at, *bytes, max);
	case SPY_KIND_UUID:
		return spy_encode_uuid(at, (const struct spy_uuid *)value);
	case SPY_KIND_BIGINT:
		return spy_encode_bigint(e, at, *bytes);
	case SPY_KIND_ANY:
		return spy_encode_any(e, at, (const struct spy_any *)value);
	case SPY_KIND_UNION:
		return encode_union(e, at, type, value);
	default:
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	}
}

/* The switch of the inner loops, inlined into each of them: a call per number would cost
 * more than the number. */
static inline __attribute__((always_inline)) uint8_t *
encode_value(struct spy_encoder *e, uint8_t *at, unsigned kind,
	     const struct spy_type *type, uint32_t max, const void *value)
{
	switch ((enum spy_kind)kind) {
	case SPY_KIND_BOOL:
		return spy_write_bool(at, *(const bool *)value);
	case SPY_KIND_INT8:
		return spy_write_int64(at, *(const int8_t *)value);
	case SPY_KIND_INT16:
		return spy_write_int64(at, *(const int16_t *)value);
	case SPY_KIND_INT32:
		return spy_write_int64(at, *(const int32_t *)value);
	case SPY_KIND_INT64:
	case SPY_KIND_DURATION:
		return spy_write_int64(at, *(const int64_t *)value);
	case SPY_KIND_UINT8:
		return spy_write_int64(at, *(const uint8_t *)value);
	case SPY_KIND_UINT16:
		return spy_write_int64(at, *(const uint16_t *)value);
	case SPY_KIND_UINT32:
		return spy_write_int64(at, *(const uint32_t *)value);
	case SPY_KIND_UINT64:
		return spy_write_uint64(at, *(const uint64_t *)value);
	case SPY_KIND_FLOAT:
		return spy_write_float(at, *(const float *)value);
	case SPY_KIND_DOUBLE:
		return spy_write_double(at, *(const double *)value);
	case SPY_KIND_STRING: {
		const char *text = *(const char *const *)value;

		if (SPY_UNLIKELY(!text))
			return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
		return spy_encode_text(e, at, text, strlen(text), max);
	}
	case SPY_KIND_TIME: {
		const struct timespec *time = (const struct timespec *)value;

		return spy_encode_time(e, at, time->tv_sec, (uint64_t)time->tv_nsec);
	}
	case SPY_KIND_ENUM:
		if (spy_enum_find(type, *(const int32_t *)value) < 0)
			return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
		return spy_write_int64(at, *(const int32_t *)value);
	case SPY_KIND_LIST:
	case SPY_KIND_SET:
	case SPY_KIND_MAP:
		return encode_list(e, at, kind, type, max, value);
	case SPY_KIND_TUPLE:
	case SPY_KIND_MODEL:
		return encode_model(e, at, type, value);
	default:
		return encode_other(e, at, kind, type, max, value);
	}
}

static inline uint8_t *encode_nil(struct spy_encoder *e, uint8_t *at,
				  const struct spy_field *field)
{
	if (!(field->flags & SPY_FIELD_NULLABLE))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	*at = 0xc0;
	return at + 1;
}

static inline __attribute__((always_inline)) uint8_t *
encode_field(struct spy_encoder *e, uint8_t *at, const struct spy_field *field,
	     const void *base)
{
	const void *value = (const char *)base + field->offset;

	at = spy_encoder_room(e, at, 0);
	if (SPY_UNLIKELY(!at))
		return NULL;
	if (field->flags & (SPY_FIELD_NULLABLE | SPY_FIELD_POINTER)) {
		value = spy_field_at(field, base);
		if (!value)
			return encode_nil(e, at, field);
	}
	return encode_value(e, at, field->kind, field->type, field->max, value);
}

/* The same where speed is not worth the size. */
static __attribute__((noinline)) uint8_t *encode_one(struct spy_encoder *e, uint8_t *at,
						     const struct spy_field *field,
						     const void *base)
{
	if (!(field->flags & SPY_FIELD_RESERVED))
		return encode_field(e, at, field, base);
	at = spy_encoder_room(e, at, 0);
	if (at)
		*at++ = 0xc0;
	return at;
}

/* The second part of a model that has server-only fields, on the bus. */
static uint8_t *encode_server_fields(struct spy_encoder *e, uint8_t *at,
				     const struct spy_type *type, const void *value,
				     unsigned count)
{
	unsigned i;

	at = spy_encoder_room(e, at, 0);
	if (!at || !spy_encoder_enter(e))
		return NULL;
	at = spy_write_array(at, count);
	for (i = 0; i < type->count && at; i++)
		if (type->fields[i].flags & SPY_FIELD_SERVER)
			at = encode_one(e, at, &type->fields[i], value);
	e->depth--;
	return at;
}

static uint8_t *encode_model(struct spy_encoder *e, uint8_t *at,
			     const struct spy_type *type, const void *value)
{
	const struct spy_field *field = type->fields, *end = field + type->count;
	unsigned server = 0;
	bool pair = false;

	if (SPY_UNLIKELY(type->flags & (SPY_TYPE_SERVER | SPY_TYPE_HOLDS_SERVER))) {
		/* a whole declaration that never leaves the server */
		if (type->flags & SPY_TYPE_SERVER && !(e->flags & SPY_ENCODE_BUS))
			return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
		server = spy_server_fields(type);
		pair = server && e->flags & SPY_ENCODE_BUS;
	}
	if (pair) {
		if (!spy_encoder_enter(e))
			return NULL;
		at = spy_write_array(at, 2);
	}
	if (!spy_encoder_enter(e))
		return NULL;
	at = spy_write_array(at, type->count - server);
	for (; field < end; field++) {
		if (SPY_LIKELY(!(field->flags & (SPY_FIELD_SERVER | SPY_FIELD_RESERVED))))
			at = encode_field(e, at, field, value);
		else if (!(field->flags & SPY_FIELD_SERVER))
			at = encode_one(e, at, field, value);
		if (SPY_UNLIKELY(!at))
			return NULL;
	}
	e->depth--;
	if (pair) {
		at = encode_server_fields(e, at, type, value, server);
		e->depth--;
	}
	return at;
}

/* The items of a list of integers, with nothing around each. */
#define ENCODE_INTEGERS(c_type)                                             \
	for (i = 0; i < list->len; i++) {                                   \
		at = spy_encoder_room(e, at, 0);                            \
		if (SPY_UNLIKELY(!at))                                      \
			return NULL;                                        \
		at = spy_write_int64(at, ((const c_type *)list->items)[i]); \
	}                                                                   \
	return at

static uint8_t *encode_items(struct spy_encoder *e, uint8_t *at,
			     const struct spy_type *type, const struct spy_list *list)
{
	const struct spy_field *field = type->fields;
	const char *item = (const char *)list->items;
	size_t i;

	if (!(field->flags & SPY_FIELD_NULLABLE)) {
		if (field->kind == SPY_KIND_INT32) {
			ENCODE_INTEGERS(int32_t);
		}
		if (field->kind == SPY_KIND_INT64) {
			ENCODE_INTEGERS(int64_t);
		}
	}
	for (i = 0; i < list->len; i++, item += type->stride) {
		at = encode_field(e, at, field, item);
		if (SPY_UNLIKELY(!at))
			return NULL;
	}
	return at;
}

static uint8_t *encode_entries(struct spy_encoder *e, uint8_t *at,
			       const struct spy_type *type, const struct spy_list *list)
{
	const char *item = (const char *)list->items;
	size_t i;

	for (i = 0; i < list->len && at; i++, item += type->stride) {
		at = encode_one(e, at, type->fields, item);
		if (at)
			at = encode_one(e, at, type->fields + 1, item);
	}
	return at;
}

static uint8_t *encode_list(struct spy_encoder *e, uint8_t *at, unsigned kind,
			    const struct spy_type *type, uint32_t max, const void *value)
{
	const struct spy_list *list = (const struct spy_list *)value;

	if (SPY_UNLIKELY(list->len > max || list->len > UINT32_MAX))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	if (!spy_encoder_enter(e))
		return NULL;
	if (kind == SPY_KIND_MAP)
		at = encode_entries(e, spy_write_map(at, list->len), type, list);
	else
		at = encode_items(e, spy_write_array(at, list->len), type, list);
	e->depth--;
	if (at && kind != SPY_KIND_LIST && list->len > 1) {
		struct spy_elements elements = { type->fields, (const char *)list->items,
						 type->stride, list->len };

		return spy_encoder_unique(e, at, &elements);
	}
	return at;
}

uint8_t *spy_encode_typed(struct spy_encoder *e, uint8_t *at, const struct spy_type *type,
			  uint32_t max, const void *value)
{
	at = spy_encoder_room(e, at, 0);
	if (!at)
		return NULL;
	if (!value)
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	if (type->kind == SPY_KIND_MODEL || type->kind == SPY_KIND_TUPLE)
		return encode_model(e, at, type, value);
	return encode_value(e, at, type->kind, type, max, value);
}

uint8_t *spy_encoder_start(struct spy_encoder *e, struct spy_buf *buf, unsigned flags)
{
	*e = (struct spy_encoder){
		.buf = buf, .mark = buf->len, .flags = flags, .failed = buf->failed
	};
	if (SPY_UNLIKELY(buf->cap - buf->len < SPY_PACK_MAX) &&
	    !spy_buf_grow(buf, SPY_PACK_MAX))
		return spy_encoder_fail(e, SPY_ENOMEM);
	e->limit = buf->data + buf->cap - SPY_PACK_MAX;
	return buf->data + buf->len;
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
			at = spy_encoder_room(&e, at, 0);
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
