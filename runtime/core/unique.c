/*
 * Duplicates, see unique.h: SipHash-1-3 over the values, word by word, and a table with
 * open addressing that is at most half full. Invariant: what spy_value_equal() calls equal
 * has the same hash, but for objects in `any`, which may differ in form only (typed here,
 * encoded there) and are then taken for different.
 */
#include <core/field.h>
#include <core/unique.h>

struct hash {
	uint64_t a, b, c, d;
	uint64_t key;
};

static inline uint64_t rotate(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static inline void round_(struct hash *h)
{
	h->a += h->b;
	h->c += h->d;
	h->b = rotate(h->b, 13) ^ h->a;
	h->d = rotate(h->d, 16) ^ h->c;
	h->a = rotate(h->a, 32);
	h->c += h->b;
	h->a += h->d;
	h->b = rotate(h->b, 17) ^ h->c;
	h->d = rotate(h->d, 21) ^ h->a;
	h->c = rotate(h->c, 32);
}

static inline void hash_word(struct hash *h, uint64_t word)
{
	h->d ^= word;
	round_(h);
	h->a ^= word;
}

static struct hash hash_start(uint64_t key)
{
	return (struct hash){ key ^ 0x736f6d6570736575, ~key ^ 0x646f72616e646f6d,
			      key ^ 0x6c7967656e657261, ~key ^ 0x7465646279746573, key };
}

static uint64_t hash_end(struct hash *h)
{
	h->c ^= 0xff;
	round_(h);
	round_(h);
	round_(h);
	return h->a ^ h->b ^ h->c ^ h->d;
}

static void hash_bytes(struct hash *h, const void *data, size_t len)
{
	const char *at = (const char *)data;
	uint64_t word;

	hash_word(h, len);
	for (; len >= 8; at += 8, len -= 8) {
		memcpy(&word, at, 8);
		hash_word(h, word);
	}
	if (len) {
		word = 0;
		memcpy(&word, at, len);
		hash_word(h, word);
	}
}

/* Equal numbers may have different bits: zeros, NaNs. */
static void hash_number(struct hash *h, double number)
{
	uint64_t bits = 0;

	if (number != number)
		bits = 1;
	else if (number != 0)
		memcpy(&bits, &number, 8);
	hash_word(h, bits);
}

static void hash_value(struct hash *h, unsigned kind, const struct spy_type *type,
		       const void *value);

static void hash_field(struct hash *h, const struct spy_field *field, const void *base)
{
	const void *value = spy_field_at(field, base);

	if (value)
		hash_value(h, field->kind, field->type, value);
	else
		hash_word(h, 0x6e696c); /* as good as any other */
}

static void hash_any(struct hash *h, const struct spy_any *any);

static uint64_t hash_entries(const struct hash *h, const struct spy_any *any)
{
	uint64_t sum = any->len;
	uint32_t i;

	for (i = 0; i < any->len; i++) {
		struct hash one = hash_start(h->key);

		hash_any(&one, &any->entries[i].key);
		hash_any(&one, &any->entries[i].value);
		sum += hash_end(&one);
	}
	return sum;
}

static void hash_any(struct hash *h, const struct spy_any *any)
{
	uint32_t i;

	hash_word(h, spy_any_family(any));
	switch (any->kind) {
	case SPY_ANY_NIL:
		break;
	case SPY_ANY_BOOL:
		hash_word(h, any->boolean);
		break;
	case SPY_ANY_INT:
	case SPY_ANY_UINT:
		hash_word(h, any->natural);
		break;
	case SPY_ANY_TIME:
		hash_word(h, (uint64_t)any->seconds);
		hash_word(h, any->len);
		break;
	case SPY_ANY_FLOAT:
	case SPY_ANY_DOUBLE:
		hash_number(h, any->number);
		break;
	case SPY_ANY_STRING:
		hash_bytes(h, any->string, spy_any_strlen(any));
		break;
	case SPY_ANY_BYTES:
	case SPY_ANY_BIGINT:
		hash_bytes(h, any->bytes, any->len);
		break;
	case SPY_ANY_UUID:
		hash_bytes(h, any->uuid, sizeof(*any->uuid));
		break;
	case SPY_ANY_ARRAY:
		hash_word(h, any->len);
		for (i = 0; i < any->len; i++)
			hash_any(h, &any->items[i]);
		break;
	case SPY_ANY_MAP:
		hash_word(h, hash_entries(h, any));
		break;
	case SPY_ANY_OBJECT:
		hash_bytes(h, any->object->name, strlen(any->object->name));
		if (any->object->encoded.data)
			hash_bytes(h, any->object->encoded.data,
				   any->object->encoded.len);
		break;
	}
}

/* The same in whatever order the items stand: a sum. */
static uint64_t hash_unordered(const struct hash *h, const struct spy_type *type,
			       const struct spy_list *list)
{
	uint64_t sum = list->len;
	size_t i;

	for (i = 0; i < list->len; i++) {
		const char *item = (const char *)list->items + i * type->stride;
		struct hash one = hash_start(h->key);

		hash_field(&one, type->fields, item);
		if (type->kind == SPY_KIND_MAP)
			hash_field(&one, type->fields + 1, item);
		sum += hash_end(&one);
	}
	return sum;
}

static void hash_value(struct hash *h, unsigned kind, const struct spy_type *type,
		       const void *value)
{
	const struct spy_list *list = (const struct spy_list *)value;
	size_t i;
	int number;

	switch ((enum spy_kind)kind) {
	case SPY_KIND_FLOAT:
		hash_number(h, (double)*(const float *)value);
		break;
	case SPY_KIND_DOUBLE:
		hash_number(h, *(const double *)value);
		break;
	case SPY_KIND_STRING:
	case SPY_KIND_URI:
		hash_bytes(h, *(const char *const *)value,
			   strlen(*(const char *const *)value));
		break;
	case SPY_KIND_BYTES:
	case SPY_KIND_BIGINT: {
		const struct spy_bytes *bytes = (const struct spy_bytes *)value;

		hash_bytes(h, bytes->data, bytes->len);
		break;
	}
	case SPY_KIND_TIME:
		hash_word(h, (uint64_t)((const struct timespec *)value)->tv_sec);
		hash_word(h, (uint64_t)((const struct timespec *)value)->tv_nsec);
		break;
	case SPY_KIND_ANY:
		hash_any(h, (const struct spy_any *)value);
		break;
	case SPY_KIND_LIST:
		hash_word(h, list->len);
		for (i = 0; i < list->len; i++)
			hash_field(h, type->fields,
				   (const char *)list->items + i * type->stride);
		break;
	case SPY_KIND_SET:
	case SPY_KIND_MAP:
		hash_word(h, hash_unordered(h, type, list));
		break;
	case SPY_KIND_TUPLE:
	case SPY_KIND_MODEL:
		for (i = 0; i < type->count; i++)
			if (!(type->fields[i].flags & SPY_FIELD_RESERVED))
				hash_field(h, &type->fields[i], value);
		break;
	case SPY_KIND_UNION:
		memcpy(&number, value, sizeof(number));
		hash_word(h, (uint64_t)number);
		if (number >= 0 && number < type->count)
			hash_value(h, type->members[number]->kind, type->members[number],
				   (const char *)value + type->offset);
		break;
	default:
		/* integers, bool, enums, uuid */
		hash_bytes(h, value, type->size);
	}
}

static uint64_t hash_of(const struct spy_field *field, const void *item, uint64_t key)
{
	struct hash h = hash_start(key);

	hash_field(&h, field, item);
	return hash_end(&h);
}

static bool same(const struct spy_field *field, const void *a, const void *b)
{
	a = spy_field_at(field, a);
	b = spy_field_at(field, b);
	return a && b ? spy_value_equal(field->type, a, b) : a == b;
}

size_t spy_unique_slots(size_t count)
{
	size_t slots = 2;

	if (count <= SPY_UNIQUE_SMALL)
		return 0;
	while (slots < 2 * count)
		slots *= 2;
	return slots;
}

static const char *item_at(const struct spy_elements *elements, size_t i)
{
	return elements->items + i * elements->stride;
}

/* The index of an element equal to `item` among the first `count`, or `count`. With a table
 * `slot` receives where the element would go. */
static size_t find(const struct spy_elements *elements, size_t count,
		   const uint32_t *slots, size_t mask, const void *item, uint64_t key,
		   size_t *slot)
{
	size_t i;

	if (!mask) {
		for (i = 0; i < count; i++)
			if (same(elements->field, item_at(elements, i), item))
				return i;
		return count;
	}
	for (i = hash_of(elements->field, item, key) & mask; slots[i]; i = (i + 1) & mask)
		if (same(elements->field, item_at(elements, slots[i] - 1), item))
			return slots[i] - 1;
	*slot = i;
	return count;
}

/* A cleared table's mask; 0 when there is none. */
static size_t clear(const struct spy_elements *elements, uint32_t *slots)
{
	size_t n = spy_unique_slots(elements->count);

	if (!n)
		return 0;
	memset(slots, 0, n * sizeof(*slots));
	return n - 1;
}

size_t spy_unique_check(const struct spy_elements *elements, uint32_t *slots,
			uint64_t key)
{
	size_t mask = clear(elements, slots), slot = 0, i;

	for (i = 0; i < elements->count; i++) {
		if (find(elements, i, slots, mask, item_at(elements, i), key, &slot) < i)
			break;
		if (mask)
			slots[slot] = (uint32_t)i + 1;
	}
	return i;
}

size_t spy_unique_keep(const struct spy_elements *elements, uint32_t *slots, uint64_t key)
{
	size_t mask = clear(elements, slots), slot = 0, kept = 0, i;

	for (i = 0; i < elements->count; i++) {
		const char *item = item_at(elements, i);

		if (find(elements, kept, slots, mask, item, key, &slot) < kept)
			continue;
		if (kept != i)
			memcpy((char *)item_at(elements, kept), item, elements->stride);
		if (mask)
			slots[slot] = (uint32_t)kept + 1;
		kept++;
	}
	return kept;
}

bool spy_unique_contains(const struct spy_elements *a, const struct spy_elements *b,
			 uint32_t *slots, uint64_t key,
			 bool (*also)(const void *a_item, const void *b_item,
				      const void *self),
			 const void *self)
{
	size_t mask = slots ? clear(a, slots) : 0, slot = 0, i, found;

	for (i = 0; mask && i < a->count; i++) {
		find(a, i, slots, mask, item_at(a, i), key, &slot);
		slots[slot] = (uint32_t)i + 1;
	}
	for (i = 0; i < b->count; i++) {
		const char *item = item_at(b, i);

		found = find(a, a->count, slots, mask, item, key, &slot);
		if (found == a->count || !also(item_at(a, found), item, self))
			return false;
	}
	return true;
}
