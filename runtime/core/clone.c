/*
 * Deep copies in one block: the same walk twice, first to add up what everything needs, then
 * to copy. In front of the copy stands an arena's address if objects in it can be asked for
 * their type later (spy_value_from_any() decodes them there).
 *
 * Invariant: both walks take the same pieces in the same order.
 */
#include <stdlib.h>

#include <core/arena.h>
#include <core/field.h>

struct owner {
	struct spy_arena *arena;
	void *align;
};

struct copier {
	char *at;    /* NULL: only counting */
	size_t size; /* so far */
	struct spy_arena *arena;
	const struct spy_env *env; /* of the arena that objects came in */
	bool objects;
};

/* `n` bytes for a copy of `from`; NULL when counting. */
static void *take(struct copier *c, const void *from, size_t n)
{
	void *piece = NULL;

	if (c->at) {
		piece = c->at + c->size;
		if (n)
			memcpy(piece, from, n);
	}
	c->size += (n + 7) & ~(size_t)7;
	return piece;
}

static char *take_text(struct copier *c, const char *text, size_t n)
{
	char *piece = c->at ? c->at + c->size : NULL;

	if (piece) {
		memcpy(piece, text, n);
		piece[n] = '\0';
	}
	c->size += (n + 8) & ~(size_t)7;
	return piece;
}

/* Everything below finds in `to` a flat copy of `from` (NULL when counting) and replaces
 * what points elsewhere. */
static void deepen(struct copier *c, unsigned kind, const struct spy_type *type, void *to,
		   const void *from);

static void deepen_field(struct copier *c, const struct spy_field *field, void *to,
			 const void *from)
{
	const void *value;
	char *at = to ? (char *)to + field->offset : NULL;

	if (field->flags & SPY_FIELD_RESERVED)
		return;
	value = spy_field_at(field, from);
	if (!value)
		return;
	if (field->flags & SPY_FIELD_POINTER) {
		void *piece = take(c, value, field->type->size);

		if (at)
			memcpy(at, &piece, sizeof(piece));
		at = piece;
	}
	deepen(c, field->kind, field->type, at, value);
}

static void deepen_list(struct copier *c, const struct spy_type *type,
			struct spy_list *to, const struct spy_list *from)
{
	const struct spy_field *field = type->fields;
	bool map = type->kind == SPY_KIND_MAP;
	char *items = take(c, from->items, from->len * type->stride);
	size_t i;

	if (to)
		to->items = items;
	if (spy_kind_is_flat(field->kind) && (!map || spy_kind_is_flat(field[1].kind)))
		return;
	for (i = 0; i < from->len; i++) {
		const char *item = (const char *)from->items + i * type->stride;
		char *copy = items ? items + i * type->stride : NULL;

		deepen_field(c, field, copy, item);
		if (map)
			deepen_field(c, field + 1, copy, item);
	}
}

static const struct spy_object *copy_object(struct copier *c,
					    const struct spy_object *from)
{
	struct spy_object *to = take(c, from, sizeof(*from));

	if (from->encoded.data) {
		const char *name = take_text(c, from->name, strlen(from->name));
		const uint8_t *data = take(c, from->encoded.data, from->encoded.len);

		c->objects = true;
		c->env = from->arena ? from->arena->env : NULL;
		if (to)
			*to = (struct spy_object){ .name = name,
						   .encoded = { data, from->encoded.len },
						   .arena = c->arena };
	} else if (from->type && from->value) {
		void *value = take(c, from->value, from->type->size);

		if (to)
			to->value = value;
		deepen(c, from->type->kind, from->type, value, from->value);
	}
	return to;
}

