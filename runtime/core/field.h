/*
 * Finding a field's value in a C struct by the table, and writing nil there: the one place
 * that knows how nil is written down (see type.h).
 */
#ifndef SPY_CORE_FIELD_H
#define SPY_CORE_FIELD_H

#include <string.h>

#include <spy/type.h>

struct spy_env;

/* The kinds that a plain memcpy() copies: nothing in them points elsewhere. */
static inline bool spy_kind_is_flat(unsigned kind)
{
	return kind <= SPY_KIND_DOUBLE || kind == SPY_KIND_TIME ||
	       kind == SPY_KIND_DURATION || kind == SPY_KIND_UUID ||
	       kind == SPY_KIND_ENUM;
}

static inline bool spy_kind_is_text(unsigned kind)
{
	return kind == SPY_KIND_STRING || kind == SPY_KIND_URI;
}

/* The kind, one of those that may be equal: the two widths of a float, and an unsigned
 * integer that fits a signed one. */
static inline enum spy_any_kind spy_any_family(const struct spy_any *any)
{
	if (any->kind == SPY_ANY_FLOAT)
		return SPY_ANY_DOUBLE;
	if (any->kind == SPY_ANY_UINT && any->natural <= INT64_MAX)
		return SPY_ANY_INT;
	return any->kind;
}

static inline size_t spy_any_strlen(const struct spy_any *any)
{
	return any->len == SPY_STRLEN ? strlen(any->string) : any->len;
}

/* The value of a field of the struct at `base`, NULL for nil. */
static inline const void *spy_field_at(const struct spy_field *field, const void *base)
{
	const char *at = (const char *)base + field->offset;

	if (field->flags & SPY_FIELD_POINTER)
		return *(const void *const *)at;
	if (field->has != SPY_NO_HAS &&
	    !*((const bool *)((const char *)base + field->has)))
		return NULL;
	if (spy_kind_is_text(field->kind) && !*(const char *const *)at)
		return NULL;
	return at;
}

static inline void spy_field_set_nil(const struct spy_field *field, void *base)
{
	char *at = (char *)base + field->offset;

	if (field->has != SPY_NO_HAS)
		*(bool *)((char *)base + field->has) = false;
	if (field->flags & SPY_FIELD_POINTER)
		memset(at, 0, sizeof(void *));
	else
		memset(at, 0, field->type->size);
}

/* The index of a number in an enum's values, or -1. */
static inline int spy_enum_find(const struct spy_type *type, int64_t number)
{
	const struct spy_enum_value *values = type->values;
	uint64_t guess = (uint64_t)number - (uint64_t)values[0].number;
	int low = 0, high = type->count - 1;

	/* most enums count from their first value on without a gap */
	if (guess < type->count && values[guess].number == number)
		return (int)guess;
	while (low <= high) {
		int middle = (low + high) / 2;

		if (values[middle].number == number)
			return middle;
		if (values[middle].number < number)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return -1;
}

/* Without the leading bytes that only repeat the sign. */
static inline struct spy_bytes spy_bigint_shortest(struct spy_bytes digits)
{
	while (digits.len > 1 && (digits.data[0] == 0x00 || digits.data[0] == 0xff) &&
	       (digits.data[0] & 0x80) == (digits.data[1] & 0x80)) {
		digits.data++;
		digits.len--;
	}
	return digits;
}

/* Whether the model has server-only fields of its own, and how many. */
static inline unsigned spy_server_fields(const struct spy_type *type)
{
	unsigned count = 0, i;

	if (type->flags & SPY_TYPE_HOLDS_SERVER)
		for (i = 0; i < type->count; i++)
			count += !!(type->fields[i].flags & SPY_FIELD_SERVER);
	return count;
}

/* Its declared default; false when it has none. */
bool spy_field_set_default(const struct spy_field *field, void *base,
			   const struct spy_env *env);
/* What spy_value_init() writes into one field. */
void spy_field_init(const struct spy_field *field, void *base, const struct spy_env *env);

#endif
