/* Walks a table and makes up what it describes. Start in random_value.h. */
#include <support/random_value.h>

#include <stdlib.h>
#include <string.h>

static uint64_t bits(struct random_values *r)
{
	r->seed ^= r->seed << 13;
	r->seed ^= r->seed >> 7;
	r->seed ^= r->seed << 17;
	return r->seed * 0x2545f4914f6cdd1d;
}

uint64_t random_below(struct random_values *r, uint64_t bound)
{
	return bits(r) % bound;
}

/* As often small as large, of either sign; the limits often. */
static uint64_t number(struct random_values *r, unsigned width)
{
	uint64_t value = bits(r) >> random_below(r, 64);

	switch (random_below(r, 8)) {
	case 0:
		return UINT64_MAX;
	case 1:
		return (uint64_t)1 << (width - 1);
	case 2:
		return ((uint64_t)1 << (width - 1)) - 1;
	case 3:
		return 0;
	default:
		return random_below(r, 2) ? value : 0 - value;
	}
}

static void *block(struct random_values *r, size_t size)
{
	void *piece = calloc(1, size ? size : 1);

	if (r->count == r->room) {
		r->room = r->room ? 2 * r->room : 64;
		r->blocks = realloc(r->blocks, r->room * sizeof(*r->blocks));
	}
	if (!piece || !r->blocks)
		abort();
	return r->blocks[r->count++] = piece;
}

void random_free(struct random_values *r)
{
	while (r->count)
		free(r->blocks[--r->count]);
	free(r->blocks);
	r->blocks = NULL;
	r->room = 0;
}

static const char *text(struct random_values *r, uint32_t max)
{
	static const char *const letters[] = {
		"a",  "Z",    " ",	  "\"",		  "\\",
		"\n", "\x7f", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"
	};
	size_t want = random_below(r, 10) ? random_below(r, 12) : random_below(r, 300);
	size_t len = 0;
	char *piece;

	if (want > max)
		want = max;
	piece = block(r, want + 1);
	while (len < want) {
		const char *letter = letters[random_below(r, 10)];

		if (len + strlen(letter) > want)
			letter = "x";
		memcpy(piece + len, letter, strlen(letter));
		len += strlen(letter);
	}
	return piece;
}

static struct spy_bytes data(struct random_values *r, size_t len)
{
	uint8_t *piece = block(r, len);
	size_t i;

	for (i = 0; i < len; i++)
		piece[i] = (uint8_t)bits(r);
	return (struct spy_bytes){ piece, len };
}

/* Shortest: the first byte says more than the sign of the next. */
static struct spy_bytes bigint(struct random_values *r)
{
	struct spy_bytes big = data(r, 1 + random_below(r, 20));

	if (big.len > 1)
		((uint8_t *)(uintptr_t)big.data)[0] = (uint8_t)(1 + random_below(r, 126));
	return big;
}

static struct timespec moment(struct random_values *r)
{
	return (struct timespec){
		.tv_sec = (time_t)number(r, 64),
		.tv_nsec = random_below(r, 2) ? (long)random_below(r, 1000000000) : 0,
	};
}

static double real(struct random_values *r)
{
	uint64_t word = bits(r);
	double value;

	memcpy(&value, &word, sizeof(value));
	return random_below(r, 2) ? value : (double)(int64_t)number(r, 32) / 8;
}

static const void *object(struct random_values *r, unsigned depth)
{
	struct spy_object *o = block(r, sizeof(*o));
	size_t count = 0;

	while (r->objects[count])
		count++;
	o->type = r->objects[random_below(r, count)];
	o->name = o->type->name;
	o->value = random_value(r, o->type, depth);
	return o;
}

static void fill_any(struct random_values *r, struct spy_any *any, unsigned depth)
{
	unsigned kinds = !depth	      ? SPY_ANY_ARRAY
			 : r->objects ? SPY_ANY_OBJECT + 1
				      : SPY_ANY_OBJECT;
	struct spy_any_entry *entries;
	struct spy_any *items;
	struct spy_bytes bytes;
	struct timespec time;
	uint32_t i;

	any->kind = (enum spy_any_kind)random_below(r, kinds);
	switch (any->kind) {
	case SPY_ANY_NIL:
		break;
	case SPY_ANY_BOOL:
		any->boolean = random_below(r, 2);
		break;
	case SPY_ANY_INT:
		any->integer = (int64_t)number(r, 64);
		break;
	case SPY_ANY_UINT:
		any->natural = number(r, 64) | (uint64_t)1 << 63;
		break;
	case SPY_ANY_FLOAT:
		any->number = (double)((float)(int32_t)number(r, 32) / 16);
		break;
	case SPY_ANY_DOUBLE:
		any->number = real(r);
		break;
	case SPY_ANY_STRING:
		any->string = text(r, UINT32_MAX);
		any->len =
			random_below(r, 2) ? SPY_STRLEN : (uint32_t)strlen(any->string);
		break;
	case SPY_ANY_BYTES:
	case SPY_ANY_BIGINT:
		bytes = any->kind == SPY_ANY_BYTES ? data(r, random_below(r, 40))
						   : bigint(r);
		any->bytes = bytes.data;
		any->len = (uint32_t)bytes.len;
		break;
	case SPY_ANY_TIME:
		time = moment(r);
		any->seconds = time.tv_sec;
		any->len = (uint32_t)time.tv_nsec;
		break;
	case SPY_ANY_UUID:
		any->uuid = (const struct spy_uuid *)(const void *)data(r, 16).data;
		break;
	case SPY_ANY_ARRAY:
		any->len = (uint32_t)random_below(r, 5);
		any->items = items = block(r, any->len * sizeof(*items));
		for (i = 0; i < any->len; i++)
			fill_any(r, &items[i], depth - 1);
		break;
	case SPY_ANY_MAP:
		any->len = (uint32_t)random_below(r, 5);
		any->entries = entries = block(r, any->len * sizeof(*entries));
		for (i = 0; i < any->len; i++) {
			entries[i].key.kind = SPY_ANY_INT;
			entries[i].key.integer = (int64_t)i - 2;
			fill_any(r, &entries[i].value, depth - 1);
		}
		break;
	case SPY_ANY_OBJECT:
		any->object = object(r, depth - 1);
		break;
	}
}

