/*
 * Memory for what is decoded: pieces are cut off a block, and all go at once. Reset and
 * used again, an arena asks malloc() for nothing as long as items fit the block it keeps,
 * and at most once per item when they do not.
 *
 * Invariant: the blocks together never exceed `budget` (plus the one block that is kept),
 * whatever the input claims. decode.h sets the budget from the input's length; the time and
 * randomness for defaults come in through `env`, because the core asks no system.
 */
#ifndef SPY_CORE_ARENA_H
#define SPY_CORE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* What one decoded item may take: a fixed part, so that small messages with large structs
 * pass, and a multiple of its encoded length. The worst honest case is a map of nils in
 * `any`: 32 bytes for two. */
#define SPY_ARENA_BUDGET_BASE	((size_t)64 * 1024)
#define SPY_ARENA_BUDGET_FACTOR 32

/* A block up to this size is kept by spy_arena_reset(); a larger one was for a rare large
 * item and would be held by every idle stream. */
#define SPY_ARENA_KEEP ((size_t)16 * 1024)

/* Where defaults `now` and `random` come from. Either may be NULL: zeros then. */
struct spy_env {
	void (*now)(struct timespec *time);
	void (*random)(void *bytes, size_t len);
};

struct spy_arena_block {
	struct spy_arena_block *next;
	size_t size; /* with this head */
};

/* A struct zeroed but for `env` is an empty arena. */
struct spy_arena {
	uint8_t *at, *end; /* what is left of the current block */
	struct spy_arena_block *blocks;
	size_t used;   /* size of all blocks */
	size_t budget; /* what `used` may reach */
	size_t hint;   /* size of the next first block: what the last item took */
	int error;     /* why an allocation failed: SPY_ENOMEM, SPY_ERESOURCE_EXHAUSTED */
	uint64_t seed; /* of hashes, once one was needed; never 0 then */
	const struct spy_env *env;
};

void spy_arena_init(struct spy_arena *arena, const struct spy_env *env);
/* Frees all memory; the arena is empty and usable again. */
void spy_arena_free(struct spy_arena *arena);

void *spy_arena_alloc_slow(struct spy_arena *arena, size_t size);
void spy_arena_reset_slow(struct spy_arena *arena);

/* Everything handed out is gone; the first block is kept unless it is large. */
static inline void spy_arena_reset(struct spy_arena *arena)
{
	struct spy_arena_block *block = arena->blocks;

	if (__builtin_expect(!block || block->next || block->size > SPY_ARENA_KEEP, 0)) {
		spy_arena_reset_slow(arena);
		return;
	}
	arena->error = 0;
	arena->at = (uint8_t *)(block + 1);
	arena->end = (uint8_t *)block + block->size;
}

/* `size` bytes, aligned to 8, not cleared, up to the next multiple of 8 writable; NULL
 * beyond the budget or without memory, `error` says which. Callers outside of the decoder
 * (spy_call_alloc) allow themselves the memory first. */
static inline void *spy_arena_alloc(struct spy_arena *arena, size_t size)
{
	uint8_t *at = arena->at;

	if (__builtin_expect(size >= (size_t)(arena->end - at), 0))
		return spy_arena_alloc_slow(arena, size);
	arena->at = at + ((size + 7) & ~(size_t)7);
	return at;
}

/* A number that a peer cannot know. */
uint64_t spy_arena_seed(struct spy_arena *arena);

/* May take `size` bytes more than it holds now. */
static inline void spy_arena_allow(struct spy_arena *arena, size_t size)
{
	size_t budget = arena->used + size;

	arena->budget = budget < size ? SIZE_MAX : budget;
}

#endif
