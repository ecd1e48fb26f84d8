/*
 * The decoder: one function with a case per kind, driven by the tables. The read position
 * travels in a register from call to call; struct spy_decoder holds what changes rarely.
 *
 * Invariant: every function is entered with at < end for the value it reads, checks every
 * length before use, and takes no memory for a count that the bytes left cannot hold. Read
 * decode_scalar.c for the less frequent scalars, decode_any.c for `any` and objects, wire.h for
 * the heads.
 */
#include <core/decoder.h>

static const uint8_t *decode_list(struct spy_decoder *d, const uint8_t *at, unsigned kind,
				  const struct spy_type *type, uint32_t max,
				  struct spy_list *list);
static const uint8_t *decode_model(struct spy_decoder *d, const uint8_t *at,
				   const struct spy_type *type, void *value);
static const uint8_t *decode_other(struct spy_decoder *d, const uint8_t *at,
				   unsigned kind, const struct spy_type *type,
				   uint32_t max, void *value);

static inline const uint8_t *decode_time(struct spy_decoder *d, const uint8_t *at,
					 struct timespec *time)
{
	uint32_t len = 8;

	/* eight bytes, the form of nearly every time */
	if (SPY_LIKELY(d->end - at >= 10 && at[0] == 0xd7 && at[1] == 0xff))
		at += 2;
	else
		at = spy_get_typed_ext(d, at, SPY_EXT_TIME, &len);
	return at && spy_get_stamp(at, len, time) ? at + len : NULL;
}

/* An integer into its C type, when that holds it. */
#define DECODE_SIGNED(c_type)                                               \
	do {                                                                \
		at = spy_get_int(at, d->end, &number, &large);              \
		if (SPY_UNLIKELY(!at || large || number != (c_type)number)) \
			return NULL;                                        \
		*(c_type *)value = (c_type)number;                          \
		return at;                                                  \
	} while (0)
#define DECODE_UNSIGNED(c_type)                                       \
	do {                                                          \
		at = spy_get_int(at, d->end, &number, &large);        \
		if (SPY_UNLIKELY(!at || (number < 0 && !large) ||     \
				 (uint64_t)number != (c_type)number)) \
			return NULL;                                  \
		*(c_type *)value = (c_type)number;                    \
		return at;                                            \
	} while (0)

/* A text of more bytes than @max allows characters, at `at` behind it; NULL when `at` is. */
static __attribute__((noinline)) const uint8_t *
decode_long(const uint8_t *at, const char *text, uint32_t len, uint32_t max)
{
	return at && spy_utf8_count(text, len) <= max ? at : NULL;
}

/* The switch of the inner loops, inlined into each of them: a call per number would cost
 * more than the number. */
static inline __attribute__((always_inline)) const uint8_t *
decode_value(struct spy_decoder *d, const uint8_t *at, unsigned kind,
	     const struct spy_type *type, uint32_t max, void *value)
{
	int64_t number;
	uint32_t len = 0;
	bool large;

	switch ((enum spy_kind)kind) {
	case SPY_KIND_BOOL:
		if ((*at & 0xfe) != 0xc2)
			return NULL;
		*(bool *)value = *at & 1;
		return at + 1;
	case SPY_KIND_INT8:
		DECODE_SIGNED(int8_t);
	case SPY_KIND_INT16:
		DECODE_SIGNED(int16_t);
	case SPY_KIND_INT32:
		DECODE_SIGNED(int32_t);
	case SPY_KIND_INT64:
	case SPY_KIND_DURATION:
		DECODE_SIGNED(int64_t);
	case SPY_KIND_UINT8:
		DECODE_UNSIGNED(uint8_t);
	case SPY_KIND_UINT16:
		DECODE_UNSIGNED(uint16_t);
	case SPY_KIND_UINT32:
		DECODE_UNSIGNED(uint32_t);
	case SPY_KIND_UINT64:
		DECODE_UNSIGNED(uint64_t);
	case SPY_KIND_DOUBLE:
		return spy_get_float(at, d->end, (double *)value);
	case SPY_KIND_STRING:
		at = spy_decode_text(d, at, (const char **)value, &len);
		return SPY_LIKELY(at && len <= max)
			       ? at
			       : decode_long(at, *(const char **)value, len, max);
	case SPY_KIND_TIME:
		return decode_time(d, at, (struct timespec *)value);
	case SPY_KIND_LIST:
	case SPY_KIND_SET:
	case SPY_KIND_MAP:
		return decode_list(d, at, kind, type, max, (struct spy_list *)value);
	case SPY_KIND_MODEL:
		return decode_model(d, at, type, value);
	default:
		return decode_other(d, at, kind, type, max, value);
	}
}

