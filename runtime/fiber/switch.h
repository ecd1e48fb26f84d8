/*
 * The machine's part of a fiber: how one flow of control puts itself to sleep on its stack
 * and another wakes up on its own. Assembly where there is some, <ucontext.h> elsewhere
 * (and with SPY_FIBER_UCONTEXT, so that the tests reach it on any machine; it costs two
 * system calls a switch). Only fiber.c includes this.
 */
#ifndef SPY_FIBER_SWITCH_H
#define SPY_FIBER_SWITCH_H

#include <stddef.h>
#include <stdint.h>

#if !defined(SPY_FIBER_UCONTEXT) && !defined(__x86_64__) && !defined(__aarch64__)
#define SPY_FIBER_UCONTEXT 1
#endif

/* What runs first on a fresh stack; it never returns. */
typedef void spy_fiber_entry(void *arg);

#ifdef SPY_FIBER_UCONTEXT

#include <ucontext.h>

typedef ucontext_t spy_fiber_context;

void spy_fiber_prepare(spy_fiber_context *context, void *stack, size_t size,
		       spy_fiber_entry *entry, void *arg);
void spy_fiber_switch(spy_fiber_context *from, spy_fiber_context *to);

#else

/* A stack pointer: everything else is on the stack that it points to. */
typedef struct {
	void *sp;
} spy_fiber_context;

/* Saves what a function keeps for its caller below the stack pointer, stores that in *from,
 * and goes on from *to. */
__attribute__((visibility("hidden"))) void spy_fiber_switch(spy_fiber_context *from,
							    const spy_fiber_context *to);

/* Where the first switch to a stack lands: it calls `entry` with `arg`, which it finds in
 * two of the saved registers. */
__attribute__((visibility("hidden"))) void spy_fiber_begin(void);

/* The words that spy_fiber_switch() saves, the address to go on at included; and which of
 * them spy_fiber_begin() reads. */
#ifdef __x86_64__
enum { SAVED_WORDS = 7, SAVED_ENTRY = 2, SAVED_ARG = 3, SAVED_PC = 6 };
#else
enum { SAVED_WORDS = 20, SAVED_ENTRY = 0, SAVED_ARG = 1, SAVED_PC = 11 };
#endif

static inline void spy_fiber_prepare(spy_fiber_context *context, void *stack, size_t size,
				     spy_fiber_entry *entry, void *arg)
{
	/* two words above them keep the stack aligned as at a call */
	uintptr_t *words = (uintptr_t *)((char *)stack + size) - SAVED_WORDS - 2;

	for (int i = 0; i < SAVED_WORDS; i++)
		words[i] = 0;
	words[SAVED_ENTRY] = (uintptr_t)entry;
	words[SAVED_ARG] = (uintptr_t)arg;
	words[SAVED_PC] = (uintptr_t)spy_fiber_begin;
	context->sp = words;
}

#endif
#endif
