/*
 * A hierarchical timer wheel: timer.h says what it does, here is how.
 *
 * A deadline is read as a number in base 64. A timer hangs at the level of the highest digit
 * in which its deadline differs from `now`, in the slot of that digit. As time enters a slot
 * above level 0, its timers agree with `now` in one digit more and move down.
 *
 * Invariants: a slot whose digit is not above that of `now` is empty, so the earliest timer
 * is in the lowest slot of the lowest level that has any; and timers with equal deadlines
 * are always in the same ring, which is why they keep their order.
 */
#include "core/timer.h"

static void ring_init(struct spy_timer_ring *ring)
{
	ring->next = ring->prev = ring;
}

static bool ring_is_empty(const struct spy_timer_ring *ring)
{
	return ring->next == ring;
}

static void ring_append(struct spy_timer_ring *ring, struct spy_timer_ring *entry)
{
	entry->prev = ring->prev;
	entry->next = ring;
	ring->prev->next = entry;
	ring->prev = entry;
}

static void ring_remove(struct spy_timer_ring *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	entry->next = entry->prev = NULL;
}

/* Moves all of `from` to the end of `to`. */
static void ring_move(struct spy_timer_ring *to, struct spy_timer_ring *from)
{
	if (ring_is_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	ring_init(from);
}

void spy_timers_init(struct spy_timers *timers, int64_t now)
{
	timers->now = timers->until = now;
	for (int level = 0; level < SPY_TIMER_LEVELS; level++) {
		timers->used[level] = 0;
		for (int slot = 0; slot < SPY_TIMER_SLOTS; slot++)
			ring_init(&timers->slots[level][slot]);
	}
	ring_init(&timers->far);
	ring_init(&timers->due);
	ring_init(&timers->firing);
}

/* Hangs a timer that is not due before `now` where it belongs. */
static void place(struct spy_timers *timers, struct spy_timer *timer)
{
	uint64_t differ = (uint64_t)timer->deadline ^ (uint64_t)timers->now;
	int level = differ ? (63 - __builtin_clzll(differ)) / SPY_TIMER_BITS : 0;
	int slot;

	if (level >= SPY_TIMER_LEVELS) {
		ring_append(&timers->far, &timer->ring);
		return;
	}
	slot = timer->deadline >> (level * SPY_TIMER_BITS) & (SPY_TIMER_SLOTS - 1);
	timers->used[level] |= UINT64_C(1) << slot;
	ring_append(&timers->slots[level][slot], &timer->ring);
}

void spy_timer_set(struct spy_timers *timers, struct spy_timer *timer, int64_t deadline,
		   void (*fire)(struct spy_timer *timer))
{
	spy_timer_cancel(timers, timer);
	timer->deadline = deadline;
	timer->fire = fire;
	if (deadline <= timers->until)
		ring_append(&timers->due, &timer->ring);
	else
		place(timers, timer);
}

void spy_timer_cancel(struct spy_timers *timers, struct spy_timer *timer)
{
	struct spy_timer_ring *head = timer->ring.next;
	uintptr_t first = (uintptr_t)timers->slots;

	if (!spy_timer_is_set(timer))
		return;
	/* the last of its ring: when that is a slot, it is now unused */
	if (head == timer->ring.prev && (uintptr_t)head >= first &&
	    (uintptr_t)head < first + sizeof(timers->slots)) {
		size_t slot = ((uintptr_t)head - first) / sizeof(*head);

		timers->used[slot / SPY_TIMER_SLOTS] &=
			~(UINT64_C(1) << slot % SPY_TIMER_SLOTS);
	}
	ring_remove(&timer->ring);
}

/* The lowest level that has a timer; SPY_TIMER_LEVELS when only the far ring may. */
static int first_level(const struct spy_timers *timers)
{
	int level = 0;

	while (level < SPY_TIMER_LEVELS && !timers->used[level])
		level++;
	return level;
}

/* When time enters the first slot of this level that has a timer. */
static int64_t level_next(const struct spy_timers *timers, int level)
{
	int shift = level * SPY_TIMER_BITS;
	int64_t above = timers->now >> shift >> SPY_TIMER_BITS << SPY_TIMER_BITS;

	if (level < SPY_TIMER_LEVELS)
		return (above + __builtin_ctzll(timers->used[level])) << shift;
	if (ring_is_empty(&timers->far) || timers->now >> shift >= INT64_MAX >> shift)
		return INT64_MAX;
	return ((timers->now >> shift) + 1) << shift;
}

int64_t spy_timers_next(const struct spy_timers *timers)
{
	if (!ring_is_empty(&timers->due) || !ring_is_empty(&timers->firing))
		return timers->now;
	return level_next(timers, first_level(timers));
}

/* Time has entered the first slot of `level`: its timers fire or move down. */
static void enter(struct spy_timers *timers, int level)
{
	struct spy_timer_ring ring, *from = &timers->far;

	ring_init(&ring);
	if (level < SPY_TIMER_LEVELS) {
		int slot = __builtin_ctzll(timers->used[level]);

		from = &timers->slots[level][slot];
		timers->used[level] &= ~(UINT64_C(1) << slot);
	}
	if (level == 0) {
		ring_move(&timers->firing, from);
		return;
	}
	ring_move(&ring, from);
	while (!ring_is_empty(&ring)) {
		struct spy_timer *timer = (struct spy_timer *)ring.next;

		ring_remove(&timer->ring);
		place(timers, timer);
	}
}

static void fire_all(struct spy_timers *timers)
{
	while (!ring_is_empty(&timers->firing)) {
		struct spy_timer *timer = (struct spy_timer *)timers->firing.next;

		ring_remove(&timer->ring);
		timer->fire(timer);
	}
}

void spy_timers_run(struct spy_timers *timers, int64_t now)
{
	if (now > timers->until)
		timers->until = now;
	ring_move(&timers->firing, &timers->due);
	fire_all(timers);
	for (;;) {
		int level = first_level(timers);
		int64_t next = level_next(timers, level);

		if (next > timers->until || next == INT64_MAX)
			break;
		timers->now = next;
		enter(timers, level);
		fire_all(timers);
	}
	timers->now = timers->until;
}
