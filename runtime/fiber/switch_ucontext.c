/* The switch by <ucontext.h>, for machines without assembly of ours: slow and portable. */
#define _DEFAULT_SOURCE 1
#include "fiber/switch.h"

#ifdef SPY_FIBER_UCONTEXT

/* makecontext() passes ints, so two pointers travel as four halves. */
static void begin(unsigned entry_high, unsigned entry_low, unsigned arg_high,
		  unsigned arg_low)
{
	uintptr_t entry = (uintptr_t)((uint64_t)entry_high << 32 | entry_low);
	uintptr_t arg = (uintptr_t)((uint64_t)arg_high << 32 | arg_low);

	((spy_fiber_entry *)entry)((void *)arg);
}

void spy_fiber_prepare(spy_fiber_context *context, void *stack, size_t size,
		       spy_fiber_entry *entry, void *arg)
{
	uint64_t e = (uintptr_t)entry, a = (uintptr_t)arg;

	getcontext(context);
	context->uc_link = NULL;
	context->uc_stack.ss_sp = stack;
	context->uc_stack.ss_size = size;
	makecontext(context, (void (*)(void))begin, 4, (unsigned)(e >> 32), (unsigned)e,
		    (unsigned)(a >> 32), (unsigned)a);
}

void spy_fiber_switch(spy_fiber_context *from, spy_fiber_context *to)
{
	swapcontext(from, to);
}

#endif
