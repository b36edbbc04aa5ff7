/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Entry at VMPL2: long mode, interrupts off, RSI = boot parameters (docs/contracts.md, section 1). */
	.section .text.start, "ax"
	.globl start
start:
	/* What the firmware entered us with is checked later */
	mov %rsp, entry_state(%rip)
	mov %rsi, entry_state+8(%rip)
	mov %cs, %eax
	mov %rax, entry_state+16(%rip)
	mov %ss, %eax
	mov %rax, entry_state+24(%rip)
	lea stack_end(%rip), %rsp
	pushfq
	pop %rax
	mov %rax, entry_state+32(%rip)
	cld
	xor %ebp, %ebp
	call guest_main
1:	hlt
	jmp 1b

	.bss
	.globl entry_state
	.balign 16
entry_state:
	.skip 40
	.balign 4096
	.skip 32768
stack_end:
	.section .note.GNU-stack, "", @progbits
