/* See failing_alloc.h. The wrapped functions are weak: programs that are linked without
 * --wrap have no use for this file and are not disturbed by it. */
#include <support/failing_alloc.h>

static long left = -1;
static int once;
static size_t count;

void *__real_malloc(size_t size) __attribute__((weak));
void *__real_calloc(size_t n, size_t size) __attribute__((weak));
void *__real_realloc(void *block, size_t size) __attribute__((weak));
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);

void failing_alloc_after(long n)
{
	left = n;
	once = 0;
	count = 0;
}

void failing_alloc_once(long n)
{
	failing_alloc_after(n);
	once = 1;
}

size_t failing_alloc_count(void)
{
	return count;
}

static int fails(void)
{
	count++;
	if (left > 0)
		left--;
	else if (left == 0) {
		left = once ? -1 : 0;
		return 1;
	}
	return 0;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *block, size_t size)
{
	return fails() ? NULL : __real_realloc(block, size);
}
