/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Ways into ring 0: exceptions and interrupts (all 256 vectors), and the way to ring 3 and back. From ring 3, every entry
 * saves the registers in the CPU's struct user_context and returns from user_enter(). From ring 0, an exception calls
 * exception_kernel(), which repairs it through the exception table or panics.
 *
 * The host may inject any vector between any two instructions, with interrupts off too, with or without an error code.
 * So at CPL 0 the stack pointer is always good: there is no SYSCALL entry, which would begin on the service's stack
 * (EFER.SCE is 0; a service's SYSCALL raises #UD), and no vector but #DF has a stack of its own, which a second event
 * would overwrite. Interrupts that hit ring 0 return before anything is touched, GS included.
 */
#include "asm_offsets.h"
#include "layout.h"

	.text
	.altmacro

	.macro vector_stub n
	.balign 16
vector_\n:
	pushq $\n
	jmp entry_common
	.endm

	.set i, 0
	.rept 256
	vector_stub %i
	.set i, i + 1
	.endr

	/* The general registers, below vector and error: RSP is at the trap frame then */
	.macro push_registers
	push %rax
	push %rbx
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %rbp
	push %r8
	push %r9
	push %r10
	push %r11
	push %r12
	push %r13
	push %r14
	push %r15
	.endm

entry_common:
	/* The processor aligns RSP to 16 before it pushes, so alignment tells whether it pushed an error code. */
	test $8, %spl
	jnz 1f
	pushq (%rsp)
	movq $0, 8(%rsp)
1:	testb $3, 24(%rsp) /* CS */
	jnz entry_from_user
	cmpq $VECTOR_FIRST_INTERRUPT_, (%rsp)
	jae ignore
	cmpq $VECTOR_NMI_, (%rsp)
	je ignore
	cmpq $VECTOR_HV_, (%rsp)
	je ignore
	cld
	push_registers
	mov $MSR_GS_BASE_, %ecx
	rdmsr
	test %edx, %edx
	js 2f
	swapgs /* struck on the way to or from ring 3: exception_kernel() panics */
2:	mov %rsp, %rdi
	mov %rsp, %rbp
	and $~15, %rsp
	call exception_kernel
	mov %rbp, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rbp
	pop %rdi
	pop %rsi
	pop %rdx
	pop %rcx
	pop %rbx
	pop %rax
ignore:
	add $16, %rsp /* vector, error */
	iretq

entry_from_user:
	pushq $2 /* DF, and AC with which a service would leave SMAP off */
	popfq
	swapgs
	push_registers
	/* Copy the frame to the context: the stack it stands on is about to be given up. */
	mov %gs:PERCPU_USER, %rdi
	mov %cr2, %rax
	mov %rax, CONTEXT_FAULT_ADDRESS(%rdi)
	mov %rsp, %rsi
	mov $(FRAME_SIZE / 8), %ecx
	mov FRAME_VECTOR(%rsp), %rax
	rep movsq
	/* EAX = what user_enter() returns */
	mov %gs:PERCPU_KERNEL_RSP, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	/* Nothing the service left in registers is used from here on */
	xor %ecx, %ecx
	xor %edx, %edx
	xor %esi, %esi
	xor %edi, %edi
	xor %r8d, %r8d
	xor %r9d, %r9d
	xor %r10d, %r10d
	xor %r11d, %r11d
	ret

	.globl user_enter
user_enter:
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	mov %rdi, %gs:PERCPU_USER
	mov %rsp, %gs:PERCPU_KERNEL_RSP
	mov %rsp, %rax
	and $~15, %rax
	mov %rax, %gs:PERCPU_TSS_RSP0
	pushq FRAME_SS(%rdi)
	pushq FRAME_RSP(%rdi)
	pushq FRAME_RFLAGS(%rdi)
	pushq FRAME_CS(%rdi)
	pushq FRAME_RIP(%rdi)
	mov FRAME_R15(%rdi), %r15
	mov FRAME_R14(%rdi), %r14
	mov FRAME_R13(%rdi), %r13
	mov FRAME_R12(%rdi), %r12
	mov FRAME_R11(%rdi), %r11
	mov FRAME_R10(%rdi), %r10
	mov FRAME_R9(%rdi), %r9
	mov FRAME_R8(%rdi), %r8
	mov FRAME_RBP(%rdi), %rbp
	mov FRAME_RSI(%rdi), %rsi
	mov FRAME_RDX(%rdi), %rdx
	mov FRAME_RCX(%rdi), %rcx
	mov FRAME_RBX(%rdi), %rbx
	mov FRAME_RAX(%rdi), %rax
	mov FRAME_RDI(%rdi), %rdi
	swapgs
	iretq

/*
 * uint64_t copy_faultable(void *to, const void *from, uint64_t size): rep movsb; returns the bytes not copied. A #PF, #GP or
 * #VC in it continues at copy_faultable_end with RCX as it was.
 */
	.globl copy_faultable
copy_faultable:
	mov %rdx, %rcx
copy_faultable_insn:
	rep movsb
copy_faultable_end:
	mov %rcx, %rax
	ret

/* uint64_t zero_faultable(void *to, uint64_t size): the same for zeroing; size is a multiple of 8 */
	.globl zero_faultable
zero_faultable:
	mov %rsi, %rcx
	shr $3, %rcx
	xor %eax, %eax
zero_faultable_insn:
	rep stosq
zero_faultable_end:
	lea (, %rcx, 8), %rax
	ret

/* uint64_t exchange_byte_faultable(uint8_t *at, uint64_t value): the old byte, or 256 after a fault */
	.globl exchange_byte_faultable
exchange_byte_faultable:
	movzbl %sil, %eax
exchange_byte_insn:
	xchg %al, (%rdi)
	ret
exchange_byte_fault:
	mov $256, %eax
	ret

/* uint64_t and_byte_faultable(uint8_t *at, uint64_t value), or_...: atomically; 0, or 1 after a fault */
	.globl and_byte_faultable, or_byte_faultable
and_byte_faultable:
	xor %eax, %eax
and_byte_insn:
	lock andb %sil, (%rdi)
	ret
or_byte_faultable:
	xor %eax, %eax
or_byte_insn:
	lock orb %sil, (%rdi)
	ret
byte_fault:
	mov $1, %eax
	ret

	.section .exception_table, "a"
	.quad copy_faultable_insn, copy_faultable_end
	.quad zero_faultable_insn, zero_faultable_end
	.quad exchange_byte_insn, exchange_byte_fault
	.quad and_byte_insn, byte_fault
	.quad or_byte_insn, byte_fault

	.section .rodata
	.globl entry_vectors
	.balign 8
entry_vectors:
	.macro vector_address n
	.quad vector_\n
	.endm
	.set i, 0
	.rept 256
	vector_address %i
	.set i, i + 1
	.endr

	.section .note.GNU-stack, "", @progbits