/* The same where speed is not worth the size. */
static __attribute__((noinline)) const uint8_t *decode_typed(struct spy_decoder *d,
							     const uint8_t *at,
							     const struct spy_type *type,
							     uint32_t max, void *value)
{
	return decode_value(d, at, type->kind, type, max, value);
}

/* nil where a field's value is expected. */
static const uint8_t *decode_nil(struct spy_decoder *d, const uint8_t *at,
				 const struct spy_field *field, void *base)
{
	if (!(field->flags & SPY_FIELD_NULLABLE)) {
		if (spy_field_set_default(field, base, d->arena->env))
			return at + 1;
		if (field->kind != SPY_KIND_ANY)
			return NULL;
	}
	spy_field_set_nil(field, base);
	return at + 1;
}

/* A field that the sender did not know. */
static bool take_missing(struct spy_decoder *d, const struct spy_field *field, void *base)
{
	if (spy_field_set_default(field, base, d->arena->env))
		return true;
	if (!(field->flags & SPY_FIELD_NULLABLE) && field->kind != SPY_KIND_ANY)
		return false;
	spy_field_set_nil(field, base);
	return true;
}

/* Where the value goes: the place itself, or a struct that it points to. */
static void *place_value(struct spy_decoder *d, const struct spy_field *field, void *base)
{
	void *place = (char *)base + field->offset, *value;

	if (field->has != SPY_NO_HAS)
		*(bool *)((char *)base + field->has) = true;
	if (!(field->flags & SPY_FIELD_POINTER))
		return place;
	value = spy_decoder_alloc(d, field->type->size);
	memcpy(place, &value, sizeof(value));
	return value;
}

static inline __attribute__((always_inline)) const uint8_t *
decode_field(struct spy_decoder *d, const uint8_t *at, const struct spy_field *field,
	     void *base)
{
	void *value = (char *)base + field->offset;

	if (SPY_UNLIKELY(at == d->end))
		return NULL;
	if (*at == 0xc0)
		return decode_nil(d, at, field, base);
	if (field->flags & (SPY_FIELD_NULLABLE | SPY_FIELD_POINTER)) {
		value = place_value(d, field, base);
		if (SPY_UNLIKELY(!value))
			return NULL;
	}
	return decode_value(d, at, field->kind, field->type, field->max, value);
}

static __attribute__((noinline)) const uint8_t *decode_one(struct spy_decoder *d,
							   const uint8_t *at,
							   const struct spy_field *field,
							   void *base)
{
	return decode_field(d, at, field, base);
}

/* An array's values as the fields that are server-only, or as those that are not. */
static const uint8_t *decode_fields(struct spy_decoder *d, const uint8_t *at,
				    const struct spy_type *type, void *value,
				    unsigned server)
{
	const struct spy_field *field = type->fields, *end = field + type->count;
	uint32_t left;

	if (at == d->end || !(at = spy_get_array(at, d->end, &left)) ||
	    !spy_decoder_enter(d))
		return NULL;
	for (; field < end; field++) {
		unsigned special = field->flags & (SPY_FIELD_SERVER | SPY_FIELD_RESERVED);

		if (SPY_UNLIKELY(special != server)) {
			if ((special & SPY_FIELD_SERVER) != server)
				continue;
			if (left) {
				left--;
				at = spy_skip(at, d->end, d->depth);
				if (!at)
					return NULL;
			}
		} else if (SPY_LIKELY(left)) {
			left--;
			at = decode_field(d, at, field, value);
			if (SPY_UNLIKELY(!at))
				return NULL;
		} else if (!take_missing(d, field, value)) {
			return NULL;
		}
	}
	for (; left; left--)
		if (!(at = spy_skip(at, d->end, d->depth)))
			return NULL;
	d->depth--;
	return at;
}

