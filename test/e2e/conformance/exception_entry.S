/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Exception entry points and the one instruction that is allowed to fault. */
	.text
	.altmacro
	.macro entry number
entry_\number:
	/* Vectors with an error code: 8, 10-14, 17, 21, 29, 30 */
	.if (0x60227d00 >> \number) & 1
	.else
	push $0
	.endif
	push $\number
	jmp common
	.endm
	.set n, 0
	.rept 32
	entry %n
	.set n, n + 1
	.endr

common:
	push %rax
	push %rcx
	push %rdx
	push %rbx
	push %rbp
	push %rsi
	push %rdi
	push %r8
	push %r9
	push %r10
	push %r11
	push %r12
	push %r13
	push %r14
	push %r15
	cld
	mov %rsp, %rdi
	mov %rsp, %rbx
	and $-16, %rsp
	call exceptions_handle
	mov %rbx, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rdi
	pop %rsi
	pop %rbp
	pop %rbx
	pop %rdx
	pop %rcx
	pop %rax
	add $16, %rsp
	iretq

/* bool probe_read(const void *at): false when the access faulted */
	.globl probe_read, probe_read_access, probe_read_fixup
probe_read:
probe_read_access:
	movb (%rdi), %al
	mov $1, %eax
	ret
probe_read_fixup:
	xor %eax, %eax
	ret

	.section .rodata
	.macro address number
	.quad entry_\number
	.endm
	.balign 8
	.globl exception_entries
exception_entries:
	.set n, 0
	.rept 32
	address %n
	.set n, n + 1
	.endr
	.section .note.GNU-stack, "", @progbits
