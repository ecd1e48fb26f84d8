/*
 * The switch on AArch64 (AAPCS64): x19 to x30 and the lower halves of v8 to v15, which
 * functions keep for their callers; not FPCR, see fiber.h. switch_x86_64.S explains the
 * rest.
 *
 * It leaves by br, not ret, because of the prediction of returns. Where branch targets are
 * checked (BTI), br may not go to the middle of a function but ret may: then it is ret.
 * Return addresses are not signed here; callers that sign theirs do it on their own stack.
 */
#if defined(__aarch64__) && !defined(SPY_FIBER_UCONTEXT)

	.text
	.globl	spy_fiber_switch
	.hidden	spy_fiber_switch
	.type	spy_fiber_switch, %function
	.p2align 4
spy_fiber_switch:			/* x0: from, x1: to */
	.cfi_startproc
	hint	#34			/* bti c */
	sub	sp, sp, #160
	.cfi_adjust_cfa_offset 160
	stp	x19, x20, [sp, #0]
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]
	.cfi_rel_offset x19, 0
	.cfi_rel_offset x20, 8
	.cfi_rel_offset x21, 16
	.cfi_rel_offset x22, 24
	.cfi_rel_offset x23, 32
	.cfi_rel_offset x24, 40
	.cfi_rel_offset x25, 48
	.cfi_rel_offset x26, 56
	.cfi_rel_offset x27, 64
	.cfi_rel_offset x28, 72
	.cfi_rel_offset x29, 80
	.cfi_rel_offset x30, 88
	mov	x9, sp
	str	x9, [x0]
	ldr	x9, [x1]
	mov	sp, x9
	ldp	x19, x20, [sp, #0]
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	ldp	d8, d9, [sp, #96]
	ldp	d10, d11, [sp, #112]
	ldp	d12, d13, [sp, #128]
	ldp	d14, d15, [sp, #144]
	add	sp, sp, #160
	.cfi_adjust_cfa_offset -160
	.cfi_restore x19
	.cfi_restore x20
	.cfi_restore x21
	.cfi_restore x22
	.cfi_restore x23
	.cfi_restore x24
	.cfi_restore x25
	.cfi_restore x26
	.cfi_restore x27
	.cfi_restore x28
	.cfi_restore x29
	.cfi_restore x30
#ifdef __ARM_FEATURE_BTI_DEFAULT
	ret
#else
	br	x30
#endif
	.cfi_endproc
	.size	spy_fiber_switch, . - spy_fiber_switch

/* The outermost frame of a fiber: nothing called it, and unwinders are told so. They look
 * for the instruction before a return address, hence the nop. */
	.globl	spy_fiber_begin
	.hidden	spy_fiber_begin
	.type	spy_fiber_begin, %function
	.p2align 4
	.cfi_startproc
	.cfi_undefined x30
	nop
spy_fiber_begin:			/* x19: entry, x20: arg */
	hint	#36			/* bti j */
	mov	x29, xzr
	mov	x30, xzr
	mov	x0, x20
	blr	x19
	brk	#1
	.cfi_endproc
	.size	spy_fiber_begin, . - spy_fiber_begin

#endif
	.section .note.GNU-stack, "", %progbits