static const uint8_t *decode_model(struct spy_decoder *d, const uint8_t *at,
				   const struct spy_type *type, void *value)
{
	uint32_t count;
	unsigned i;

	if (SPY_LIKELY(!(type->flags & (SPY_TYPE_SERVER | SPY_TYPE_HOLDS_SERVER))))
		return decode_fields(d, at, type, value, 0);
	if (d->flags & SPY_DECODE_BUS) {
		if (!spy_server_fields(type))
			return decode_fields(d, at, type, value, 0);
		at = spy_get_array(at, d->end, &count);
		if (!at || count != 2 || !spy_decoder_enter(d))
			return NULL;
		at = decode_fields(d, at, type, value, 0);
		if (at)
			at = decode_fields(d, at, type, value, SPY_FIELD_SERVER);
		d->depth--;
		return at;
	}
	if (type->flags & SPY_TYPE_SERVER)
		return NULL;
	for (i = 0; i < type->count; i++)
		if (type->fields[i].flags & SPY_FIELD_SERVER)
			spy_field_init(&type->fields[i], value, d->arena->env);
	return decode_fields(d, at, type, value, 0);
}

static const uint8_t *decode_tuple(struct spy_decoder *d, const uint8_t *at,
				   const struct spy_type *type, void *value)
{
	uint32_t count;

	if (!spy_get_array(at, d->end, &count) || count != type->count)
		return NULL;
	return decode_fields(d, at, type, value, 0);
}

static const uint8_t *decode_union(struct spy_decoder *d, const uint8_t *at,
				   const struct spy_type *type, void *value)
{
	const struct spy_type *member;
	uint32_t count;
	int64_t number;
	int32_t which;
	bool large;

	at = spy_get_array(at, d->end, &count);
	if (!at || count != 2 || !spy_decoder_enter(d))
		return NULL;
	at = spy_get_int(at, d->end, &number, &large);
	if (!at || at == d->end || large || number < 0 || number >= type->count)
		return NULL;
	which = (int32_t)number;
	memcpy(value, &which, sizeof(which));
	member = type->members[number];
	at = decode_typed(d, at, member, SPY_NO_MAX, (char *)value + type->offset);
	d->depth--;
	return at;
}

/* The items of a list of integers, with nothing around each. */
#define DECODE_INTEGERS(c_type)                                                     \
	do {                                                                        \
		for (i = 0; i < count; i++) {                                       \
			if (SPY_UNLIKELY(at == d->end))                             \
				return NULL;                                        \
			at = spy_get_int(at, d->end, &number, &large);              \
			if (SPY_UNLIKELY(!at || large || number != (c_type)number)) \
				return NULL;                                        \
			((c_type *)items)[i] = (c_type)number;                      \
		}                                                                   \
		return at;                                                          \
	} while (0)

static const uint8_t *decode_items(struct spy_decoder *d, const uint8_t *at,
				   const struct spy_type *type, void *items,
				   uint32_t count)
{
	const struct spy_field *field = type->fields;
	char *item = (char *)items;
	int64_t number;
	bool large;
	uint32_t i;

	if (!(field->flags & SPY_FIELD_NULLABLE)) {
		if (field->kind == SPY_KIND_INT32)
			DECODE_INTEGERS(int32_t);
		if (field->kind == SPY_KIND_INT64)
			DECODE_INTEGERS(int64_t);
	}
	for (i = 0; i < count; i++, item += type->stride) {
		at = decode_field(d, at, field, item);
		if (SPY_UNLIKELY(!at))
			return NULL;
	}
	return at;
}

/* A map's, or a set's of which `raw` keeps the numbers. */
static const uint8_t *decode_entries(struct spy_decoder *d, const uint8_t *at,
				     const struct spy_type *type, char *item,
				     uint32_t count, struct spy_any *raw)
{
	uint32_t i;

	for (i = 0; i < count && at; i++, item += type->stride) {
		if (raw && (at == d->end || !spy_decode_any(d, at, &raw[i])))
			return NULL;
		at = decode_one(d, at, type->fields, item);
		if (at && type->kind == SPY_KIND_MAP)
			at = decode_one(d, at, type->fields + 1, item);
	}
	return at;
}

