/*
 * What the calls of one event loop share: the time, timers, fibers, spare buffers and
 * arenas, and the list of calls that have something to do. The host tells the time and runs
 * the context; nothing in the core asks a clock.
 *
 * Invariant: user code (methods, listeners, callbacks) is called from spy_context_run_ready()
 * only, on the thread's own stack or on a fiber started there. Everything else just changes
 * state and schedules, so it may be called from anywhere, user code included.
 * Read next: connection.h.
 */
#ifndef SPY_CORE_CONTEXT_H
#define SPY_CORE_CONTEXT_H

#include <time.h>

#include <core/arena.h>
#include <core/buf.h>
#include <core/timer.h>
#include <fiber/fiber.h>

/* A ring of things; an entry that is in none points to NULL. */
struct spy_ring {
	struct spy_ring *next, *prev;
};

static inline void spy_ring_init(struct spy_ring *ring)
{
	ring->next = ring->prev = ring;
}

static inline bool spy_ring_is_empty(const struct spy_ring *ring)
{
	return ring->next == ring;
}

static inline void spy_ring_append(struct spy_ring *ring, struct spy_ring *entry)
{
	entry->prev = ring->prev;
	entry->next = ring;
	ring->prev->next = entry;
	ring->prev = entry;
}

/* Nothing happens when it is in none. */
static inline void spy_ring_remove(struct spy_ring *entry)
{
	if (!entry->next)
		return;
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	entry->next = entry->prev = NULL;
}

#define SPY_CONTAINER(pointer, type, member) \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* Something to be done soon, once. Zeroed but for `run` it is idle. */
struct spy_task {
	struct spy_ring ring;
	void (*run)(struct spy_task *task);
};

struct spy_context_hooks {
	/* Runs the loop once: sends what is to be sent, waits for something to happen, hands it
	 * in. 0, or a negative error when nothing can happen any more. NULL: code that is not on
	 * a fiber cannot wait here and gets SPY_EAGAIN. */
	int (*wait)(void *self);
	/* The time may be old, because the loop has slept or the program did something else:
	 * call spy_context_set_time(). NULL: the time is always told. */
	void (*tell)(void *self);
	/* Something became ready outside of the loop's own work: call spy_context_run() soon.
	 * May be NULL when the host asks spy_context_deadline() before it sleeps. */
	void (*wake)(void *self);
	void *self;
};

/* Live objects and sums, for tests and metrics. */
struct spy_context_counts {
	size_t connections, calls;
	uint64_t sessions_open, sessions_closed;
};

/* Kept for reuse; beyond that memory goes back. Both are far more than one thread uses at a
 * time, and a few hundred KB at most. */
#define SPY_SPARE_ARENAS 8
#define SPY_SPARE_CHUNKS 16

struct spy_call;
struct spy_chunk;
struct spy_revocation;

struct spy_context {
	int64_t now;	      /* nanoseconds of a clock that never goes back */
	struct timespec wall; /* UTC */
	struct spy_timers timers;
	struct spy_fiber_pool fibers;
	struct spy_context_counts counts;
	/* The rest is the core's own. */
	struct spy_context_hooks hooks;
	const struct spy_env *env;
	struct spy_ring ready; /* tasks */
	struct spy_ring connections;
	struct spy_call
		*running;  /* whose method runs now, NULL: the loop or the program */
	bool busy;	   /* inside spy_context_run_ready() */
	bool woken;	   /* hooks.wake has been called since the last run */
	uint32_t sequence; /* of arrivals, for spy_select() */
	struct spy_arena *arenas[SPY_SPARE_ARENAS];
	unsigned arena_count;
	struct spy_chunk *chunks;
	unsigned chunk_count;
	struct spy_revocation *revocations; /* while an authentication is pending */
	unsigned authenticating;
	bool revocation_lost; /* for want of memory: refuse what is pending */
};

/* `hooks` and `env` (where defaults `now` and `random` come from) may be NULL; hooks are
 * copied, env is borrowed. */
void spy_context_init(struct spy_context *context, const struct spy_context_hooks *hooks,
		      const struct spy_env *env, int64_t now, struct timespec wall);

/* All connections must have been freed. */
void spy_context_fini(struct spy_context *context);

/* Tells the time; nothing fires yet. Once per turn of the loop, before anything else. */
void spy_context_set_time(struct spy_context *context, int64_t now, struct timespec wall);

/* Makes sure that the time is the time: whatever comes from outside the core calls it first. */
static inline void spy_context_tell(struct spy_context *context)
{
	if (context->hooks.tell)
		context->hooks.tell(context->hooks.self);
}

/* Fires due timers and runs what is ready. Once per turn, before the output is flushed. Not
 * from inside user code. */
void spy_context_run(struct spy_context *context);

/* When spy_context_run() has to be called at the latest, in nanoseconds; 0: now. INT64_MAX:
 * nothing is waiting for time. */
int64_t spy_context_deadline(const struct spy_context *context);

/* --- For the core and for what else runs on the loop (bus, client) -------------------- */

/* Runs `task->run` from the next spy_context_run_ready(). Again while it is waiting: once. */
void spy_task_schedule(struct spy_context *context, struct spy_task *task);
void spy_task_cancel(struct spy_task *task);

/* Runs the tasks that are ready now, not those that they schedule. Does nothing from inside
 * itself. */
void spy_context_run_ready(struct spy_context *context);

/* Someone who waits: a method on its fiber, or the program, which runs the loop. Lives on
 * the waiter's stack. */
struct spy_waiter {
	struct spy_fiber *fiber;
	struct spy_call *owner; /* the call whose method waits; NULL: the program */
	bool woken;
	bool gone; /* what it waited for has been freed: touch it no more */
	/* The streams that point here; stream.c */
	struct spy_stream *const *streams;
	size_t stream_count;
};

enum spy_wait_flag {
	/* Waiting for a subscription to be in place does not make a call OPENED. */
	SPY_WAIT_SUBSCRIPTION = 1 << 0,
};

/* Waits until spy_waiter_wake(); `waiter` zeroed before. 0 when woken; negative: the waiting
 * call has ended (its status), the loop cannot run (its error), or SPY_EAGAIN: nobody can
 * wait here. */
int spy_context_wait(struct spy_context *context, struct spy_waiter *waiter,
		     unsigned flags);
void spy_waiter_wake(struct spy_context *context, struct spy_waiter *waiter);

/* Milliseconds of context->timers for a moment in nanoseconds, rounded up. */
static inline int64_t spy_timer_at(int64_t ns)
{
	return ns / 1000000 + (ns % 1000000 > 0);
}

/* An empty arena, used before or new; NULL without memory. */
struct spy_arena *spy_context_arena(struct spy_context *context);
/* Takes it back. NULL is fine. */
void spy_context_arena_done(struct spy_context *context, struct spy_arena *arena);

#endif
