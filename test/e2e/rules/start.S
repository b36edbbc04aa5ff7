/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A bare program in the firmware's place, for tests of the simulator. Goes from the launch state to long mode with page tables
 * that are data: virtual 0..1 GiB is private memory, 1..2 GiB the same addresses shared (C-bit clear). Then calls
 * chosen_rule, which the linker sets.
 */
#define C_BIT (1 << 39) /* where the simulator has it: TCG knows 40 address bits */
#define ENTRY 0x3
#define LARGE 0x83

	.section .text.start, "ax"
	.code32
	.globl _start
_start:
	mov $pml4, %eax
	mov %eax, %cr3
	mov %cr4, %eax
	or $0x220, %eax /* PAE, OSFXSR */
	mov %eax, %cr4
	mov $0xc0000080, %ecx
	rdmsr
	or $0x100, %eax /* LME */
	wrmsr
	mov %cr0, %eax
	or $0x80000000, %eax
	mov %eax, %cr0
	lgdt gdtr
	ljmp $8, $long_mode
	.code64
long_mode:
	mov $16, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $stack_end, %rsp
	lea exception_vc(%rip), %rdi
	lea idt_vc(%rip), %rsi
	mov %di, (%rsi)
	shr $16, %rdi
	mov %di, 6(%rsi)
	lidt idtr
	call chosen_rule
	ud2

/* #VC: the exit code is its error code. handle_vc(code) does not return; machine_vc_hook(), where there is one, does. */
exception_vc:
	cmpq $0, machine_vc_hook
	jne 1f
	pop %rdi
	mov $vc_stack_end, %rsp
	call handle_vc
	ud2

1:	add $8, %rsp
	push %rax
	mov machine_vc_hook, %rax
	jmp 2f

	/* Interrupts and NMI, where a rule has gates for them: machine_interrupt_hook() */
	.globl exception_interrupt
exception_interrupt:
	push %rax
	mov machine_interrupt_hook, %rax
2:	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %r8
	push %r9
	push %r10
	push %r11
	cld
	call *%rax
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rdi
	pop %rsi
	pop %rdx
	pop %rcx
	pop %rax
	iretq

	/* VMPL2 starts here, in the same address space */
	.globl level2_start
level2_start:
	call chosen_level2
	ud2

	.section .data
	.balign 16
gdt:	.quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
gdtr:	.word gdtr - gdt - 1
	.quad gdt
	.globl idt
idt:	.fill 29 * 16, 1, 0
idt_vc:	.word 0, 8
	.byte 0, 0x8e
	.word 0
	.quad 0
	.fill 226 * 16, 1, 0
idtr:	.word idtr - idt - 1
	.quad idt

	.balign 4096
	.globl pml4
pml4:	.quad pdpt + ENTRY + C_BIT
	.fill 511, 8, 0
pdpt:	.quad pd_private + ENTRY + C_BIT, pd_shared + ENTRY + C_BIT
	.fill 510, 8, 0
pd_private:
	.set gpa, 0
	.rept 512
	.quad gpa + LARGE + C_BIT
	.set gpa, gpa + 0x200000
	.endr
pd_shared:
	.set gpa, 0
	.rept 512
	.quad gpa + LARGE
	.set gpa, gpa + 0x200000
	.endr

	.bss
	.balign 4096
	.skip 8192
stack_end:
	.skip 4096
vc_stack_end:
	.globl level2_stack_end
	.skip 4096
level2_stack_end:

	.section .note.GNU-stack, "", @progbits