static const uint8_t *decode_list(struct spy_decoder *d, const uint8_t *at, unsigned kind,
				  const struct spy_type *type, uint32_t max,
				  struct spy_list *list)
{
	struct spy_any *raw = NULL;
	uint32_t count;
	char *items;

	at = kind == SPY_KIND_MAP ? spy_get_map(at, d->end, &count)
				  : spy_get_array(at, d->end, &count);
	if (!at || count > max || !spy_decoder_enter(d))
		return NULL;
	*list = (struct spy_list){ NULL, count };
	if (count) {
		if (type->stride > SIZE_MAX / count)
			return NULL;
		items = (char *)spy_decoder_alloc(d, (size_t)count * type->stride);
		if (!items)
			return NULL;
		if (kind != SPY_KIND_LIST && type->fields->kind == SPY_KIND_ENUM &&
		    type->fields->type->dflt != SPY_NO_DEFAULT) {
			raw = (struct spy_any *)spy_decoder_alloc(d,
								  count * sizeof(*raw));
			if (!raw)
				return NULL;
		}
		list->items = items;
		at = raw || kind == SPY_KIND_MAP
			     ? decode_entries(d, at, type, items, count, raw)
			     : decode_items(d, at, type, items, count);
		if (!at ||
		    (kind != SPY_KIND_LIST && !spy_decoder_check(d, type, list, raw)))
			return NULL;
	}
	d->depth--;
	return at;
}

/* What is not in the inner loops. */
static __attribute__((noinline)) const uint8_t *
decode_other(struct spy_decoder *d, const uint8_t *at, unsigned kind,
	     const struct spy_type *type, uint32_t max, void *value)
{
	if (kind == SPY_KIND_ANY)
		return spy_decode_any(d, at, (struct spy_any *)value);
	if (kind == SPY_KIND_TUPLE)
		return decode_tuple(d, at, type, value);
	if (kind == SPY_KIND_UNION)
		return decode_union(d, at, type, value);
	return spy_decode_scalar(d, at, kind, type, max, value);
}

static int decode(struct spy_arena *arena, const struct spy_type *type, uint32_t max,
		  const uint8_t *data, size_t len, unsigned flags, const void **box)
{
	struct spy_decoder d = { .end = len ? data + len : data,
				 .arena = arena,
				 .flags = flags,
				 .error = SPY_EINVALID_ARGUMENT };
	const uint8_t *at;
	void *value;

	*box = NULL;
	if (!len)
		return SPY_EINVALID_ARGUMENT;
	if (!(flags & SPY_DECODE_BUDGET))
		spy_arena_allow(arena, len > SIZE_MAX / (2 * SPY_ARENA_BUDGET_FACTOR)
					       ? SIZE_MAX
					       : SPY_ARENA_BUDGET_BASE +
							 SPY_ARENA_BUDGET_FACTOR * len);
	value = spy_decoder_alloc(&d, type->size);
	if (!value)
		return d.error;
	if (flags & SPY_DECODE_ARGS)
		at = decode_fields(&d, data, type, value, 0);
	else
		at = decode_typed(&d, data, type, max, value);
	if (SPY_UNLIKELY(at != d.end))
		return d.error;
	*box = value;
	return 0;
}

int spy_decode(struct spy_arena *arena, const struct spy_field *item, const uint8_t *data,
	       size_t len, unsigned flags, const void **box)
{
	if (len == 1 && *data == 0xc0 && (item->flags & SPY_FIELD_NULLABLE)) {
		*box = NULL;
		return 0;
	}
	return decode(arena, item->type, item->max, data, len, flags, box);
}

int spy_decode_type(struct spy_arena *arena, const struct spy_type *type,
		    const uint8_t *data, size_t len, unsigned flags, const void **value)
{
	return decode(arena, type, SPY_NO_MAX, data, len, flags, value);
}
