/* Fibers and their stacks. The Makefile builds this a second time over <ucontext.h>. */
#define _DEFAULT_SOURCE 1
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <execinfo.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fiber/fiber.h"

#if SPY_FIBERS
#include "fiber/tools.h"

/* What a fiber under test works on. */
struct job {
	struct spy_fiber_pool *pool;
	struct spy_fiber *fiber, *other;
	int steps;
	char *stack; /* an address on it */
};

static int setup(void **state)
{
	struct spy_fiber_pool *pool = malloc(sizeof(*pool));

	spy_fiber_pool_init(pool, 0);
	*state = pool;
	return 0;
}

static int teardown(void **state)
{
	spy_fiber_pool_fini(*state);
	free(*state);
	return 0;
}

static void three_steps(void *arg)
{
	struct job *job = arg;

	job->stack = __builtin_frame_address(0);
	job->fiber = spy_fiber_current();
	for (job->steps = 1; job->steps < 3; job->steps++)
		spy_fiber_yield();
}

static void runs_until_it_yields_and_goes_on(void **state)
{
	struct spy_fiber_pool *pool = *state;
	struct job job = { 0 };

	assert_null(spy_fiber_current());
	assert_int_equal(spy_fiber_start(pool, three_steps, &job), 0);
	assert_int_equal(job.steps, 1);
	assert_non_null(job.fiber);
	assert_null(spy_fiber_current());
	spy_fiber_resume(job.fiber);
	assert_int_equal(job.steps, 2);
	assert_int_equal(pool->live, 1);
	spy_fiber_resume(job.fiber);
	assert_int_equal(job.steps, 3);
	assert_int_equal(pool->live, 0);
}

static void finished_stack_is_used_again(void **state)
{
	struct job a = { 0 }, b = { 0 };

	for (int i = 0; i < 2; i++) {
		struct job *job = i ? &b : &a;

		spy_fiber_start(*state, three_steps, job);
		spy_fiber_resume(job->fiber);
		spy_fiber_resume(job->fiber);
	}
	assert_ptr_equal(a.fiber, b.fiber);
	assert_true(labs(a.stack - b.stack) < SPY_FIBER_STACK * SPY_FIBER_STACK_FACTOR);
}

/* --- nesting --- */

static void resumes_another(void *arg)
{
	struct job *job = arg;

	job->fiber = spy_fiber_current();
	spy_fiber_resume(job->other);
	assert_ptr_equal(spy_fiber_current(), job->fiber);
	spy_fiber_yield();
	spy_fiber_resume(job->other);
	job->steps++;
}

static void starts_another(void *arg)
{
	struct job *job = arg;
	struct job inner = { 0 };

	job->fiber = spy_fiber_current();
	spy_fiber_start(job->pool, three_steps, &inner);
	assert_ptr_equal(spy_fiber_current(), job->fiber);
	assert_ptr_not_equal(inner.fiber, job->fiber);
	job->other = inner.fiber;
	spy_fiber_yield();
	assert_int_equal(inner.steps, 2); /* resumed from outside meanwhile */
	spy_fiber_resume(inner.fiber);
	assert_int_equal(inner.steps, 3);
	job->steps = 1;
}

static void fibers_resume_and_start_fibers(void **state)
{
	struct spy_fiber_pool *pool = *state;
	struct job a = { 0 }, b = { 0 }, c = { .pool = pool };

	spy_fiber_start(pool, three_steps, &a);
	b.other = a.fiber;
	spy_fiber_start(pool, resumes_another, &b);
	assert_int_equal(a.steps, 2);
	spy_fiber_resume(b.fiber);
	assert_int_equal(a.steps, 3);
	assert_int_equal(b.steps, 1);
	spy_fiber_start(pool, starts_another, &c);
	spy_fiber_resume(c.other);
	spy_fiber_resume(c.fiber);
	assert_int_equal(c.steps, 1);
	assert_int_equal(pool->live, 0);
}

/* --- what a switch keeps --- */

static double half(double x)
{
	spy_fiber_yield();
	return x / 2;
}

static void locals_and_registers(void *arg)
{
	struct job *job = arg;
	uint64_t r[8] = { 1, 2, 3, 5, 7, 11, 13, 17 }, sum = 0;
	double d[8] = { 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5 }, total = 0;
	char text[64];

	job->fiber = spy_fiber_current();
	for (int i = 0; i < 8; i++) {
		total += half(d[i]);
		sum += r[i] * (uint64_t)(i + 1);
	}
	assert_int_equal(sum, 1 + 4 + 9 + 20 + 35 + 66 + 91 + 136);
	/* printing a double wants an aligned stack */
	snprintf(text, sizeof(text), "%.2f", total);
	assert_string_equal(text, "16.00");
	job->steps++;
}

