/* The timer wheel: single cases first, then 200,000 random steps against a sorted list. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/timer.h"

/* What has fired, in order. */
static struct spy_timer *fired[4096];
static size_t fired_count;

static void note(struct spy_timer *timer)
{
	assert_false(spy_timer_is_set(timer));
	assert_true(fired_count < sizeof(fired) / sizeof(*fired));
	fired[fired_count++] = timer;
}

static int setup(void **state)
{
	fired_count = 0;
	*state = malloc(sizeof(struct spy_timers));
	spy_timers_init(*state, 1000);
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void nothing_set_never_wakes(void **state)
{
	struct spy_timer timer = { 0 };

	assert_true(spy_timers_next(*state) == INT64_MAX);
	spy_timer_cancel(*state, &timer);
	spy_timer_set(*state, &timer, 5000, note);
	spy_timer_cancel(*state, &timer);
	assert_true(spy_timers_next(*state) == INT64_MAX);
	spy_timers_run(*state, 1000000);
	assert_int_equal(fired_count, 0);
}

static void fires_at_its_deadline_not_before(void **state)
{
	/* each crosses another level of the wheel, the last lies beyond all of them */
	static const int64_t delays[] = { 1,
					  63,
					  64,
					  4095,
					  4096,
					  262144,
					  16777216,
					  INT64_C(1) << 30,
					  INT64_C(1) << 37 };
	struct spy_timers *timers = *state;
	struct spy_timer timer = { 0 };

	for (size_t i = 0; i < sizeof(delays) / sizeof(*delays); i++) {
		int64_t deadline = timers->now + delays[i];

		fired_count = 0;
		spy_timer_set(timers, &timer, deadline, note);
		while (spy_timers_next(timers) < deadline) {
			spy_timers_run(timers, spy_timers_next(timers));
			assert_int_equal(fired_count, 0);
		}
		assert_true(spy_timers_next(timers) == deadline);
		spy_timers_run(timers, deadline - 1);
		assert_int_equal(fired_count, 0);
		spy_timers_run(timers, deadline);
		assert_int_equal(fired_count, 1);
	}
}

static void passed_deadline_fires_in_the_next_run(void **state)
{
	struct spy_timer a = { 0 }, b = { 0 };

	spy_timer_set(*state, &a, 1000, note);
	spy_timer_set(*state, &b, -5, note);
	assert_true(spy_timers_next(*state) <= 1000);
	spy_timers_run(*state, 1000);
	assert_int_equal(fired_count, 2);
	assert_ptr_equal(fired[0], &a);
	assert_ptr_equal(fired[1], &b);
}

static void last_deadline_counts(void **state)
{
	struct spy_timer timer = { 0 };

	spy_timer_set(*state, &timer, 1010, note);
	spy_timer_set(*state, &timer, 900000, note);
	spy_timer_set(*state, &timer, 1020, note);
	spy_timers_run(*state, 1019);
	assert_int_equal(fired_count, 0);
	spy_timers_run(*state, 1000000);
	assert_int_equal(fired_count, 1);
}

static void one_late_run_keeps_the_order(void **state)
{
	static const int64_t order[] = { 1001, 1063, 1064, 1500, 5096, 5097, 300000 };
	enum { COUNT = sizeof(order) / sizeof(*order) };
	struct spy_timer timers[COUNT];

	memset(timers, 0, sizeof(timers));
	for (int i = COUNT; i-- > 0;)
		spy_timer_set(*state, &timers[i], order[i], note);
	spy_timers_run(*state, 400000);
	assert_int_equal(fired_count, COUNT);
	for (int i = 0; i < COUNT; i++)
		assert_ptr_equal(fired[i], &timers[i]);
}

static void equal_deadlines_keep_the_order_of_setting(void **state)
{
	struct spy_timer timers[4];

	/* the first is set from afar and moves down twice before the last joins it */
	memset(timers, 0, sizeof(timers));
	spy_timer_set(*state, &timers[0], 9000, note);
	spy_timers_run(*state, 8000);
	spy_timer_set(*state, &timers[1], 9000, note);
	spy_timers_run(*state, 8970);
	spy_timer_set(*state, &timers[2], 9000, note);
	spy_timers_run(*state, 8999);
	spy_timer_set(*state, &timers[3], 9000, note);
	spy_timers_run(*state, 9000);
	assert_int_equal(fired_count, 4);
	for (int i = 0; i < 4; i++)
		assert_ptr_equal(fired[i], &timers[i]);
}

/* --- what a fire function may do --- */

struct actor {
	struct spy_timer timer; /* first: fire gets its address */
	struct spy_timers *timers;
	struct actor *other;
	int count;
};

static void set_itself(struct spy_timer *timer)
{
	struct actor *actor = (struct actor *)timer;

	actor->count++;
	spy_timer_set(actor->timers, timer, 0, set_itself);
}

static void timer_that_sets_itself_does_not_hold_the_loop(void **state)
{
	struct actor actor = { .timers = *state };

	spy_timer_set(*state, &actor.timer, 1001, set_itself);
	spy_timers_run(*state, 2000);
	assert_int_equal(actor.count, 1);
	assert_true(spy_timers_next(*state) <= 2000);
	spy_timers_run(*state, 2000);
	assert_int_equal(actor.count, 2);
	spy_timer_cancel(*state, &actor.timer);
	assert_true(spy_timers_next(*state) == INT64_MAX);
}

static void cancel_other(struct spy_timer *timer)
{
	struct actor *actor = (struct actor *)timer;

	actor->count++;
	spy_timer_cancel(actor->timers, &actor->other->timer);
}

static void timers_cancel_each_other_while_firing(void **state)
{
	struct actor a = { .timers = *state }, b = { .timers = *state, .other = &a };

	/* same slot, then different slots, then both already due */
	static const int64_t pairs[][2] = { { 1500, 1500 }, { 2500, 2600 }, { 0, 0 } };

	a.other = &b;
	for (int i = 0; i < 3; i++) {
		a.count = b.count = 0;
		spy_timer_set(*state, &a.timer, pairs[i][0], cancel_other);
		spy_timer_set(*state, &b.timer, pairs[i][1], cancel_other);
		spy_timers_run(*state, 2000 + i * 1000);
		assert_int_equal(a.count, 1);
		assert_int_equal(b.count, 0);
		assert_true(spy_timers_next(*state) == INT64_MAX);
	}
}

static void free_itself(struct spy_timer *timer)
{
	fired_count++;
	free(timer);
}

static void fire_may_free_its_memory(void **state)
{
	for (int i = 0; i < 10; i++)
		spy_timer_set(*state, calloc(1, sizeof(struct spy_timer)), 1100 + i / 2,
			      free_itself);
	spy_timers_run(*state, 1200);
	assert_int_equal(fired_count, 10);
}

static void run_again(struct spy_timer *timer)
{
	struct actor *actor = (struct actor *)timer;

	spy_timers_run(actor->timers, 1700);
	actor->count = (int)fired_count;
}

static void run_inside_a_run_fires_the_rest(void **state)
{
	struct actor actor = { .timers = *state };
	struct spy_timer same = { 0 }, later = { 0 }, last = { 0 };

	spy_timer_set(*state, &actor.timer, 1500, run_again);
	spy_timer_set(*state, &same, 1500, note);
	spy_timer_set(*state, &later, 1650, note);
	spy_timer_set(*state, &last, 1750, note);
	spy_timers_run(*state, 1600);
	assert_int_equal(actor.count, 2);
	assert_int_equal(fired_count, 2);
	spy_timers_run(*state, 1750);
	assert_int_equal(fired_count, 3);
}

/* --- against a sorted list --- */

enum { MANY = 300, STEPS = 200000 };

struct model {
	struct spy_timer timers[MANY];
	int64_t deadline[MANY]; /* as it counts: not before the time when it was set */
	uint64_t order[MANY];	/* of setting; 0: idle */
};
static struct model *model;
static uint64_t seed;

static uint64_t random_below(uint64_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % limit;
}

static void check_first(struct spy_timer *timer)
{
	size_t i = (size_t)(timer - model->timers);

	assert_true(model->order[i] != 0);
	for (size_t j = 0; j < MANY; j++)
		if (model->order[j])
			assert_true(model->deadline[i] < model->deadline[j] ||
				    (model->deadline[i] == model->deadline[j] &&
				     model->order[i] <= model->order[j]));
	model->order[i] = 0;
}

static int64_t model_first(void)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < MANY; i++)
		if (model->order[i] && model->deadline[i] < first)
			first = model->deadline[i];
	return first;
}

