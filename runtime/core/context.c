/*
 * The loop's side of waiting and of things to be done: context.h says what, here is how.
 *
 * Invariant: a task in `ready` runs exactly once for all the times it was scheduled before,
 * and while one runs, no other does. A fiber is started and resumed from tasks only.
 */
#include <core/call.h>
#include <core/output.h>

#include <stdlib.h>

void spy_context_init(struct spy_context *context, const struct spy_context_hooks *hooks,
		      const struct spy_env *env, int64_t now, struct timespec wall)
{
	memset(context, 0, sizeof *context);
	context->now = now;
	context->wall = wall;
	context->env = env;
	if (hooks)
		context->hooks = *hooks;
	spy_timers_init(&context->timers, now / 1000000);
	spy_fiber_pool_init(&context->fibers, 0);
	spy_ring_init(&context->ready);
	spy_ring_init(&context->connections);
}

void spy_context_fini(struct spy_context *context)
{
	while (context->arena_count) {
		struct spy_arena *arena = context->arenas[--context->arena_count];

		spy_arena_free(arena);
		free(arena);
	}
	spy_output_free_spares(context);
	spy_fiber_pool_fini(&context->fibers);
}

void spy_context_set_time(struct spy_context *context, int64_t now, struct timespec wall)
{
	if (now > context->now)
		context->now = now;
	context->wall = wall;
}

void spy_context_run(struct spy_context *context)
{
	spy_timers_run(&context->timers, context->now / 1000000);
	spy_context_run_ready(context);
}

int64_t spy_context_deadline(const struct spy_context *context)
{
	int64_t next;

	if (!spy_ring_is_empty(&context->ready))
		return 0;
	next = spy_timers_next(&context->timers);
	return next > INT64_MAX / 1000000 ? INT64_MAX : next * 1000000;
}

void spy_task_schedule(struct spy_context *context, struct spy_task *task)
{
	if (task->ring.next)
		return;
	spy_ring_append(&context->ready, &task->ring);
	if (!context->busy && !context->woken && context->hooks.wake) {
		context->woken = true;
		context->hooks.wake(context->hooks.self);
	}
}

void spy_task_cancel(struct spy_task *task)
{
	spy_ring_remove(&task->ring);
}

void spy_context_run_ready(struct spy_context *context)
{
	struct spy_ring last;

	if (context->busy || spy_ring_is_empty(&context->ready))
		return;
	context->busy = true;
	/* What is appended from now on comes after this mark. */
	spy_ring_append(&context->ready, &last);
	while (context->ready.next != &last) {
		struct spy_task *task =
			SPY_CONTAINER(context->ready.next, struct spy_task, ring);

		spy_ring_remove(&task->ring);
		task->run(task);
	}
	spy_ring_remove(&last);
	context->busy = false;
	context->woken = false;
	if (!spy_ring_is_empty(&context->ready) && context->hooks.wake) {
		context->woken = true;
		context->hooks.wake(context->hooks.self);
	}
}

/* The program waits: the loop runs inside. */
static int wait_in_loop(struct spy_context *context, struct spy_waiter *waiter)
{
	int r = 0;

	if (context->busy || !context->hooks.wait)
		return SPY_EAGAIN;
	while (!waiter->woken && r >= 0)
		r = context->hooks.wait(context->hooks.self);
	return waiter->woken ? 0 : r;
}

int spy_context_wait(struct spy_context *context, struct spy_waiter *waiter,
		     unsigned flags)
{
	struct spy_call *call = context->running;

	if (!call)
		return wait_in_loop(context, waiter);
	if (call->status < 0)
		return call->status;
	if (!(flags & SPY_WAIT_SUBSCRIPTION))
		spy_call_opened(call);
	if (!(waiter->fiber = spy_fiber_current()))
		return SPY_EAGAIN;
	waiter->owner = call;
	call->waiter = waiter;
	context->running = NULL;
	spy_fiber_yield();
	context->running = call;
	call->waiter = NULL;
	return call->status < 0 ? call->status : 0;
}

void spy_waiter_wake(struct spy_context *context, struct spy_waiter *waiter)
{
	if (waiter->woken)
		return;
	waiter->woken = true;
	if (waiter->owner)
		spy_task_schedule(context, &waiter->owner->task);
}

struct spy_arena *spy_context_arena(struct spy_context *context)
{
	struct spy_arena *arena;

	if (context->arena_count)
		return context->arenas[--context->arena_count];
	if ((arena = malloc(sizeof *arena)))
		spy_arena_init(arena, context->env);
	return arena;
}

void spy_context_arena_done(struct spy_context *context, struct spy_arena *arena)
{
	if (!arena)
		return;
	if (context->arena_count < SPY_SPARE_ARENAS) {
		spy_arena_reset(arena);
		context->arenas[context->arena_count++] = arena;
		return;
	}
	spy_arena_free(arena);
	free(arena);
}
