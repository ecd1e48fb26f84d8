/* Calls by number: see table.h. Linear probing; a removal moves later entries up, for which
 * entries must not stand in long rows: hence the golden ratio. */
#include <core/table.h>

#include <core/call.h>

#include <stdlib.h>

#define SMALLEST 4

/* Where a number stands in a table of this size when nothing is in its way. */
static uint32_t home_of(uint32_t id, uint32_t size)
{
	return (id * 2654435769u) >> __builtin_clz(size - 1);
}

struct spy_call *spy_table_get(const struct spy_table *table, uint32_t id)
{
	if (!table->size)
		return NULL;
	for (uint32_t at = home_of(id, table->size); table->slots[at];
	     at = (at + 1) & (table->size - 1))
		if (table->slots[at]->id == id)
			return table->slots[at];
	return NULL;
}

static void put(struct spy_call **slots, uint32_t size, struct spy_call *call)
{
	uint32_t at = home_of(call->id, size);

	while (slots[at])
		at = (at + 1) & (size - 1);
	slots[at] = call;
}

static int resize(struct spy_table *table, uint32_t size)
{
	struct spy_call **slots = calloc(size, sizeof(*slots));

	if (!slots)
		return SPY_ENOMEM;
	for (uint32_t i = 0; i < table->size; i++)
		if (table->slots[i])
			put(slots, size, table->slots[i]);
	free(table->slots);
	table->slots = slots;
	table->size = size;
	return 0;
}

int spy_table_put(struct spy_table *table, struct spy_call *call)
{
	if (2 * (table->count + 1) > table->size) {
		int r = resize(table, table->size ? 2 * table->size : SMALLEST);

		if (r < 0)
			return r;
	}
	put(table->slots, table->size, call);
	table->count++;
	return 0;
}

bool spy_table_remove(struct spy_table *table, const struct spy_call *call)
{
	uint32_t mask = table->size - 1, hole;

	if (!table->size)
		return false;
	for (hole = home_of(call->id, table->size); table->slots[hole] != call;
	     hole = (hole + 1) & mask)
		if (!table->slots[hole])
			return false;
	for (uint32_t at = (hole + 1) & mask; table->slots[at]; at = (at + 1) & mask) {
		uint32_t home = home_of(table->slots[at]->id, table->size);

		/* may it stand in the hole? only when that is not before its home */
		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		table->slots[hole] = table->slots[at];
		hole = at;
	}
	table->slots[hole] = NULL;
	table->count--;
	/* without memory it stays as it is */
	if (table->size > SMALLEST && 8 * table->count < table->size)
		resize(table, table->size / 2);
	return true;
}

void spy_table_free(struct spy_table *table)
{
	free(table->slots);
	*table = (struct spy_table){ 0 };
}
