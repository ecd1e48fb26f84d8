/*
 * The encoder: one function with a case per kind, driven by the tables. The write position
 * travels in a register from call to call; struct spy_encoder holds what changes rarely.
 *
 * Invariant: where a value is to be written at least SPY_PACK_MAX bytes are free at `at`,
 * so fixed-size values and heads are put without asking; only bodies ask. Read encode_any.c
 * for `any` and objects.
 */
#include <core/encoder.h>
#include <core/uri.h>
#include <core/utf8.h>

uint8_t *spy_encoder_grow(struct spy_encoder *e, uint8_t *at, size_t n)
{
	bool failed = e->buf->failed;

	e->buf->len = (size_t)(at - e->buf->data);
	if (!spy_buf_grow(e->buf, n + SPY_PACK_MAX)) {
		e->buf->failed = failed;
		return spy_encoder_fail(e, SPY_ENOMEM);
	}
	e->limit = e->buf->data + e->buf->cap - SPY_PACK_MAX;
	return e->buf->data + e->buf->len;
}

uint8_t *spy_encode_bytes(struct spy_encoder *e, uint8_t *at, struct spy_bytes bytes,
			  uint32_t max)
{
	if (bytes.len > max)
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

static uint8_t *encode_list(struct spy_encoder *e, uint8_t *at,
			    const struct spy_type *type, uint32_t max,
			    const struct spy_list *list);
static uint8_t *encode_set(struct spy_encoder *e, uint8_t *at,
			   const struct spy_type *type, uint32_t max,
			   const struct spy_list *list);
static uint8_t *encode_map(struct spy_encoder *e, uint8_t *at,
			   const struct spy_type *type, uint32_t max,
			   const struct spy_list *list);
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

/* The kinds that are not in the inner loops. */
static __attribute__((noinline)) uint8_t *encode_other(struct spy_encoder *e, uint8_t *at,
						       const struct spy_field *field,
						       const void *value)
{
	const struct spy_bytes *bytes = (const struct spy_bytes *)value;
	const struct spy_list *list = (const struct spy_list *)value;

	switch ((enum spy_kind)field->kind) {
	case SPY_KIND_URI:
		return encode_uri(e, at, *(const char *const *)value, field->max);
	case SPY_KIND_BYTES:
		return spy_encode_bytes(e, at, *bytes, field->max);
	case SPY_KIND_UUID:
		return spy_encode_uuid(at, (const struct spy_uuid *)value);
	case SPY_KIND_BIGINT:
		return spy_encode_bigint(e, at, *bytes);
	case SPY_KIND_ANY:
		return spy_encode_any(e, at, (const struct spy_any *)value);
	case SPY_KIND_SET:
		return encode_set(e, at, field->type, field->max, list);
	case SPY_KIND_MAP:
		return encode_map(e, at, field->type, field->max, list);
	case SPY_KIND_UNION:
		return encode_union(e, at, field->type, value);
	default:
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	}
}

static inline __attribute__((always_inline)) uint8_t *
encode_time(struct spy_encoder *e, uint8_t *at, const struct timespec *time)
{
	uint64_t seconds = (uint64_t)time->tv_sec, nanoseconds = (uint64_t)time->tv_nsec;
	uint64_t stamp = nanoseconds << 34 | seconds;

	/* all but those of whole seconds and of other centuries */
	if (SPY_LIKELY(nanoseconds - 1 < 999999999 && seconds >> 34 == 0)) {
		at[0] = 0xd7;
		at[1] = 0xff;
		_msgpack_store64(at + 2, stamp);
		return at + 10;
	}
	return spy_encode_time(e, at, time->tv_sec, nanoseconds);
}

/* The switch of the inner loops, inlined into each of them: a call per number would cost
 * more than the number. */
static inline __attribute__((always_inline)) uint8_t *
encode_value(struct spy_encoder *e, uint8_t *at, unsigned kind,
	     const struct spy_field *field, const void *value)
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
		return spy_encode_text(e, at, text, strlen(text), field->max);
	}
	case SPY_KIND_TIME:
		return encode_time(e, at, (const struct timespec *)value);
	case SPY_KIND_ENUM:
		if (SPY_UNLIKELY(spy_enum_find(field->type, *(const int32_t *)value) < 0))
			return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
		return spy_write_int64(at, *(const int32_t *)value);
	case SPY_KIND_LIST:
		return encode_list(e, at, field->type, field->max,
				   (const struct spy_list *)value);
	case SPY_KIND_TUPLE:
	case SPY_KIND_MODEL:
		return encode_model(e, at, field->type, value);
	case SPY_KIND_URI:
	case SPY_KIND_BYTES:
	case SPY_KIND_UUID:
	case SPY_KIND_BIGINT:
	case SPY_KIND_ANY:
	case SPY_KIND_SET:
	case SPY_KIND_MAP:
	case SPY_KIND_UNION:
		return encode_other(e, at, field, value);
	}
	__builtin_unreachable(); /* tables are not input */
}

