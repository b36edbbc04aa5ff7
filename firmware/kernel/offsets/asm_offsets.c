/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Compiled to assembly only; the make rule turns each marked line into a #define. */
#include "abi/snp.h"
#include "cpu.h"
#include "percpu.h"
#include "svsm/boot_info.h"
#include "user_context.h"

#define OFFSET(name, value) __asm__ volatile("\n->" #name " %0" : : "i"(value))

void asm_offsets(void);

void asm_offsets(void)
{
	OFFSET(BOOT_INFO_CPUID_PAGE, offsetof(struct boot_info, cpuid_page));
	OFFSET(CPUID_ENTRY_EBX, offsetof(struct snp_cpuid_entry, ebx));
	OFFSET(SNP_CPUID_COUNT_MAX_, SNP_CPUID_COUNT_MAX);
	OFFSET(FW_BASE, FW_BASE);
	OFFSET(FW_SIZE, FW_SIZE);
	OFFSET(MSR_EFER_, MSR_EFER);
	OFFSET(MSR_GHCB_, MSR_GHCB);
	OFFSET(CR0_BOOT, (int32_t)(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG));
	OFFSET(CR4_BOOT, CR4_PAE | CR4_MCE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT);
	OFFSET(EFER_BOOT, EFER_LME | EFER_NXE);
	OFFSET(MSR_GS_BASE_, MSR_GS_BASE);
	OFFSET(VECTOR_NMI_, VECTOR_NMI);
	OFFSET(VECTOR_HV_, VECTOR_HV);
	OFFSET(VECTOR_FIRST_INTERRUPT_, VECTOR_FIRST_INTERRUPT);
	OFFSET(PERCPU_KERNEL_RSP, offsetof(struct percpu, kernel_rsp));
	OFFSET(PERCPU_USER, offsetof(struct percpu, user));
	OFFSET(PERCPU_TSS_RSP0, offsetof(struct percpu, tss) + offsetof(struct tss, rsp));
	OFFSET(FRAME_SIZE, sizeof(struct trap_frame));
	OFFSET(FRAME_R15, offsetof(struct trap_frame, r15));
	OFFSET(FRAME_R14, offsetof(struct trap_frame, r14));
	OFFSET(FRAME_R13, offsetof(struct trap_frame, r13));
	OFFSET(FRAME_R12, offsetof(struct trap_frame, r12));
	OFFSET(FRAME_R11, offsetof(struct trap_frame, r11));
	OFFSET(FRAME_R10, offsetof(struct trap_frame, r10));
	OFFSET(FRAME_R9, offsetof(struct trap_frame, r9));
	OFFSET(FRAME_R8, offsetof(struct trap_frame, r8));
	OFFSET(FRAME_RBP, offsetof(struct trap_frame, rbp));
	OFFSET(FRAME_RDI, offsetof(struct trap_frame, rdi));
	OFFSET(FRAME_RSI, offsetof(struct trap_frame, rsi));
	OFFSET(FRAME_RDX, offsetof(struct trap_frame, rdx));
	OFFSET(FRAME_RCX, offsetof(struct trap_frame, rcx));
	OFFSET(FRAME_RBX, offsetof(struct trap_frame, rbx));
	OFFSET(FRAME_RAX, offsetof(struct trap_frame, rax));
	OFFSET(FRAME_VECTOR, offsetof(struct trap_frame, vector));
	OFFSET(FRAME_RIP, offsetof(struct trap_frame, rip));
	OFFSET(FRAME_CS, offsetof(struct trap_frame, cs));
	OFFSET(FRAME_RFLAGS, offsetof(struct trap_frame, rflags));
	OFFSET(FRAME_RSP, offsetof(struct trap_frame, rsp));
	OFFSET(FRAME_SS, offsetof(struct trap_frame, ss));
	OFFSET(CONTEXT_FAULT_ADDRESS, offsetof(struct user_context, fault_address));
}
