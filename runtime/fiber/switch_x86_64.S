/*
 * The switch on x86-64 (System V ABI): rbx, rbp, r12 to r15 and the way back, nothing more.
 * mxcsr and the x87 control word would double its time; fiber.h says what follows for users.
 *
 * It leaves by jmp: a ret would be predicted to go where this stack was called from, and be
 * wrong each time (7.5 ns in place of 2). For the same reason it cannot work under shadow
 * stacks, so this object does not claim them (no .note.gnu.property) and the linker leaves
 * them off; the jump is notrack for programs that turn indirect branch tracking on.
 *
 * Both stacks look alike at every instruction, so one unwind table serves before and after.
 */
#if defined(__x86_64__) && !defined(SPY_FIBER_UCONTEXT)

	.text
	.globl	spy_fiber_switch
	.hidden	spy_fiber_switch
	.type	spy_fiber_switch, @function
	.p2align 4
spy_fiber_switch:			/* rdi: from, rsi: to */
	.cfi_startproc
	endbr64
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbp, 0
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset rbx, 0
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r12, 0
	pushq	%r13
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r13, 0
	pushq	%r14
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r14, 0
	pushq	%r15
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset r15, 0
	movq	%rsp, (%rdi)
	movq	(%rsi), %rsp
	popq	%r15
	.cfi_adjust_cfa_offset -8
	.cfi_restore r15
	popq	%r14
	.cfi_adjust_cfa_offset -8
	.cfi_restore r14
	popq	%r13
	.cfi_adjust_cfa_offset -8
	.cfi_restore r13
	popq	%r12
	.cfi_adjust_cfa_offset -8
	.cfi_restore r12
	popq	%rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore rbx
	popq	%rbp
	.cfi_adjust_cfa_offset -8
	.cfi_restore rbp
	popq	%rcx
	.cfi_adjust_cfa_offset -8
	.cfi_register rip, rcx
	notrack jmp *%rcx
	.cfi_endproc
	.size	spy_fiber_switch, . - spy_fiber_switch

/* The outermost frame of a fiber: nothing called it, and unwinders are told so. They look
 * for the instruction before a return address, hence the nop. */
	.globl	spy_fiber_begin
	.hidden	spy_fiber_begin
	.type	spy_fiber_begin, @function
	.p2align 4
	.cfi_startproc
	.cfi_undefined rip
	nop
spy_fiber_begin:			/* r13: entry, r12: arg */
	endbr64
	xorl	%ebp, %ebp
	movq	%r12, %rdi
	call	*%r13
	ud2
	.cfi_endproc
	.size	spy_fiber_begin, . - spy_fiber_begin

#endif
	.section .note.GNU-stack, "", @progbits
