/*
 * Fibers: functions that can stop in the middle and go on later, each on a stack of its
 * own. They are what lets a method on the server simply wait. Nothing here knows of calls,
 * streams or the loop: whoever starts a fiber also decides when it goes on.
 *
 * Invariant: a fiber runs on the thread that started it, and nowhere else. Control returns
 * to the one who started or resumed it, so fibers nest like function calls.
 *
 * A fiber may change the rounding mode, the exceptions of floating point or errno, but not
 * across a yield: a switch keeps what C functions keep for their callers, except the control
 * words of the FPU, which cost more than the whole rest and which nobody changes and waits.
 *
 * With SPY_FIBERS=0 this header is all there is: starting runs the function to its end on
 * the caller's stack, spy_fiber_current() is NULL, and so everything that would wait
 * answers SPY_EAGAIN. Read next: fiber.c, then switch_x86_64.S.
 */
#ifndef SPY_FIBER_H
#define SPY_FIBER_H

#include <stdbool.h>
#include <stddef.h>

#include <spy/error.h>

#ifndef SPY_FIBERS
#define SPY_FIBERS 1
#endif

/* Untouched pages cost nothing, so this is address space more than memory. */
#define SPY_FIBER_STACK 65536

/* A stack and its guard page are two mappings, and Linux gives a process 65,530
 * (vm.max_map_count); the rest is left to malloc and the libraries. */
#define SPY_FIBER_MAX 30000

struct spy_fiber;

#if SPY_FIBERS

/* The stacks of one event loop. Embed it; the members are fiber.c's. */
struct spy_fiber_pool {
	size_t stack_size;
	size_t page;
	size_t live; /* fibers that are not finished */
	size_t max;  /* of them */
	struct spy_fiber
		*warm; /* finished, their pages still there; the last one first */
	struct spy_fiber *cold; /* finished, their pages given back */
	size_t warm_count, cold_count;
};

/* `stack_size` is rounded up to pages; 0 for SPY_FIBER_STACK. Maps nothing yet. */
void spy_fiber_pool_init(struct spy_fiber_pool *pool, size_t stack_size);

/* Unmaps all stacks. No fiber of the pool may be alive. */
void spy_fiber_pool_fini(struct spy_fiber_pool *pool);

/* Gives the pages of idle stacks back, except for a few warm ones. Meant for a timer: after
 * a burst of calls memory falls again. Without it the pool keeps a bounded number of stacks. */
void spy_fiber_pool_trim(struct spy_fiber_pool *pool);

/* Runs fn(arg) on a fiber until it first yields or returns. 0, or SPY_ENOMEM (no memory, no
 * mappings, SPY_FIBER_MAX) without having run it. */
int spy_fiber_start(struct spy_fiber_pool *pool, void (*fn)(void *arg), void *arg);

/* The fiber that is running, or NULL on the thread's own stack. */
struct spy_fiber *spy_fiber_current(void);

/* Back to the one who started or resumed this fiber; returns when it is resumed. Only on a
 * fiber. */
void spy_fiber_yield(void);

/* Lets a fiber that has yielded go on until it yields or returns. May be called on another
 * fiber, which waits meanwhile. A fiber that has returned is gone: keep no pointer to it. */
void spy_fiber_resume(struct spy_fiber *fiber);

#else

struct spy_fiber_pool {
	size_t live;
};

static inline void spy_fiber_pool_init(struct spy_fiber_pool *pool, size_t stack_size)
{
	(void)stack_size;
	pool->live = 0;
}

static inline void spy_fiber_pool_fini(struct spy_fiber_pool *pool)
{
	(void)pool;
}

static inline void spy_fiber_pool_trim(struct spy_fiber_pool *pool)
{
	(void)pool;
}

static inline int spy_fiber_start(struct spy_fiber_pool *pool, void (*fn)(void *arg),
				  void *arg)
{
	(void)pool;
	fn(arg);
	return 0;
}

static inline struct spy_fiber *spy_fiber_current(void)
{
	return NULL;
}

static inline void spy_fiber_yield(void)
{
}

static inline void spy_fiber_resume(struct spy_fiber *fiber)
{
	(void)fiber;
}

#endif
#endif
