/*
 * Deep equality by the tables. Invariant: two values that are equal here are so for the
 * hash in unique.c too; change both together.
 */
#include <stdlib.h>

#include <core/field.h>
#include <core/unique.h>

static bool equal_value(unsigned kind, const struct spy_type *type, const void *a,
			const void *b);

static bool equal_field(const struct spy_field *field, const void *a, const void *b)
{
	a = spy_field_at(field, a);
	b = spy_field_at(field, b);
	return a && b ? equal_value(field->kind, field->type, a, b) : a == b;
}

static bool equal_number(double a, double b)
{
	return a == b || (a != a && b != b);
}

static bool equal_bytes(const void *a, size_t a_len, const void *b, size_t b_len)
{
	return a_len == b_len && (!a_len || memcmp(a, b, a_len) == 0);
}

/* Sets and maps: as many, and each of the one in the other. Without memory for a table it
 * takes longer, that is all. */
static bool equal_unordered(const struct spy_elements *a, const struct spy_elements *b,
			    bool (*also)(const void *, const void *, const void *),
			    const void *self)
{
	size_t slots = spy_unique_slots(a->count);
	uint32_t *table = NULL;
	bool equal;

	if (a->count != b->count)
		return false;
	if (slots)
		table = malloc(slots * sizeof(*table));
	equal = spy_unique_contains(a, b, table, (uintptr_t)table, also, self);
	free(table);
	return equal;
}

static bool equal_nothing(const void *a, const void *b, const void *self)
{
	(void)a;
	(void)b;
	(void)self;
	return true;
}

static bool equal_map_value(const void *a, const void *b, const void *field)
{
	return equal_field((const struct spy_field *)field, a, b);
}

static bool equal_entry_value(const void *a, const void *b, const void *self)
{
	(void)self;
	return spy_any_equal(&((const struct spy_any_entry *)a)->value,
			     &((const struct spy_any_entry *)b)->value);
}

static bool equal_list(const struct spy_type *type, const struct spy_list *a,
		       const struct spy_list *b)
{
	size_t i;

	if (a->len != b->len)
		return false;
	for (i = 0; i < a->len; i++)
		if (!equal_field(type->fields, (const char *)a->items + i * type->stride,
				 (const char *)b->items + i * type->stride))
			return false;
	return true;
}

static bool equal_set(const struct spy_type *type, const struct spy_list *a,
		      const struct spy_list *b)
{
	struct spy_elements in_a = { type->fields, (const char *)a->items, type->stride,
				     a->len };
	struct spy_elements in_b = { type->fields, (const char *)b->items, type->stride,
				     b->len };

	if (type->kind == SPY_KIND_MAP)
		return equal_unordered(&in_a, &in_b, equal_map_value, type->fields + 1);
	return equal_unordered(&in_a, &in_b, equal_nothing, NULL);
}

