/* Values made up at random from a type's table: valid ones, so that they can be encoded. */
#include <string.h>

#include <support/sample.h>

uint64_t sample_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed * 0x2545f4914f6cdd1d;
}

/* As often small as large. */
static uint64_t bits(uint64_t *seed, unsigned width)
{
	uint64_t value = sample_random(seed) >> (64 - width);

	return value >> sample_random(seed) % width;
}

static const char *make_text(uint64_t *seed, void *(*alloc)(size_t), size_t max)
{
	static const char *const letters[] = { "a", "Z", " ", "\"", "\n",
					       "é", "ß", "€", "漢", "😀" };
	size_t n = sample_random(seed) % (max + 1), i = 0;
	char *text = alloc(max + 1);

	while (i < n) {
		const char *letter =
			letters[sample_random(seed) % (sample_random(seed) % 4 ? 3 : 10)];

		if (i + strlen(letter) > n)
			break;
		memcpy(text + i, letter, strlen(letter));
		i += strlen(letter);
	}
	text[i] = '\0';
	return text;
}

static const uint8_t *make_data(uint64_t *seed, void *(*alloc)(size_t), size_t n)
{
	uint8_t *data = alloc(n + 1);
	size_t i;

	for (i = 0; i < n; i++)
		data[i] = (uint8_t)sample_random(seed);
	return data;
}

static struct spy_bytes make_bigint(uint64_t *seed, void *(*alloc)(size_t))
{
	size_t n = 1 + sample_random(seed) % 40;
	uint8_t *data = (uint8_t *)(uintptr_t)make_data(seed, alloc, n);

	/* shortest form: a first byte that says more than the sign */
	data[0] = n > 1 ? (uint8_t)(1 + sample_random(seed) % 127) : data[0];
	return (struct spy_bytes){ data, n };
}

static double make_double(uint64_t *seed)
{
	static const double special[] = { 0, -0.0, 1, 0.5, 1e300, -1e-300, 1.0 / 3 };
	double value;
	uint64_t word = sample_random(seed);

	if (word % 2)
		return special[word / 2 % 7];
	memcpy(&value, &word, 8);
	return value;
}

static struct timespec make_time(uint64_t *seed)
{
	struct timespec time = { 0 };

	switch (sample_random(seed) % 3) {
	case 0:
		time.tv_sec = (time_t)bits(seed, 32);
		break;
	case 1:
		time.tv_sec = (time_t)bits(seed, 34);
		time.tv_nsec = (long)(sample_random(seed) % 1000000000);
		break;
	default:
		time.tv_sec = (time_t)sample_random(seed);
		time.tv_nsec = (long)(sample_random(seed) % 1000000000);
	}
	return time;
}

static void make_any(struct spy_any *any, uint64_t *seed, unsigned depth,
		     void *(*alloc)(size_t))
{
	unsigned kinds = depth ? SPY_ANY_OBJECT + 1 : SPY_ANY_ARRAY;
	uint32_t i;

	*any = (struct spy_any){ .kind = (enum spy_any_kind)(sample_random(seed) %
							     kinds) };
	switch (any->kind) {
	case SPY_ANY_NIL:
		break;
	case SPY_ANY_BOOL:
		any->boolean = sample_random(seed) % 2;
		break;
	case SPY_ANY_INT:
		any->integer = (int64_t)bits(seed, 64) >> 1;
		any->integer = sample_random(seed) % 2 ? any->integer : -any->integer - 1;
		break;
	case SPY_ANY_UINT:
		any->natural = sample_random(seed) | (uint64_t)1 << 63;
		break;
	case SPY_ANY_FLOAT:
		any->number = (double)(int32_t)sample_random(seed) / 65536;
		any->number = (double)(float)any->number;
		break;
	case SPY_ANY_DOUBLE:
		any->number = make_double(seed);
		break;
	case SPY_ANY_STRING:
		any->string = make_text(seed, alloc, 40);
		any->len = sample_random(seed) % 2 ? (uint32_t)strlen(any->string)
						   : SPY_STRLEN;
		break;
	case SPY_ANY_BYTES:
		any->len = (uint32_t)(sample_random(seed) % 300);
		any->bytes = make_data(seed, alloc, any->len);
		break;
	case SPY_ANY_TIME: {
		struct timespec time = make_time(seed);

		any->seconds = time.tv_sec;
		any->len = (uint32_t)time.tv_nsec;
		break;
	}
	case SPY_ANY_UUID:
		any->uuid = (const struct spy_uuid *)make_data(seed, alloc, 16);
		break;
	case SPY_ANY_BIGINT: {
		struct spy_bytes big = make_bigint(seed, alloc);

		any->bytes = big.data;
		any->len = (uint32_t)big.len;
		break;
	}
	case SPY_ANY_ARRAY: {
		struct spy_any *items;

		any->len = (uint32_t)(sample_random(seed) % 20);
		any->items = items = alloc(20 * sizeof(*items));
		for (i = 0; i < any->len; i++)
			make_any(&items[i], seed, depth - 1, alloc);
		break;
	}
	case SPY_ANY_MAP: {
		struct spy_any_entry *entries;

		any->len = (uint32_t)(sample_random(seed) % 20);
		any->entries = entries = alloc(20 * sizeof(*entries));
		for (i = 0; i < any->len; i++) {
			entries[i].key = (struct spy_any){ .kind = SPY_ANY_INT };
			entries[i].key.integer = (int64_t)(i * i * 50);
			make_any(&entries[i].value, seed, depth - 1, alloc);
		}
		break;
	}
	case SPY_ANY_OBJECT: {
		struct spy_object *object = alloc(sizeof(*object));
		void *value = alloc(sizeof(struct sample_dog));

		sample_make(&sample_dog_type, value, seed, depth - 1, alloc);
		*object = (struct spy_object){ .name = sample_dog_type.name,
					       .type = &sample_dog_type,
					       .value = value };
		any->object = object;
		break;
	}
	}
}

