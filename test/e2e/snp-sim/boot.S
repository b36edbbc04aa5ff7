/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Multiboot entry (Multiboot 1, section 3.2), the way to long mode with the low 4 GiB identity-mapped, the same for the
 * other processors, interrupt stubs, and VMRUN with the registers that it does not switch.
 */
	.section .multiboot, "a"
	.balign 4
	.long 0x1badb002, 0x00000003, -(0x1badb002 + 0x00000003)

	.text
	.code32
	.globl sim_start
sim_start:
	cld
	mov %ebx, multiboot_info
	movl $pdpt + 7, pml4
	mov $4, %ecx
	mov $pdpt, %edi
	mov $directories + 7, %eax
1:	mov %eax, (%edi)
	add $4096, %eax
	add $8, %edi
	loop 1b
	mov $directories, %edi
	mov $0x87, %eax /* present, writable, user, 2 MiB */
	mov $2048, %ecx
2:	mov %eax, (%edi)
	add $0x200000, %eax
	add $8, %edi
	loop 2b
	lgdt gdtr
/* Every processor: GDT loaded, flat 32-bit segments, paging off */
to_long_mode:
	mov $0x620, %eax /* CR4: PAE, OSFXSR, OSXMMEXCPT */
	mov %eax, %cr4
	mov $pml4, %eax
	mov %eax, %cr3
	mov $0xc0000080, %ecx
	rdmsr
	or $0x1900, %eax /* EFER: SVME, NXE, LME */
	wrmsr
	mov $0x80010033, %eax
	mov %eax, %cr0
	ljmp $8, $3f
	.code64
3:	mov $16, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	xor %eax, %eax
	mov %eax, %fs
	mov %eax, %gs
	mov host_cpu_starting, %eax
	inc %eax
	shl $16, %eax /* HOST_CPU_STACK */
	lea host_cpu_stacks(%rax), %rsp
	xor %ebp, %ebp
	cmp $host_cpu_stacks + 0x10000, %rsp
	jne 4f
	call sim_main
	ud2
4:	call host_cpu_main
	ud2

/* Another processor starts here, copied below 1 MiB to a segment's start (host_cpu.c) */
	.code16
	.globl trampoline, trampoline_end
trampoline:
	cli
	cld
	lgdtl %cs:(trampoline_gdtr - trampoline)
	mov %cr0, %eax
	or $1, %al
	mov %eax, %cr0
	ljmpl $24, $3f
	.balign 4
trampoline_gdtr:
	.word gdtr - gdt - 1
	.long gdt
trampoline_end:
	.code32
3:	mov $16, %ax
	mov %ax, %ds
	mov %ax, %es
	mov %ax, %ss
	jmp to_long_mode
	.code64

/* One stub for each vector; pushes an error code where the processor does not. */
	.altmacro
	.macro stub n
	.balign 16
	.if \n == 8 || (\n >= 10 && \n <= 14) || \n == 17
	.else
	pushq $0
	.endif
	pushq $\n
	jmp interrupt_common
	.endm
	.balign 16
	.globl interrupt_stubs
interrupt_stubs:
	.set i, 0
	.rept 256
	stub %i
	.set i, i + 1
	.endr
interrupt_common:
	push %rax
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %r8
	push %r9
	push %r10
	push %r11
	lea 72(%rsp), %rdi /* vector, error, RIP, ... */
	cld
	call interrupt_handle
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rdi
	pop %rsi
	pop %rdx
	pop %rcx
	pop %rax
	add $16, %rsp
	iretq

/*
 * void svm_enter(uint64_t vmcb, struct guest_registers *regs): GIF is 0 and stays so; RAX and RSP are in the VMCB.
 * Interrupts are enabled so that a physical interrupt ends the guest's turn (V_INTR_MASKING).
 */
	.globl svm_enter, svm_left
svm_enter:
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	push %rsi
	mov %rdi, %rax
	mov 0(%rsi), %rbx
	mov 8(%rsi), %rcx
	mov 16(%rsi), %rdx
	mov 32(%rsi), %rdi
	mov 40(%rsi), %rbp
	mov 48(%rsi), %r8
	mov 56(%rsi), %r9
	mov 64(%rsi), %r10
	mov 72(%rsi), %r11
	mov 80(%rsi), %r12
	mov 88(%rsi), %r13
	mov 96(%rsi), %r14
	mov 104(%rsi), %r15
	mov 24(%rsi), %rsi
	sti
	vmrun %rax
svm_left:
	cli
	xchg %rsi, (%rsp)
	mov %rbx, 0(%rsi)
	mov %rcx, 8(%rsi)
	mov %rdx, 16(%rsi)
	mov %rdi, 32(%rsi)
	mov %rbp, 40(%rsi)
	mov %r8, 48(%rsi)
	mov %r9, 56(%rsi)
	mov %r10, 64(%rsi)
	mov %r11, 72(%rsi)
	mov %r12, 80(%rsi)
	mov %r13, 88(%rsi)
	mov %r14, 96(%rsi)
	mov %r15, 104(%rsi)
	pop %rax
	mov %rax, 24(%rsi)
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	cld
	ret

	.section .data
	.balign 16
gdt:	.quad 0
	.quad 0x00af9b000000ffff /* 8: 64-bit code */
	.quad 0x00cf93000000ffff /* 16: data */
	.quad 0x00cf9b000000ffff /* 24: 32-bit code */
gdtr:	.word gdtr - gdt - 1
	.long gdt
	.globl multiboot_info
multiboot_info:
	.long 0
	.globl host_cpu_starting
host_cpu_starting:
	.long 0 /* the processor that comes next into long mode */

	.section .bss, "aw", @nobits
	.balign 4096
pml4:	.skip 4096
pdpt:	.skip 4096
directories:
	.skip 16384
	.balign 65536
	.globl host_cpu_stacks
host_cpu_stacks:
	.skip 4 * 65536 /* HOST_CPUS_MAX, HOST_CPU_STACK */
	.section .note.GNU-stack, "", @progbits
