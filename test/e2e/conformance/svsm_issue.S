/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * uint64_t svsm_issue(struct svsm_call *call, uint8_t *pending, bool set_pending)
 *
 * One VMGEXIT with the call's registers loaded. Every register that is no output of the SVSM ABI holds a pattern; the
 * result has a bit set for each that came back changed. RSP is the one register not tested.
 */
#define PATTERN 0x5a5a0000c0ffee00

	.macro put register, number
	movabs $PATTERN + \number, %\register
	.endm
	.macro compare register, number
	movabs $PATTERN + \number, %rcx
	cmp %rcx, %\register
	je 1f
	or $(1 << \number), %eax
1:
	.endm

	.text
	.globl svsm_issue
svsm_issue:
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	push %rdi
	mov %rdi, %rbx
	test %dl, %dl
	jz 1f
	movb $1, (%rsi)
1:	mov 0(%rbx), %rax
	mov 8(%rbx), %rcx
	mov 16(%rbx), %rdx
	mov 24(%rbx), %r8
	mov 32(%rbx), %r9
	put rbx, 0
	put rbp, 1
	put rsi, 2
	put rdi, 3
	put r10, 4
	put r11, 5
	put r12, 6
	put r13, 7
	put r14, 8
	put r15, 9
	rep; vmmcall
	cld
	xchg %rdi, (%rsp)
	mov %rax, 0(%rdi)
	mov %rcx, 8(%rdi)
	mov %rdx, 16(%rdi)
	mov %r8, 24(%rdi)
	mov %r9, 32(%rdi)
	pop %rdi
	xor %eax, %eax
	compare rbx, 0
	compare rbp, 1
	compare rsi, 2
	compare rdi, 3
	compare r10, 4
	compare r11, 5
	compare r12, 6
	compare r13, 7
	compare r14, 8
	compare r15, 9
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	ret
	.section .note.GNU-stack, "", @progbits