static void make_field(const struct spy_field *field, void *base, uint64_t *seed,
		       unsigned depth, void *(*alloc)(size_t))
{
	char *at = (char *)base + field->offset;
	bool nil = field->flags & SPY_FIELD_NULLABLE &&
		   (!depth || sample_random(seed) % 3 == 0);

	if (field->flags & SPY_FIELD_RESERVED)
		return;
	if (field->has != SPY_NO_HAS)
		*(bool *)((char *)base + field->has) = !nil;
	if (nil)
		return;
	if (field->flags & SPY_FIELD_POINTER) {
		void *value = alloc(field->type->size);

		memcpy(at, &value, sizeof(value));
		at = value;
	}
	sample_make(field->type, at, seed, depth, alloc);
}

/* Elements of sets and keys of maps differ: the i-th is the i-th of its kind. */
static void make_unique(const struct spy_field *field, void *base, uint64_t *seed,
			size_t i)
{
	char *at = (char *)base + field->offset;
	int64_t number = (int64_t)i * 1000 - 3000;
	double real = (double)number / 8;

	(void)seed;
	if (field->kind == SPY_KIND_ENUM)
		memcpy(at, &field->type->values[i].number, 4);
	else if (field->kind == SPY_KIND_DOUBLE)
		memcpy(at, &real, 8);
	else if (field->kind == SPY_KIND_UUID)
		memcpy(at + 3, &number, 8);
	else
		memcpy(at, &number, 8);
}

static void make_list(const struct spy_type *type, struct spy_list *list, uint64_t *seed,
		      unsigned depth, void *(*alloc)(size_t))
{
	const struct spy_field *field = type->fields;
	size_t max = depth ? 20 : 0, i;
	char *items;

	if (type->kind != SPY_KIND_LIST && field->kind == SPY_KIND_ENUM)
		max = depth ? field->type->count : 0;
	list->len = sample_random(seed) % (max + 1);
	if (type == &sample_node_list_type && list->len > 2)
		list->len = 2;
	items = alloc((max + 1) * type->stride);
	list->items = items;
	for (i = 0; i < list->len; i++, items += type->stride) {
		if (type->kind == SPY_KIND_LIST)
			make_field(field, items, seed, depth - 1, alloc);
		else
			make_unique(field, items, seed, i);
		if (type->kind == SPY_KIND_MAP)
			make_field(field + 1, items, seed, depth - 1, alloc);
	}
}

void sample_make(const struct spy_type *type, void *value, uint64_t *seed, unsigned depth,
		 void *(*alloc)(size_t size))
{
	unsigned i;

	memset(value, 0, type->size);
	switch ((enum spy_kind)type->kind) {
	case SPY_KIND_BOOL:
		*(bool *)value = sample_random(seed) % 2;
		break;
	case SPY_KIND_INT8:
	case SPY_KIND_INT16:
	case SPY_KIND_INT32:
	case SPY_KIND_INT64:
	case SPY_KIND_DURATION: {
		int64_t number = (int64_t)(bits(seed, 8 * type->size) >> 1);

		number = sample_random(seed) % 2 ? number : -number - 1;
		memcpy(value, &number, type->size);
		break;
	}
	case SPY_KIND_UINT8:
	case SPY_KIND_UINT16:
	case SPY_KIND_UINT32:
	case SPY_KIND_UINT64: {
		uint64_t number = bits(seed, 8 * type->size);

		memcpy(value, &number, type->size);
		break;
	}
	case SPY_KIND_FLOAT:
		*(float *)value = (float)(int32_t)sample_random(seed) / 4096;
		break;
	case SPY_KIND_DOUBLE:
		*(double *)value = make_double(seed);
		break;
	case SPY_KIND_STRING:
		*(const char **)value = make_text(seed, alloc, 40);
		break;
	case SPY_KIND_URI:
		*(const char **)value =
			sample_random(seed) % 2 ? "https://x.org/a?b=%20#c" : "";
		break;
	case SPY_KIND_BYTES: {
		struct spy_bytes *bytes = value;

		bytes->len = sample_random(seed) % 300;
		bytes->data = make_data(seed, alloc, bytes->len);
		break;
	}
	case SPY_KIND_TIME:
		*(struct timespec *)value = make_time(seed);
		break;
	case SPY_KIND_UUID:
		memcpy(value, make_data(seed, alloc, 16), 16);
		break;
	case SPY_KIND_BIGINT:
		*(struct spy_bytes *)value = make_bigint(seed, alloc);
		break;
	case SPY_KIND_ANY:
		make_any(value, seed, depth < 3 ? depth : 3, alloc);
		break;
	case SPY_KIND_ENUM:
		memcpy(value, &type->values[sample_random(seed) % type->count].number, 4);
		break;
	case SPY_KIND_LIST:
	case SPY_KIND_SET:
	case SPY_KIND_MAP:
		make_list(type, value, seed, depth, alloc);
		break;
	case SPY_KIND_TUPLE:
	case SPY_KIND_MODEL:
		for (i = 0; i < type->count; i++)
			make_field(&type->fields[i], value, seed, depth ? depth - 1 : 0,
				   alloc);
		break;
	case SPY_KIND_UNION: {
		int32_t number = (int32_t)(sample_random(seed) % type->count);

		memcpy(value, &number, sizeof(number));
		sample_make(type->members[number], (char *)value + type->offset, seed,
			    depth ? depth - 1 : 0, alloc);
		break;
	}
	}
}
