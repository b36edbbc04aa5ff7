/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Ring 3 seen from ring 0: user_enter() runs a register file until it needs the kernel, and returns why. Nothing of the
 * service stays on the kernel's stack, so a service can be left at any instruction and resumed later, on any CPU.
 */
#ifndef KERNEL_USER_CONTEXT_H
#define KERNEL_USER_CONTEXT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/* Pushed by entry.S; also the layout of a service's saved registers. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector;
	uint64_t error;
	uint64_t rip, cs, rflags, rsp, ss;
};
static_assert(sizeof(struct trap_frame) == 22 * 8, "trap frame");

struct user_context {
	struct trap_frame regs;
	uint64_t fs_base;
	uint64_t fault_address;			       /* CR2 of the last #PF */
	uint8_t fpu[512] __attribute__((aligned(16))); /* FXSAVE image */
};

/*
 * Runs @context at CPL 3 on the current CPU in the current address space. Returns the exception or interrupt vector
 * that ended its turn, with all registers saved in @context. Interrupts are off on return.
 */
uint32_t user_enter(struct user_context *context);

/* Registers of a fresh thread: everything zero but these. */
void user_context_init(struct user_context *context, uint64_t rip, uint64_t rsp);

/* FPU state and FS base of @context to and from the CPU. The kernel itself uses no FPU registers. */
void user_context_load(const struct user_context *context);
void user_context_load_fs(const struct user_context *context);
void user_context_save(struct user_context *context);

#endif
