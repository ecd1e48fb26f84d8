/*
 * What the tools that watch a program want to hear about its stacks: AddressSanitizer,
 * LeakSanitizer, ThreadSanitizer, Valgrind. Nothing is left of it in an ordinary build but
 * two instructions for Valgrind when a stack is mapped. Only fiber.c includes this, and
 * calls the functions in the order in which they stand here.
 */
#ifndef SPY_FIBER_TOOLS_H
#define SPY_FIBER_TOOLS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SPY_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define SPY_TSAN 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SPY_ASAN 1
#endif
#ifdef __SANITIZE_THREAD__
#define SPY_TSAN 1
#endif

#ifdef SPY_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef SPY_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#ifdef __has_include
#if __has_include(<valgrind/valgrind.h>) && !defined(SPY_ASAN) && !defined(SPY_TSAN)
#define SPY_VALGRIND 1
#include <valgrind/valgrind.h>
#endif
#endif

/* Instrumented frames are several times as large, and so are the tools' own. */
#if defined(SPY_ASAN) || defined(SPY_TSAN)
#define SPY_FIBER_STACK_FACTOR 4
#else
#define SPY_FIBER_STACK_FACTOR 1
#endif

struct fiber_tools {
	void *stack;
	size_t size;
#ifdef SPY_ASAN
	void *fake, *back_fake; /* ASan's second stacks: ours, the resumer's */
	const void *back_stack;
	size_t back_size;
#endif
#ifdef SPY_TSAN
	void *fiber, *back;
#endif
#ifdef SPY_VALGRIND
	unsigned id;
#endif
};

/* A stack has been mapped. */
static inline void tools_mapped(struct fiber_tools *tools, void *stack, size_t size)
{
	tools->stack = stack;
	tools->size = size;
#ifdef SPY_ASAN
	/* blocks that only a waiting fiber knows are no leaks */
	__lsan_register_root_region(stack, size);
#endif
#ifdef SPY_TSAN
	tools->fiber = __tsan_create_fiber(0);
#endif
#ifdef SPY_VALGRIND
	tools->id = VALGRIND_STACK_REGISTER(stack, (char *)stack + size);
#endif
}

/* It starts to be used, or stops. Frames of the last use are still marked on it, and the
 * marks of a mapping outlive it: the next one at that address would be accused. */
static inline void tools_fresh(struct fiber_tools *tools)
{
#ifdef SPY_ASAN
	__asan_unpoison_memory_region(tools->stack, tools->size);
	tools->fake = NULL;
#endif
	(void)tools;
}

/* About to switch to the fiber; then, on the fiber, there. */
static inline void tools_enter(struct fiber_tools *tools)
{
#ifdef SPY_ASAN
	__sanitizer_start_switch_fiber(&tools->back_fake, tools->stack, tools->size);
#endif
#ifdef SPY_TSAN
	tools->back = __tsan_get_current_fiber();
	__tsan_switch_to_fiber(tools->fiber, 0);
#endif
	(void)tools;
}

static inline void tools_entered(struct fiber_tools *tools)
{
#ifdef SPY_ASAN
	__sanitizer_finish_switch_fiber(tools->fake, &tools->back_stack,
					&tools->back_size);
#endif
	(void)tools;
}

/* About to switch back, for the last time or not; then, on the resumer, back. */
static inline void tools_leave(struct fiber_tools *tools, bool last)
{
#ifdef SPY_ASAN
	__sanitizer_start_switch_fiber(last ? NULL : &tools->fake, tools->back_stack,
				       tools->back_size);
#endif
#ifdef SPY_TSAN
	__tsan_switch_to_fiber(tools->back, 0);
#endif
	(void)tools, (void)last;
}

static inline void tools_left(struct fiber_tools *tools)
{
#ifdef SPY_ASAN
	__sanitizer_finish_switch_fiber(tools->back_fake, NULL, NULL);
#endif
	(void)tools;
}

/* About to be unmapped. */
static inline void tools_unmap(struct fiber_tools *tools)
{
	tools_fresh(tools);
#ifdef SPY_ASAN
	__lsan_unregister_root_region(tools->stack, tools->size);
#endif
#ifdef SPY_TSAN
	__tsan_destroy_fiber(tools->fiber);
#endif
#ifdef SPY_VALGRIND
	VALGRIND_STACK_DEREGISTER(tools->id);
#endif
}

#endif
