/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
	.text
	.globl asm_caller
asm_caller: /* no type, no size, no unwind information */
	push %rbx
	sub $160, %rsp
	mov %edi, %ebx
	mov %ebx, (%rsp)
	call called_by_asm
	add $160, %rsp
	pop %rbx
	ret

	.section .note.GNU-stack, "", @progbits
