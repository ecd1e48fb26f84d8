/*
 * Timers of one event loop: any number of them, set and cancelled in constant time. Pure:
 * the time comes in as an argument (milliseconds of a clock that never goes back), nothing
 * here asks for it or sleeps. A host asks spy_timers_next() how long it may sleep and calls
 * spy_timers_run() when it wakes.
 *
 * Invariant: a timer fires once, in spy_timers_run(), never before its deadline. Timers fire
 * in the order of their deadlines; equal ones, and those whose deadline had passed already
 * when they were set, in the order in which they were set. Read next: timer.c.
 */
#ifndef SPY_TIMER_H
#define SPY_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spy_timer_ring {
	struct spy_timer_ring *next, *prev;
};

/* Embed it where it is needed and find the way back from its address. Zeroed is idle. */
struct spy_timer {
	struct spy_timer_ring ring; /* next is NULL when idle */
	int64_t deadline;
	void (*fire)(struct spy_timer *timer);
};

/* Six levels of 64 slots; a slot covers 1 ms in the first and 12 days in the last. */
#define SPY_TIMER_LEVELS 6
#define SPY_TIMER_BITS	 6
#define SPY_TIMER_SLOTS	 (1 << SPY_TIMER_BITS)

struct spy_timers {
	int64_t now;			 /* what was due then has fired */
	int64_t until;			 /* while running: the time given; else now */
	uint64_t used[SPY_TIMER_LEVELS]; /* a bit for each slot that holds a timer */
	struct spy_timer_ring slots[SPY_TIMER_LEVELS][SPY_TIMER_SLOTS];
	struct spy_timer_ring far;    /* beyond the last level, two years and more */
	struct spy_timer_ring due;    /* to fire in the next run */
	struct spy_timer_ring firing; /* in this one */
};

void spy_timers_init(struct spy_timers *timers, int64_t now);

/* Sets it, again if it is set already, to fire at `deadline`; one that has passed fires in
 * the next run. `fire` gets the timer back, idle; it may set or cancel any, that one
 * included, or free the memory that it is in. */
void spy_timer_set(struct spy_timers *timers, struct spy_timer *timer, int64_t deadline,
		   void (*fire)(struct spy_timer *timer));

/* It will not fire. Nothing happens when it is idle. */
void spy_timer_cancel(struct spy_timers *timers, struct spy_timer *timer);

static inline bool spy_timer_is_set(const struct spy_timer *timer)
{
	return timer->ring.next != NULL;
}

/* When the host should call spy_timers_run() at the latest; INT64_MAX when nothing is set.
 * May be earlier than the first deadline (a far one has to move closer), never later. */
int64_t spy_timers_next(const struct spy_timers *timers);

/* Fires what is due at `now`. A timer that is set meanwhile waits for the next run even when
 * it is due, so that one which sets itself does not hold the loop. May be called again from
 * inside a fire function that runs the loop: what the outer run has left fires there. */
void spy_timers_run(struct spy_timers *timers, int64_t now);

#endif
