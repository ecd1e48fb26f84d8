/*
 * Fibers and their stacks; fiber.h says what they are for.
 *
 * Invariant: a fiber is in exactly one place: running or waiting (counted in pool->live), on
 * the warm list, or on the cold one. Its struct lies outside the stack, so that a cold stack
 * has no page at all. Read next: switch.h for the machine, tools.h for the sanitizers.
 */
#define _DEFAULT_SOURCE 1
#include "fiber/fiber.h"

#if SPY_FIBERS

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fiber/switch.h"
#include "fiber/tools.h"

/* Overflowing a stack faults, unless a single frame is larger than this and is not touched
 * on the way down (compilers touch it under -fstack-clash-protection). */
enum { GUARD_PAGES = 1 };

/* Idle stacks that keep their pages: after trimming, and before a burst's have to be given
 * back on the spot. One touched page each: 64 KiB, 1 MiB. */
enum { WARM_KEPT = 16, WARM_MAX = 256 };

/* Idle stacks without pages. They cost the kernel two mappings each, new ones 7 us. */
enum { COLD_MAX = 1024 };

enum state { IDLE, RUNNING, WAITING };

struct spy_fiber {
	spy_fiber_context context; /* where it goes on, while it waits */
	spy_fiber_context back;	   /* where its resumer goes on, while it runs */
	struct spy_fiber *resumer; /* NULL: the thread's own stack */
	struct spy_fiber *next;	   /* on the warm or the cold list */
	struct spy_fiber_pool *pool;
	void (*fn)(void *arg);
	void *arg;
	enum state state;
	struct fiber_tools tools; /* these also know the stack */
};

/* Like errno, a property of the thread, not of the program. */
static _Thread_local struct spy_fiber *current;

struct spy_fiber *spy_fiber_current(void)
{
	return current;
}

/* --- stacks --------------------------------------------------------------------------- */

void spy_fiber_pool_init(struct spy_fiber_pool *pool, size_t stack_size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size =
		(stack_size ? stack_size : SPY_FIBER_STACK) * SPY_FIBER_STACK_FACTOR;

	*pool = (struct spy_fiber_pool){
		.stack_size = (size + page - 1) / page * page,
		.page = page,
		.max = SPY_FIBER_MAX,
	};
}

static size_t guard_size(const struct spy_fiber_pool *pool)
{
	return GUARD_PAGES * pool->page;
}

static struct spy_fiber *map(struct spy_fiber_pool *pool)
{
	struct spy_fiber *fiber = calloc(1, sizeof(*fiber));
	size_t guard = guard_size(pool);
	char *low;

	if (!fiber)
		return NULL;
	/* MAP_STACK keeps huge pages away, which would make each stack cost all of itself */
	low = mmap(NULL, guard + pool->stack_size, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (low == MAP_FAILED)
		goto fail;
	/* fails at vm.max_map_count even when mmap() did not: this splits the mapping */
	if (mprotect(low, guard, PROT_NONE) < 0) {
		munmap(low, guard + pool->stack_size);
		goto fail;
	}
	fiber->pool = pool;
	tools_mapped(&fiber->tools, low + guard, pool->stack_size);
	return fiber;
fail:
	free(fiber);
	return NULL;
}

static void unmap(struct spy_fiber *fiber)
{
	size_t guard = guard_size(fiber->pool);

	tools_unmap(&fiber->tools);
	munmap((char *)fiber->tools.stack - guard, guard + fiber->tools.size);
	free(fiber);
}

/* Takes a finished fiber that is on no list: keeps its mapping without its pages. */
static void cool(struct spy_fiber *fiber)
{
	struct spy_fiber_pool *pool = fiber->pool;

	if (pool->cold_count >= COLD_MAX ||
	    madvise(fiber->tools.stack, fiber->tools.size, MADV_DONTNEED) < 0) {
		unmap(fiber);
		return;
	}
	fiber->next = pool->cold;
	pool->cold = fiber;
	pool->cold_count++;
}

static struct spy_fiber *take(struct spy_fiber_pool *pool)
{
	struct spy_fiber *fiber;

	if (pool->live >= pool->max)
		return NULL;
	if ((fiber = pool->warm)) {
		pool->warm = fiber->next;
		pool->warm_count--;
	} else if ((fiber = pool->cold)) {
		pool->cold = fiber->next;
		pool->cold_count--;
	} else if (!(fiber = map(pool))) {
		return NULL;
	}
	pool->live++;
	tools_fresh(&fiber->tools);
	return fiber;
}

static void give(struct spy_fiber *fiber)
{
	struct spy_fiber_pool *pool = fiber->pool;

	pool->live--;
	if (pool->warm_count >= WARM_MAX) {
		cool(fiber);
		return;
	}
	fiber->next = pool->warm;
	pool->warm = fiber;
	pool->warm_count++;
}

void spy_fiber_pool_trim(struct spy_fiber_pool *pool)
{
	struct spy_fiber **end = &pool->warm, *fiber, *next;

	if (pool->warm_count <= WARM_KEPT)
		return;
	for (int i = 0; i < WARM_KEPT; i++)
		end = &(*end)->next;
	fiber = *end;
	*end = NULL;
	pool->warm_count = WARM_KEPT;
	for (; fiber; fiber = next) {
		next = fiber->next;
		cool(fiber);
	}
}

static void unmap_list(struct spy_fiber *fiber)
{
	while (fiber) {
		struct spy_fiber *next = fiber->next;

		unmap(fiber);
		fiber = next;
	}
}

void spy_fiber_pool_fini(struct spy_fiber_pool *pool)
{
	assert(pool->live == 0);
	unmap_list(pool->warm);
	unmap_list(pool->cold);
	pool->warm = pool->cold = NULL;
	pool->warm_count = pool->cold_count = 0;
}

/* --- control -------------------------------------------------------------------------- */

/* From whoever calls, to the fiber, and back when it yields or has finished. */
static void enter(struct spy_fiber *fiber)
{
	fiber->resumer = current;
	fiber->state = RUNNING;
	current = fiber;
	tools_enter(&fiber->tools);
	spy_fiber_switch(&fiber->back, &fiber->context);
	tools_left(&fiber->tools);
	current = fiber->resumer;
	if (fiber->state == IDLE)
		give(fiber);
}

static void leave(struct spy_fiber *fiber, enum state state)
{
	fiber->state = state;
	tools_leave(&fiber->tools, state == IDLE);
	spy_fiber_switch(&fiber->context, &fiber->back);
}

static void fiber_main(void *arg)
{
	struct spy_fiber *fiber = arg;

	tools_entered(&fiber->tools);
	fiber->fn(fiber->arg);
	leave(fiber, IDLE);
	abort(); /* nobody resumes a fiber that has finished */
}

int spy_fiber_start(struct spy_fiber_pool *pool, void (*fn)(void *arg), void *arg)
{
	struct spy_fiber *fiber = take(pool);

	if (!fiber)
		return SPY_ENOMEM;
	fiber->fn = fn;
	fiber->arg = arg;
	spy_fiber_prepare(&fiber->context, fiber->tools.stack, fiber->tools.size,
			  fiber_main, fiber);
	enter(fiber);
	return 0;
}

void spy_fiber_yield(void)
{
	struct spy_fiber *fiber = current;

	assert(fiber);
	leave(fiber, WAITING);
	tools_entered(&fiber->tools);
}

void spy_fiber_resume(struct spy_fiber *fiber)
{
	assert(fiber->state == WAITING);
	enter(fiber);
}

#endif