#define SPECIAL \
	(SPY_FIELD_NULLABLE | SPY_FIELD_POINTER | SPY_FIELD_SERVER | SPY_FIELD_RESERVED)

/* The switch where speed is not worth its size. */
static __attribute__((noinline)) uint8_t *encode_kind(struct spy_encoder *e, uint8_t *at,
						      const struct spy_field *field,
						      const void *value)
{
	return encode_value(e, at, field->kind, field, value);
}

/* A field that may be nil or is reserved. */
static uint8_t *encode_special(struct spy_encoder *e, uint8_t *at,
			       const struct spy_field *field, const void *base)
{
	const void *value = NULL;

	if (!(field->flags & SPY_FIELD_RESERVED))
		value = spy_field_at(field, base);
	if (value)
		return encode_kind(e, at, field, value);
	if (!(field->flags & (SPY_FIELD_NULLABLE | SPY_FIELD_RESERVED)))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	*at = 0xc0;
	return at + 1;
}

static inline __attribute__((always_inline)) uint8_t *
encode_field(struct spy_encoder *e, uint8_t *at, const struct spy_field *field,
	     const void *base)
{
	at = spy_encoder_room(e, at, 0);
	if (SPY_UNLIKELY(!at))
		return NULL;
	if (field->flags & SPECIAL)
		return encode_special(e, at, field, base);
	return encode_value(e, at, field->kind, field,
			    (const char *)base + field->offset);
}

/* A model that has server-only fields, or is server-only as a whole: as two arrays on the
 * bus, without them elsewhere. */
static __attribute__((noinline)) uint8_t *encode_guarded(struct spy_encoder *e,
							 uint8_t *at,
							 const struct spy_type *type,
							 const void *value)
{
	unsigned server = spy_server_fields(type), half, i;
	bool bus = e->flags & SPY_ENCODE_BUS;

	if (!bus && type->flags & SPY_TYPE_SERVER)
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	if (bus && server) {
		if (!spy_encoder_enter(e))
			return NULL;
		at = spy_write_array(at, 2);
	}
	for (half = 0; half <= (bus && server); half++) {
		at = spy_encoder_room(e, at, 0);
		if (!at || !spy_encoder_enter(e))
			return NULL;
		at = spy_write_array(at, half ? server : type->count - server);
		for (i = 0; i < type->count; i++) {
			const struct spy_field *field = &type->fields[i];

			if (!!(field->flags & SPY_FIELD_SERVER) != (half == 1))
				continue;
			at = spy_encoder_room(e, at, 0);
			if (at)
				at = encode_special(e, at, field, value);
			if (!at)
				return NULL;
		}
		e->depth--;
	}
	e->depth -= bus && server;
	return at;
}

static uint8_t *encode_model(struct spy_encoder *e, uint8_t *at,
			     const struct spy_type *type, const void *value)
{
	const struct spy_field *field = type->fields, *end = field + type->count;

	if (SPY_UNLIKELY(type->flags & (SPY_TYPE_SERVER | SPY_TYPE_HOLDS_SERVER)))
		return encode_guarded(e, at, type, value);
	if (SPY_UNLIKELY(!spy_encoder_enter(e)))
		return NULL;
	at = spy_write_array(at, type->count);
	for (; field < end; field++) {
		at = encode_field(e, at, field, value);
		if (SPY_UNLIKELY(!at))
			return NULL;
	}
	e->depth--;
	return at;
}

/* The items of a list of integers, with nothing around each. The inner loop has no call in
 * it: as many as fit into what is free. */
#define ENCODE_INTEGERS(name, c_type)                                              \
	static inline __attribute__((always_inline)) uint8_t *encode_##name##s(    \
		struct spy_encoder *e, uint8_t *at, const c_type *items, size_t n) \
	{                                                                          \
		size_t i = 0;                                                      \
                                                                                   \
		while (at) {                                                       \
			for (; i < n && at <= e->limit; i++)                       \
				at = spy_write_int64(at, items[i]);                \
			if (i == n)                                                \
				break;                                             \
			at = spy_encoder_grow(e, at, 0);                           \
		}                                                                  \
		return at;                                                         \
	}