static bool equal_value(unsigned kind, const struct spy_type *type, const void *a,
			const void *b)
{
	const struct spy_bytes *x = (const struct spy_bytes *)a;
	const struct spy_bytes *y = (const struct spy_bytes *)b;
	int32_t m, n;
	unsigned i;

	switch ((enum spy_kind)kind) {
	case SPY_KIND_FLOAT:
		return equal_number((double)*(const float *)a, (double)*(const float *)b);
	case SPY_KIND_DOUBLE:
		return equal_number(*(const double *)a, *(const double *)b);
	case SPY_KIND_STRING:
	case SPY_KIND_URI: {
		const char *s = *(const char *const *)a, *t = *(const char *const *)b;

		return s && t ? strcmp(s, t) == 0 : s == t;
	}
	case SPY_KIND_BYTES:
	case SPY_KIND_BIGINT:
		return equal_bytes(x->data, x->len, y->data, y->len);
	case SPY_KIND_TIME: {
		const struct timespec *s = (const struct timespec *)a;
		const struct timespec *t = (const struct timespec *)b;

		return s->tv_sec == t->tv_sec && s->tv_nsec == t->tv_nsec;
	}
	case SPY_KIND_ANY:
		return spy_any_equal((const struct spy_any *)a,
				     (const struct spy_any *)b);
	case SPY_KIND_LIST:
		return equal_list(type, (const struct spy_list *)a,
				  (const struct spy_list *)b);
	case SPY_KIND_SET:
	case SPY_KIND_MAP:
		return equal_set(type, (const struct spy_list *)a,
				 (const struct spy_list *)b);
	case SPY_KIND_TUPLE:
	case SPY_KIND_MODEL:
		for (i = 0; i < type->count; i++)
			if (!(type->fields[i].flags & SPY_FIELD_RESERVED) &&
			    !equal_field(&type->fields[i], a, b))
				return false;
		return true;
	case SPY_KIND_UNION:
		memcpy(&m, a, sizeof(m));
		memcpy(&n, b, sizeof(n));
		if (m != n || m < 0 || m >= type->count)
			return m == n;
		return equal_value(type->members[m]->kind, type->members[m],
				   (const char *)a + type->offset,
				   (const char *)b + type->offset);
	default:
		return memcmp(a, b, type->size) == 0;
	}
}

bool spy_value_equal(const struct spy_type *type, const void *a, const void *b)
{
	if (!a || !b)
		return a == b;
	return equal_value(type->kind, type, a, b);
}

/* The form of an object that has been decoded is not compared when there are values. */
static bool equal_object(const struct spy_any *a, const struct spy_any *b)
{
	const struct spy_object *x = a->object, *y = b->object;
	const struct spy_type *type = x->type ? x->type : y->type;
	const void *v, *w;

	if (strcmp(x->name, y->name) != 0)
		return false;
	if (!type)
		return equal_bytes(x->encoded.data, x->encoded.len, y->encoded.data,
				   y->encoded.len);
	v = spy_value_from_any(type, a);
	w = spy_value_from_any(type, b);
	return v && w && equal_value(type->kind, type, v, w);
}

bool spy_any_equal(const struct spy_any *a, const struct spy_any *b)
{
	static const struct spy_field key = {
		.type = &spy_any_type,
		.has = SPY_NO_HAS,
		.kind = SPY_KIND_ANY,
	};
	enum spy_any_kind kind = spy_any_family(a);
	struct spy_elements x, y;
	uint32_t i;

	if (kind != spy_any_family(b))
		return false;
	switch (kind) {
	case SPY_ANY_NIL:
		return true;
	case SPY_ANY_BOOL:
		return a->boolean == b->boolean;
	case SPY_ANY_TIME:
		return a->seconds == b->seconds && a->len == b->len;
	case SPY_ANY_FLOAT:
	case SPY_ANY_DOUBLE:
		return equal_number(a->number, b->number);
	case SPY_ANY_STRING:
		return equal_bytes(a->string, spy_any_strlen(a), b->string,
				   spy_any_strlen(b));
	case SPY_ANY_BYTES:
	case SPY_ANY_BIGINT:
		return equal_bytes(a->bytes, a->len, b->bytes, b->len);
	case SPY_ANY_UUID:
		return memcmp(a->uuid, b->uuid, sizeof(*a->uuid)) == 0;
	case SPY_ANY_ARRAY:
		if (a->len != b->len)
			return false;
		for (i = 0; i < a->len; i++)
			if (!spy_any_equal(&a->items[i], &b->items[i]))
				return false;
		return true;
	case SPY_ANY_MAP:
		x = (struct spy_elements){ &key, (const char *)a->entries,
					   sizeof(*a->entries), a->len };
		y = (struct spy_elements){ &key, (const char *)b->entries,
					   sizeof(*b->entries), b->len };
		return equal_unordered(&x, &y, equal_entry_value, NULL);
	case SPY_ANY_OBJECT:
		return equal_object(a, b);
	default:
		return a->integer == b->integer;
	}
}