static void locals_and_registers_survive(void **state)
{
	struct job jobs[16];
	struct spy_fiber_pool *pool = *state;

	memset(jobs, 0, sizeof(jobs));
	for (int i = 0; i < 16; i++)
		spy_fiber_start(pool, locals_and_registers, &jobs[i]);
	for (int step = 0; step < 8; step++)
		for (int i = 0; i < 16; i++)
			spy_fiber_resume(jobs[(i * 5 + step) % 16].fiber);
	for (int i = 0; i < 16; i++)
		assert_int_equal(jobs[i].steps, 1);
}

/* --- stacks --- */

static int deep(int depth)
{
	volatile char frame[256];

	frame[0] = (char)depth;
	if (depth == 0)
		spy_fiber_yield();
	return depth ? deep(depth - 1) + frame[0] * 0 + 1 : 0;
}

static void uses_its_stack(void *arg)
{
	struct job *job = arg;

	job->fiber = spy_fiber_current();
	job->steps = deep(100); /* over 25 of the 64 KiB */
}

/* Many at once, in and out, so that stacks are recycled, cooled, unmapped and mapped again:
 * where AddressSanitizer remembers dead frames. */
static void bursts_of_fibers(void **state)
{
	enum { COUNT = 1500 };
	struct spy_fiber_pool *pool = *state;
	struct job *jobs = calloc(COUNT, sizeof(*jobs));

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < COUNT; i++)
			assert_int_equal(spy_fiber_start(pool, uses_its_stack, &jobs[i]),
					 0);
		assert_int_equal(pool->live, COUNT);
		for (int i = 0; i < COUNT; i++)
			spy_fiber_resume(jobs[i].fiber);
		for (int i = 0; i < COUNT; i++)
			assert_int_equal(jobs[i].steps, 100);
		assert_int_equal(pool->live, 0);
		assert_true(pool->warm_count + pool->cold_count < COUNT);
		spy_fiber_pool_trim(pool);
	}
	free(jobs);
}

static size_t resident_pages(const struct job *job, const struct spy_fiber_pool *pool)
{
	unsigned char in_core[SPY_FIBER_STACK * SPY_FIBER_STACK_FACTOR / 4096];
	uintptr_t low = (uintptr_t)job->stack / pool->page * pool->page + pool->page -
			pool->stack_size;
	size_t count = 0;

	assert_int_equal(mincore((void *)low, pool->stack_size, in_core), 0);
	for (size_t i = 0; i < pool->stack_size / pool->page; i++)
		count += in_core[i] & 1;
	return count;
}

static void idle_pool_gives_memory_back(void **state)
{
	enum { COUNT = 64 };
	struct spy_fiber_pool *pool = *state;
	struct job jobs[COUNT];
	size_t before = 0, after = 0;

	memset(jobs, 0, sizeof(jobs));
	for (int i = 0; i < COUNT; i++)
		spy_fiber_start(pool, three_steps, &jobs[i]);
	for (int step = 0; step < 2; step++)
		for (int i = 0; i < COUNT; i++)
			spy_fiber_resume(jobs[i].fiber);
	for (int i = 0; i < COUNT; i++)
		before += resident_pages(&jobs[i], pool);
	/* an untouched page costs nothing: one or two of 16 are there */
	assert_true(before >= COUNT);
	assert_true(before <= COUNT * 3 * SPY_FIBER_STACK_FACTOR);
	spy_fiber_pool_trim(pool);
	assert_int_equal(pool->warm_count, 16);
	for (int i = 0; i < COUNT; i++)
		after += resident_pages(&jobs[i], pool);
	assert_true(after <= before / 3);
	spy_fiber_pool_trim(pool);
	assert_int_equal(pool->warm_count, 16);
}

static void too_many_are_refused(void **state)
{
	struct spy_fiber_pool *pool = *state;
	struct job a = { 0 }, b = { 0 }, c = { 0 };

	pool->max = 2;
	assert_int_equal(spy_fiber_start(pool, three_steps, &a), 0);
	assert_int_equal(spy_fiber_start(pool, three_steps, &b), 0);
	assert_int_equal(spy_fiber_start(pool, three_steps, &c), SPY_ENOMEM);
	assert_int_equal(c.steps, 0);
	spy_fiber_resume(a.fiber);
	spy_fiber_resume(a.fiber);
	assert_int_equal(spy_fiber_start(pool, three_steps, &c), 0);
	for (int i = 0; i < 2; i++) {
		spy_fiber_resume(b.fiber);
		spy_fiber_resume(c.fiber);
	}
}