ENCODE_INTEGERS(int32, int32_t)
ENCODE_INTEGERS(int64, int64_t)
#undef ENCODE_INTEGERS

static __attribute__((noinline)) uint8_t *encode_items(struct spy_encoder *e, uint8_t *at,
						       const struct spy_type *type,
						       const struct spy_list *list)
{
	const char *item = (const char *)list->items;
	size_t i;

	if (!spy_encoder_enter(e))
		return NULL;
	for (i = 0; i < list->len; i++, item += type->stride) {
		at = encode_field(e, at, type->fields, item);
		if (SPY_UNLIKELY(!at))
			return NULL;
	}
	e->depth--;
	return at;
}

static uint8_t *encode_list(struct spy_encoder *e, uint8_t *at,
			    const struct spy_type *type, uint32_t max,
			    const struct spy_list *list)
{
	const struct spy_field *field = type->fields;
	bool plain = !(field->flags & SPECIAL);

	if (SPY_UNLIKELY(list->len > max || e->depth == SPY_NESTING_MAX))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	at = spy_write_array(at, list->len);
	if (field->kind == SPY_KIND_INT32 && plain)
		return encode_int32s(e, at, (const int32_t *)list->items, list->len);
	if (field->kind == SPY_KIND_INT64 && plain)
		return encode_int64s(e, at, (const int64_t *)list->items, list->len);
	return encode_items(e, at, type, list);
}

static uint8_t *check_unique(struct spy_encoder *e, uint8_t *at,
			     const struct spy_type *type, const struct spy_list *list)
{
	struct spy_elements elements = { type->fields, (const char *)list->items,
					 type->stride, list->len };

	return at && list->len > 1 ? spy_encoder_unique(e, at, &elements) : at;
}

static uint8_t *encode_set(struct spy_encoder *e, uint8_t *at,
			   const struct spy_type *type, uint32_t max,
			   const struct spy_list *list)
{
	return check_unique(e, encode_list(e, at, type, max, list), type, list);
}

static uint8_t *encode_map(struct spy_encoder *e, uint8_t *at,
			   const struct spy_type *type, uint32_t max,
			   const struct spy_list *list)
{
	const char *item = (const char *)list->items;
	size_t i, k;

	if (list->len > max || !spy_encoder_enter(e))
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	at = spy_write_map(at, list->len);
	for (i = 0; i < list->len; i++, item += type->stride)
		for (k = 0; k < 2; k++) {
			at = encode_field(e, at, &type->fields[k], item);
			if (!at)
				return NULL;
		}
	e->depth--;
	return check_unique(e, at, type, list);
}

uint8_t *spy_encode_typed(struct spy_encoder *e, uint8_t *at, const struct spy_type *type,
			  uint32_t max, const void *value)
{
	struct spy_field field = {
		.type = type, .has = SPY_NO_HAS, .max = max, .kind = type->kind
	};

	if (!value)
		return spy_encoder_fail(e, SPY_EINVALID_ARGUMENT);
	at = spy_encoder_room(e, at, 0);
	return at ? encode_kind(e, at, &field, value) : NULL;
}

int spy_encoder_finish(struct spy_encoder *e, size_t mark, const uint8_t *at)
{
	struct spy_buf *buf = e->buf;

	if (SPY_LIKELY(at != NULL)) {
		buf->len = (size_t)(at - buf->data);
		return 0;
	}
	buf->len = mark;
	return e->error;
}

static inline int encode(struct spy_buf *buf, const struct spy_type *type, uint32_t max,
			 const void *value, unsigned flags)
{
	struct spy_encoder e;
	size_t mark = buf->len;
	uint8_t *at = spy_encoder_start(&e, buf, flags);

	if (SPY_LIKELY(at && value && type->kind == SPY_KIND_MODEL))
		at = encode_model(&e, at, type, value);
	else if (at)
		at = spy_encode_typed(&e, at, type, max, value);
	return spy_encoder_finish(&e, mark, at);
}

int spy_encode(struct spy_buf *buf, const struct spy_field *item, const void *box,
	       unsigned flags)
{
	static const struct spy_any nil = { .kind = SPY_ANY_NIL };

	if (!(item->flags & SPY_FIELD_NULLABLE) ||
	    (box && !(spy_kind_is_text(item->kind) && !*(const char *const *)box)))
		return encode(buf, item->type, item->max, box, flags);
	return encode(buf, &spy_any_type, SPY_NO_MAX, &nil, flags);
}

int spy_encode_type(struct spy_buf *buf, const struct spy_type *type, const void *value,
		    unsigned flags)
{
	return encode(buf, type, SPY_NO_MAX, value, flags);
}
