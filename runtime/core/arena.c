/*
 * The blocks behind arena.h, newest first. Invariant: `used` is the sum of all blocks'
 * sizes, and the block that `at` points into is the head of the list.
 */
#include <stdlib.h>

#include <spy/error.h>

#include <core/arena.h>

/* Of the first block, when nothing says that more is needed: a small item. */
#define FIRST_BLOCK ((size_t)512)
/* A block is never larger than this because the one before it was: the doubling stops. */
#define LARGE_BLOCK ((size_t)256 * 1024)

void spy_arena_init(struct spy_arena *arena, const struct spy_env *env)
{
	*arena = (struct spy_arena){ .env = env };
}

static void use_block(struct spy_arena *arena, struct spy_arena_block *block)
{
	arena->at = (uint8_t *)(block + 1);
	arena->end = (uint8_t *)block + block->size;
}

static void *fail(struct spy_arena *arena, int error)
{
	arena->error = error;
	return NULL;
}

/* What to ask for when `need` bytes have to fit: more than the last block, so that their
 * number stays small, within the budget. */
static size_t block_size(const struct spy_arena *arena, size_t need)
{
	size_t size = arena->blocks ? 2 * arena->blocks->size : arena->hint;
	size_t left = arena->budget > arena->used ? arena->budget - arena->used : 0;

	if (size > LARGE_BLOCK && arena->blocks)
		size = LARGE_BLOCK;
	if (size < FIRST_BLOCK)
		size = FIRST_BLOCK;
	if (size > left)
		size = left & ~(size_t)7;
	return size < need ? need : size;
}

void *spy_arena_alloc_slow(struct spy_arena *arena, size_t size)
{
	struct spy_arena_block *block;
	size_t need, left;

	if (arena->at && size <= (size_t)(arena->end - arena->at) && size) {
		void *at = arena->at;

		arena->at = arena->end;
		return at;
	}
	left = arena->budget > arena->used ? arena->budget - arena->used : 0;
	/* one byte for nothing, so that what is given is never NULL */
	need = sizeof(*block) + ((size + 8) & ~(size_t)7);
	if (size > left || need > left)
		return fail(arena, SPY_ERESOURCE_EXHAUSTED);
	need = block_size(arena, need);
	block = malloc(need);
	if (!block)
		return fail(arena, SPY_ENOMEM);
	block->size = need;
	block->next = arena->blocks;
	arena->blocks = block;
	arena->used += need;
	use_block(arena, block);
	return spy_arena_alloc(arena, size);
}

static void free_blocks(struct spy_arena_block *block)
{
	while (block) {
		struct spy_arena_block *next = block->next;

		free(block);
		block = next;
	}
}

/* There is no block, or it cannot be kept. */
void spy_arena_reset_slow(struct spy_arena *arena)
{
	arena->error = 0;
	if (!arena->blocks)
		return;
	/* next time one block takes it all */
	arena->hint = arena->used - (size_t)(arena->end - arena->at);
	free_blocks(arena->blocks);
	arena->blocks = NULL;
	arena->at = arena->end = NULL;
	arena->used = 0;
}

void spy_arena_free(struct spy_arena *arena)
{
	free_blocks(arena->blocks);
	spy_arena_init(arena, arena->env);
}

uint64_t spy_arena_seed(struct spy_arena *arena)
{
	if (!arena->seed) {
		if (arena->env && arena->env->random)
			arena->env->random(&arena->seed, sizeof(arena->seed));
		else
			arena->seed = (uintptr_t)arena;
		arena->seed |= 1;
	}
	return arena->seed;
}