static void fill(struct random_values *r, const struct spy_type *type, void *value,
		 uint32_t max, unsigned depth);

static void fill_field(struct random_values *r, const struct spy_field *field, void *base,
		       unsigned depth)
{
	char *at = (char *)base + field->offset;
	void *value;

	if (field->flags & SPY_FIELD_RESERVED)
		return;
	if (field->flags & SPY_FIELD_NULLABLE && (!depth || !random_below(r, 3)))
		return;
	if (field->has != SPY_NO_HAS)
		*(bool *)((char *)base + field->has) = true;
	if (field->flags & SPY_FIELD_POINTER) {
		value = block(r, field->type->size);
		memcpy(at, &value, sizeof(value));
		at = value;
	}
	fill(r, field->type, at, field->max, depth);
}

/* Whether the last of `len` items has an equal one before it. */
static bool is_double(const struct spy_type *type, const char *items, size_t len)
{
	const struct spy_field *field = type->fields;
	const char *last = items + (len - 1) * type->stride + field->offset;
	size_t i;

	for (i = 0; i + 1 < len; i++)
		if (spy_value_equal(field->type, items + i * type->stride + field->offset,
				    last))
			return true;
	return false;
}

static void fill_list(struct random_values *r, const struct spy_type *type,
		      struct spy_list *list, uint32_t max, unsigned depth)
{
	size_t want = depth ? random_below(r, random_below(r, 50) ? 4 : 40) : 0, i;
	char *items;

	if (want > max)
		want = max;
	list->items = items = block(r, want * type->stride);
	for (i = 0; i < want; i++) {
		char *item = items + list->len * type->stride;

		memset(item, 0, type->stride);
		fill_field(r, type->fields, item, depth - 1);
		list->len++;
		if (type->kind != SPY_KIND_LIST && is_double(type, items, list->len))
			memset(item, 0, type->stride), list->len--;
		else if (type->kind == SPY_KIND_MAP)
			fill_field(r, type->fields + 1, item, depth - 1);
	}
}

static void fill(struct random_values *r, const struct spy_type *type, void *value,
		 uint32_t max, unsigned depth)
{
	unsigned below = depth ? depth - 1 : 0, i;
	uint64_t word = number(r, 8 * (type->size < 8 ? type->size : 8));
	struct spy_bytes bytes;
	struct timespec time;
	const char *string;
	int32_t choice;
	double d;
	float f;

	switch ((enum spy_kind)type->kind) {
	case SPY_KIND_BOOL:
		*(bool *)value = random_below(r, 2);
		break;
	case SPY_KIND_INT8:
	case SPY_KIND_INT16:
	case SPY_KIND_INT32:
	case SPY_KIND_INT64:
	case SPY_KIND_UINT8:
	case SPY_KIND_UINT16:
	case SPY_KIND_UINT32:
	case SPY_KIND_UINT64:
	case SPY_KIND_DURATION:
		memcpy(value, &word, type->size);
		break;
	case SPY_KIND_FLOAT:
		f = (float)(int32_t)word / 64;
		memcpy(value, &f, sizeof(f));
		break;
	case SPY_KIND_DOUBLE:
		d = real(r);
		memcpy(value, &d, sizeof(d));
		break;
	case SPY_KIND_STRING:
		string = text(r, max);
		memcpy(value, &string, sizeof(string));
		break;
	case SPY_KIND_URI:
		string = random_below(r, 2) ? "https://x.org:80/a;b?c=%20#d" : "";
		memcpy(value, &string, sizeof(string));
		break;
	case SPY_KIND_BYTES:
		bytes = data(r,
			     max < 40 ? random_below(r, max + 1) : random_below(r, 300));
		memcpy(value, &bytes, sizeof(bytes));
		break;
	case SPY_KIND_BIGINT:
		bytes = bigint(r);
		memcpy(value, &bytes, sizeof(bytes));
		break;
	case SPY_KIND_TIME:
		time = moment(r);
		memcpy(value, &time, sizeof(time));
		break;
	case SPY_KIND_UUID:
		memcpy(value, data(r, 16).data, 16);
		break;
	case SPY_KIND_ANY:
		fill_any(r, value, below);
		break;
	case SPY_KIND_ENUM:
		memcpy(value, &type->values[random_below(r, type->count)].number, 4);
		break;
	case SPY_KIND_LIST:
	case SPY_KIND_SET:
	case SPY_KIND_MAP:
		fill_list(r, type, value, max, depth);
		break;
	case SPY_KIND_TUPLE:
	case SPY_KIND_MODEL:
		for (i = 0; i < type->count; i++)
			fill_field(r, &type->fields[i], value, below);
		break;
	case SPY_KIND_UNION:
		choice = (int32_t)random_below(r, type->count);
		memcpy(value, &choice, sizeof(choice));
		fill(r, type->members[choice], (char *)value + type->offset, SPY_NO_MAX,
		     below);
		break;
	}
}

void *random_value(struct random_values *r, const struct spy_type *type, unsigned depth)
{
	void *value = block(r, type->size);

	fill(r, type, value, SPY_NO_MAX, depth);
	return value;
}
