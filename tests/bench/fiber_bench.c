/* What a switch between fibers costs, and a waiting fiber. Nanoseconds, medians of 15. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fiber/fiber.h"

enum { ROUNDS = 15, SWITCHES = 2000000, MANY = 20000 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void report(const char *what, void (*run)(void), double count)
{
	double t[ROUNDS];

	run();
	for (int i = 0; i < ROUNDS; i++) {
		double start = now();

		run();
		t[i] = (now() - start) / count;
	}
	qsort(t, ROUNDS, sizeof(*t), compare);
	printf("%-44s %8.2f ns  [%.2f-%.2f]\n", what, t[ROUNDS / 2], t[0], t[ROUNDS - 1]);
}

static struct spy_fiber_pool pool;
static struct spy_fiber *fibers[MANY];
static volatile long counter;

static void yield_for_ever(void *arg)
{
	bool *stop = arg;

	for (; !*stop; counter++)
		spy_fiber_yield();
}

static void there_and_back(void)
{
	for (int i = 0; i < SWITCHES; i++)
		spy_fiber_resume(fibers[0]);
}

static void round_robin(void)
{
	for (int i = 0; i < SWITCHES; i++)
		spy_fiber_resume(fibers[i % MANY]);
}

static void count(void *arg)
{
	(void)arg;
	counter++;
}

static void start_and_finish(void)
{
	for (int i = 0; i < SWITCHES; i++)
		spy_fiber_start(&pool, count, NULL);
}

static void announce(void *arg)
{
	struct spy_fiber **self = arg;
	static bool stop;

	if (!self) {
		stop = true;
		return;
	}
	*self = spy_fiber_current();
	yield_for_ever(&stop);
}

static long resident(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long size, pages = 0;

	if (file && fscanf(file, "%ld %ld", &size, &pages) != 2)
		pages = 0;
	if (file)
		fclose(file);
	return pages * 4096;
}

int main(void)
{
	long before;
	double start;

	spy_fiber_pool_init(&pool, 0);
	report("start a function that returns at once", start_and_finish, SWITCHES);
	before = resident();
	start = now();
	for (int i = 0; i < MANY; i++)
		if (spy_fiber_start(&pool, announce, &fibers[i]) < 0)
			return 1;
	printf("%-44s %8.0f ns, %ld bytes resident each\n", "first start on a new stack",
	       (now() - start) / MANY, (resident() - before) / MANY);
	report("a switch, there and back / 2", there_and_back, SWITCHES * 2.0);
	report("a switch, 20,000 fibers in turn", round_robin, SWITCHES * 2.0);
	announce(NULL);
	for (int i = 0; i < MANY; i++)
		spy_fiber_resume(fibers[i]);
	start = now();
	spy_fiber_pool_trim(&pool);
	printf("%-44s %8.0f bytes resident each, trimmed in %.0f us\n",
	       "after they have finished", (double)(resident() - before) / MANY,
	       (now() - start) / 1000);
	spy_fiber_pool_fini(&pool);
	return 0;
}
