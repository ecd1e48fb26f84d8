/*
 * Sets and keys as they arrive: no element twice, within the arena's memory and linear time.
 */
#include <core/decoder.h>

bool spy_decoder_unique(struct spy_decoder *d, const struct spy_elements *elements)
{
	size_t slots = spy_unique_slots(elements->count);
	struct spy_arena before = *d->arena;
	uint32_t *table = NULL;
	uint64_t key = 0;
	bool unique;

	if (slots) {
		table = (uint32_t *)spy_decoder_alloc(d, slots * sizeof(*table));
		if (!table)
			return false;
		key = spy_arena_seed(d->arena);
	}
	unique = spy_unique_check(elements, table, key) == elements->count;
	if (d->arena->blocks == before.blocks)
		d->arena->at = before.at;
	return unique;
}

/* The numbers of an enum as they came, for telling duplicates before unknown ones turn into
 * the default. */
static const struct spy_field raw_number = {
	.type = &spy_any_type,
	.has = SPY_NO_HAS,
	.max = SPY_NO_MAX,
	.kind = SPY_KIND_ANY,
};

/* Refuses duplicates; of different unknown numbers that have become the same default, the
 * first stays, so that a set is a set. */
bool spy_decoder_check(struct spy_decoder *d, const struct spy_type *type,
		       struct spy_list *list, const struct spy_any *raw)
{
	struct spy_elements elements = { type->fields, (const char *)list->items,
					 type->stride, list->len };
	struct spy_elements raws = { &raw_number, (const char *)raw, sizeof(*raw),
				     list->len };
	size_t slots = spy_unique_slots(list->len), i;
	uint32_t *table = NULL;

	if (list->len < 2)
		return true;
	if (!raw)
		return spy_decoder_unique(d, &elements);
	if (!spy_decoder_unique(d, &raws))
		return false;
	for (i = 0; i < list->len; i++) {
		const void *number =
			spy_field_at(type->fields, elements.items + i * type->stride);

		if (number && *(const int32_t *)number != raw[i].integer)
			break;
	}
	if (i == list->len)
		return true;
	if (slots) {
		table = (uint32_t *)spy_decoder_alloc(d, slots * sizeof(*table));
		if (!table)
			return false;
	}
	list->len = spy_unique_keep(&elements, table, spy_arena_seed(d->arena));
	return true;
}