static void deepen_any(struct copier *c, struct spy_any *to, const struct spy_any *from)
{
	struct spy_any any = *from;
	struct spy_any *items;
	struct spy_any_entry *entries;
	uint32_t i;

	switch (from->kind) {
	case SPY_ANY_STRING:
		if (from->string)
			any.string = take_text(c, from->string, spy_any_strlen(from));
		break;
	case SPY_ANY_BYTES:
	case SPY_ANY_BIGINT:
		any.bytes = take(c, from->bytes, from->len);
		break;
	case SPY_ANY_UUID:
		any.uuid = take(c, from->uuid, sizeof(*from->uuid));
		break;
	case SPY_ANY_ARRAY:
		items = take(c, from->items, from->len * sizeof(*from->items));
		for (i = 0; i < from->len; i++)
			deepen_any(c, items ? &items[i] : NULL, &from->items[i]);
		any.items = items;
		break;
	case SPY_ANY_MAP:
		entries = take(c, from->entries, from->len * sizeof(*from->entries));
		for (i = 0; i < from->len; i++) {
			deepen_any(c, entries ? &entries[i].key : NULL,
				   &from->entries[i].key);
			deepen_any(c, entries ? &entries[i].value : NULL,
				   &from->entries[i].value);
		}
		any.entries = entries;
		break;
	case SPY_ANY_OBJECT:
		any.object = copy_object(c, from->object);
		break;
	default:
		return;
	}
	if (to)
		*to = any;
}

static void deepen(struct copier *c, unsigned kind, const struct spy_type *type, void *to,
		   const void *from)
{
	int32_t number;
	unsigned i;

	switch ((enum spy_kind)kind) {
	case SPY_KIND_STRING:
	case SPY_KIND_URI: {
		const char *text = *(const char *const *)from;

		if (text)
			text = take_text(c, text, strlen(text));
		if (to)
			*(const char **)to = text;
		break;
	}
	case SPY_KIND_BYTES:
	case SPY_KIND_BIGINT: {
		const struct spy_bytes *bytes = (const struct spy_bytes *)from;
		const uint8_t *data = take(c, bytes->data, bytes->len);

		if (to)
			((struct spy_bytes *)to)->data = data;
		break;
	}
	case SPY_KIND_ANY:
		deepen_any(c, (struct spy_any *)to, (const struct spy_any *)from);
		break;
	case SPY_KIND_LIST:
	case SPY_KIND_SET:
	case SPY_KIND_MAP:
		deepen_list(c, type, (struct spy_list *)to,
			    (const struct spy_list *)from);
		break;
	case SPY_KIND_TUPLE:
	case SPY_KIND_MODEL:
		for (i = 0; i < type->count; i++)
			deepen_field(c, &type->fields[i], to, from);
		break;
	case SPY_KIND_UNION:
		memcpy(&number, from, sizeof(number));
		if (number >= 0 && number < type->count)
			deepen(c, type->members[number]->kind, type->members[number],
			       to ? (char *)to + type->offset : NULL,
			       (const char *)from + type->offset);
		break;
	default:
		break;
	}
}

static void *copy(struct copier *c, const struct spy_type *type, const void *value)
{
	void *to = take(c, value, type->size);

	deepen(c, type->kind, type, to, value);
	return to;
}

void *spy_value_clone(const struct spy_type *type, const void *value)
{
	struct copier c = { 0 };
	struct owner *owner;
	char *block;

	copy(&c, type, value);
	block = malloc(sizeof(*owner) + (c.objects ? sizeof(*c.arena) : 0) + c.size);
	if (!block)
		return NULL;
	owner = (struct owner *)block;
	owner->arena = NULL;
	if (c.objects) {
		/* behind the copy, so that this always starts right after its owner */
		c.arena = owner->arena =
			(struct spy_arena *)(block + sizeof(*owner) + c.size);
		spy_arena_init(c.arena, c.env);
	}
	c.at = block + sizeof(*owner);
	c.size = 0;
	return copy(&c, type, value);
}

void spy_value_free(const struct spy_type *type, void *value)
{
	struct owner *owner;

	(void)type;
	if (!value)
		return;
	owner = (struct owner *)value - 1;
	if (owner->arena)
		spy_arena_free(owner->arena);
	free(owner);
}

struct spy_any *spy_any_clone(const struct spy_any *value)
{
	return (struct spy_any *)spy_value_clone(&spy_any_type, value);
}

void spy_any_free(struct spy_any *value)
{
	spy_value_free(&spy_any_type, value);
}