/* Runs a function in a child; its status as wait() gives it. */
static int in_child(void (*run)(struct spy_fiber_pool *pool), struct spy_fiber_pool *pool)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		/* the reports of tools are expected and would only frighten */
		if (!freopen("/dev/null", "w", stderr))
			_exit(3);
		run(pool);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static volatile bool bottomless = true;

static int fall(int depth)
{
	volatile char frame[512];

	frame[0] = frame[511] = (char)depth;
	return bottomless ? fall(depth + 1) + frame[0] : 0;
}

static void falls(void *arg)
{
	(void)arg;
	fall(0);
}

static void overflow(struct spy_fiber_pool *pool)
{
	signal(SIGSEGV, SIG_DFL);
	spy_fiber_start(pool, falls, NULL);
}

static void overflow_hits_the_guard_page(void **state)
{
	int status = in_child(overflow, *state);

	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void exhaust_mappings(struct spy_fiber_pool *pool)
{
	struct job job = { 0 };
	int r = 0;

	pool->max = SIZE_MAX;
	for (long i = 0; i < 3000000 && r == 0; i++)
		r = spy_fiber_start(pool, three_steps, &job);
	if (r != SPY_ENOMEM)
		_exit(1);
	/* and it goes on with what it has */
	spy_fiber_resume(job.fiber);
	spy_fiber_resume(job.fiber);
	if (spy_fiber_start(pool, three_steps, &job) != 0)
		_exit(2);
}

static void no_more_mappings_is_an_error(void **state)
{
	char text[32] = "";
	FILE *file = fopen("/proc/sys/vm/max_map_count", "r");

	if (file && !fgets(text, sizeof(text), file))
		text[0] = '\0';
	if (file)
		fclose(file);
	/* the tools need mappings themselves, and a high limit is no limit */
	if (SPY_FIBER_STACK_FACTOR > 1 || atol(text) == 0 || atol(text) > 262144 ||
	    getenv("SPY_VALGRIND"))
		skip();
	assert_int_equal(in_child(exhaust_mappings, *state), 0);
}

/* --- tools and threads --- */

static void look_back(void *arg)
{
	void *frames[64];

	*(int *)arg = backtrace(frames, 64);
}

static void backtrace_ends_at_the_fiber(void **state)
{
	int count = -1;

	spy_fiber_start(*state, look_back, &count);
	assert_in_range(count, 1, 8);
}

static void *own_pool(void *arg)
{
	struct spy_fiber_pool pool;
	struct job jobs[20];

	memset(jobs, 0, sizeof(jobs));
	spy_fiber_pool_init(&pool, 16384);
	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < 20; i++)
			spy_fiber_start(&pool, three_steps, &jobs[i]);
		for (int step = 0; step < 2; step++)
			for (int i = 0; i < 20; i++)
				spy_fiber_resume(jobs[i].fiber);
	}
	spy_fiber_pool_fini(&pool);
	*(int *)arg = spy_fiber_current() == NULL;
	return NULL;
}

static void each_thread_has_its_own(void **state)
{
	pthread_t threads[3];
	int done[3] = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, own_pool, &done[i]),
				 0);
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(done[i], 1);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(runs_until_it_yields_and_goes_on),
		TEST(finished_stack_is_used_again),
		TEST(fibers_resume_and_start_fibers),
		TEST(locals_and_registers_survive),
		TEST(bursts_of_fibers),
		TEST(idle_pool_gives_memory_back),
		TEST(too_many_are_refused),
		TEST(overflow_hits_the_guard_page),
		TEST(no_more_mappings_is_an_error),
		TEST(backtrace_ends_at_the_fiber),
		TEST(each_thread_has_its_own),
	};

	return cmocka_run_group_tests_name("fiber", tests, NULL, NULL);
}

#else

static void record(void *arg)
{
	*(int *)arg = spy_fiber_current() == NULL ? 1 : 2;
}

static void without_fibers_a_start_is_a_call(void **state)
{
	struct spy_fiber_pool pool;
	int ran = 0;

	(void)state;
	spy_fiber_pool_init(&pool, 0);
	assert_int_equal(spy_fiber_start(&pool, record, &ran), 0);
	assert_int_equal(ran, 1);
	spy_fiber_pool_trim(&pool);
	spy_fiber_pool_fini(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_fibers_a_start_is_a_call),
	};

	return cmocka_run_group_tests_name("fiber", tests, NULL, NULL);
}

#endif
