/*
 * Timers of one event loop: any number of them, set and cancelled in constant time. Pure:
 * the time comes in as an argument (milliseconds of a clock that never goes back), nothing
 * here asks for it or sleeps. A host asks spy_timers_next() how long it may sleep and calls
 * spy_timers_run() when it wakes.
 *
 * Invariant: a timer fires once, in spy_timers_run(), never before its deadline, and those
 * due in one run fire in the order of their deadlines (of equal ones: the order in which
 * they were set, unless one was set more than WHEEL milliseconds earlier than the other).
 * Read next: timer.c.
 */
#ifndef SPY_TIMER_H
#define SPY_TIMER_H

#include <stdbool.h>
#include <stdint.h>

/* Embed it where it is needed and find the way back from its address. Zeroed is idle. */
struct spy_timer {
	struct spy_timer *next,
		*prev; /* ring through a slot of the wheel; NULL when idle */
	int64_t deadline;
	void (*fire)(struct spy_timer *timer);
	uint16_t slot; /* where it hangs, timer.c's */
};

/* Six levels of 64 slots, from 1 ms to 2^30 ms (12 days) a slot; later ones wait in the
 * last and are looked at again. */
#define SPY_TIMER_LEVELS 6
#define SPY_TIMER_SLOTS	 64

struct spy_timers {
	int64_t now;			 /* everything before it has fired */
	uint64_t used[SPY_TIMER_LEVELS]; /* a bit for each slot that holds a timer */
	struct spy_timer slots[SPY_TIMER_LEVELS][SPY_TIMER_SLOTS]; /* heads of rings */
};

void spy_timers_init(struct spy_timers *timers, int64_t now);

/* Sets it, again if it is set already, to fire at `deadline`; one that has passed fires in
 * the next run. `fire` gets the timer back and may set or cancel any, itself included, or
 * free the memory that it is in. */
void spy_timer_set(struct spy_timers *timers, struct spy_timer *timer, int64_t deadline,
		   void (*fire)(struct spy_timer *timer));

/* It will not fire. Nothing happens when it is idle. */
void spy_timer_cancel(struct spy_timers *timers, struct spy_timer *timer);

static inline bool spy_timer_is_set(const struct spy_timer *timer)
{
	return timer->next != NULL;
}

/* When the host should call spy_timers_run() at the latest; INT64_MAX when nothing is set.
 * May be earlier than the first deadline (a far one that has to move closer), never later. */
int64_t spy_timers_next(const struct spy_timers *timers);

/* Fires what is due at `now`. Those set while it runs wait for the next run when they are
 * due already, so that a timer which sets itself does not hold the loop. */
void spy_timers_run(struct spy_timers *timers, int64_t now);

#endif
