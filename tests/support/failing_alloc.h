/*
 * A malloc() that fails when told to: in core tests, malloc, calloc and realloc come here
 * (linked with --wrap). Nothing fails until asked.
 */
#ifndef TESTS_SUPPORT_FAILING_ALLOC_H
#define TESTS_SUPPORT_FAILING_ALLOC_H

#include <stddef.h>

/* From now on `n` allocations succeed and then none does; -1: all do. */
void failing_alloc_after(long n);
/* `n` allocations succeed, the next one fails, and all after it succeed again. */
void failing_alloc_once(long n);
/* Allocations asked for since the last failing_alloc_after(). */
size_t failing_alloc_count(void);

#endif
