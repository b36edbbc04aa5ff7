/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* AMD SVM as an L0 hypervisor uses it. Source: AMD 24593, APM volume 2, chapter 15 and appendix B (VMCB). */
#ifndef SIM_SVM_H
#define SIM_SVM_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

struct __attribute__((packed)) vmcb_segment {
	uint16_t selector, attributes;
	uint32_t limit;
	uint64_t base;
};

struct __attribute__((packed)) vmcb {
	uint32_t intercept_cr; /* 15:0 reads, 31:16 writes */
	uint32_t intercept_dr;
	uint32_t intercept_exceptions;
	uint32_t intercept_1;
	uint32_t intercept_2;
	uint8_t reserved_014[0x40 - 0x14];
	uint64_t iopm, msrpm, tsc_offset; /* 0x40 */
	uint32_t asid;
	uint32_t tlb_control;
	uint64_t v_intr; /* 0x60 */
	uint64_t interrupt_shadow;
	uint64_t exit_code, exit_info_1, exit_info_2; /* 0x70 */
	uint64_t exit_int_info;
	uint64_t np_enable; /* 0x90 */
	uint8_t reserved_098[16];
	uint64_t event_injection; /* 0xa8 */
	uint64_t n_cr3;
	uint8_t reserved_0b8[0x400 - 0xb8];
	struct vmcb_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr; /* 0x400 */
	uint8_t reserved_4a0[0x4cb - 0x4a0];
	uint8_t cpl;
	uint32_t reserved_4cc;
	uint64_t efer; /* 0x4d0 */
	uint8_t reserved_4d8[0x548 - 0x4d8];
	uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip; /* 0x548 */
	uint8_t reserved_580[0x5d8 - 0x580];
	uint64_t rsp; /* 0x5d8 */
	uint8_t reserved_5e0[24];
	uint64_t rax, star, lstar, cstar, sfmask, kernel_gs_base, sysenter_cs, sysenter_esp, sysenter_eip,
		cr2; /* 0x5f8 */
	uint8_t reserved_648[32];
	uint64_t g_pat; /* 0x668 */
	uint8_t reserved_670[4096 - 0x670];
};
static_assert(sizeof(struct vmcb) == 4096, "VMCB");
static_assert(offsetof(struct vmcb, v_intr) == 0x60, "v_intr");
static_assert(offsetof(struct vmcb, exit_code) == 0x70, "exit code");
static_assert(offsetof(struct vmcb, event_injection) == 0xa8, "event injection");
static_assert(offsetof(struct vmcb, efer) == 0x4d0, "efer");
static_assert(offsetof(struct vmcb, rip) == 0x578, "rip");
static_assert(offsetof(struct vmcb, cr2) == 0x640, "cr2");
static_assert(offsetof(struct vmcb, g_pat) == 0x668, "pat");

/* Registers VMRUN leaves to software; boot.S knows the layout. RAX and RSP live in the VMCB. */
struct guest_registers {
	uint64_t rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
};

#define INTERCEPT_1_INTR (1u << 0)
#define INTERCEPT_1_NMI (1u << 1)
#define INTERCEPT_1_CPUID (1u << 18)
#define INTERCEPT_1_HLT (1u << 24)
#define INTERCEPT_1_IOIO (1u << 27)
#define INTERCEPT_1_MSR (1u << 28)
#define INTERCEPT_1_SHUTDOWN (1u << 31)
#define INTERCEPT_2_ALL_SVM 0x7fu /* VMRUN, VMMCALL, VMLOAD, VMSAVE, STGI, CLGI, SKINIT */
#define INTERCEPT_CR8_WRITE (1u << 24)

#define EXIT_WRITE_CR8 0x18u
#define EXIT_EXCEPTION 0x40u
#define EXIT_INTR 0x60u
#define EXIT_NMI 0x61u
#define EXIT_CPUID 0x72u
#define EXIT_HLT 0x78u
#define EXIT_IOIO 0x7bu
#define EXIT_MSR 0x7cu
#define EXIT_SHUTDOWN 0x7fu
#define EXIT_VMMCALL 0x81u
#define EXIT_NPF 0x400u

#define NPF_PRESENT (1ull << 0)
#define NPF_WRITE (1ull << 1)
#define NPF_FETCH (1ull << 4)
#define NPF_WALK (1ull << 33)

#define EVENT_VALID (1u << 31)
#define EVENT_ERROR_CODE (1u << 11)
#define EVENT_TYPE (7u << 8)
#define EVENT_INTERRUPT (0u << 8)
#define EVENT_NMI (2u << 8)
#define EVENT_EXCEPTION (3u << 8)
#define V_IRQ (1ull << 8)
#define V_INTR_PRIORITY_MAX (15ull << 16)
#define V_IGN_TPR (1ull << 20)
#define V_INTR_MASKING (1ull << 24)
#define V_INTR_VECTOR_SHIFT 32

void svm_enter(uint64_t vmcb, struct guest_registers *regs);

#endif
