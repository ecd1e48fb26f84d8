/*
 * Open calls by their number: open addressing, at most half full. It shrinks again; an empty
 * one keeps 32 bytes at most.
 */
#ifndef SPY_CORE_TABLE_H
#define SPY_CORE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spy_call;

struct spy_table {
	struct spy_call **slots;
	uint32_t size; /* a power of two, or 0 */
	uint32_t count;
};

struct spy_call *spy_table_get(const struct spy_table *table, uint32_t id);
/* SPY_ENOMEM. The number must not be in it. */
int spy_table_put(struct spy_table *table, struct spy_call *call);
/* False when it is not in it. */
bool spy_table_remove(struct spy_table *table, const struct spy_call *call);
void spy_table_free(struct spy_table *table);

#endif