static void random_steps_match_a_sorted_list(void **state)
{
	struct spy_timers *timers = *state;
	int64_t now = 1000;

	model = calloc(1, sizeof(*model));
	seed = 0x5eed5eed;
	for (uint64_t step = 1; step <= STEPS; step++) {
		size_t i = random_below(MANY);

		switch (random_below(8)) {
		case 0:
			spy_timer_cancel(timers, &model->timers[i]);
			model->order[i] = 0;
			break;
		case 1:
			/* small steps mostly, now and then a jump over levels */
			now += (int64_t)random_below(UINT64_C(1) << random_below(18));
			spy_timers_run(timers, now);
			assert_true(model_first() > now);
			break;
		default:
			model->deadline[i] =
				now - 10 +
				(int64_t)random_below(UINT64_C(11) << random_below(
							      step % 1000 ? 20 : 40));
			spy_timer_set(timers, &model->timers[i], model->deadline[i],
				      check_first);
			if (model->deadline[i] < now)
				model->deadline[i] = now;
			model->order[i] = step;
			break;
		}
		assert_true(spy_timers_next(timers) <= model_first());
		if (model_first() == INT64_MAX)
			assert_true(spy_timers_next(timers) == INT64_MAX);
	}
	free(model);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(nothing_set_never_wakes),
		TEST(fires_at_its_deadline_not_before),
		TEST(passed_deadline_fires_in_the_next_run),
		TEST(last_deadline_counts),
		TEST(one_late_run_keeps_the_order),
		TEST(equal_deadlines_keep_the_order_of_setting),
		TEST(timer_that_sets_itself_does_not_hold_the_loop),
		TEST(timers_cancel_each_other_while_firing),
		TEST(fire_may_free_its_memory),
		TEST(run_inside_a_run_fires_the_rest),
		TEST(random_steps_match_a_sorted_list),
	};

	return cmocka_run_group_tests_name("timer", tests, NULL, NULL);
}
