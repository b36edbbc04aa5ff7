/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A virtual CPU: what the processor and the host keep for each of its VMPLs. */
#ifndef SIM_VCPU_H
#define SIM_VCPU_H

#include "abi/snp.h"
#include "svm.h"
#include "x2apic.h"

#include <stdbool.h>

struct vcpu_level {
	struct vmcb *vmcb;
	struct guest_registers regs;
	uint8_t fpu[512] __attribute__((aligned(16)));
	uint64_t ghcb_msr;
	bool ghcb_registered;
	uint64_t ghcb_gpa;
	bool present;	   /* has a VMSA the host may run */
	uint64_t vmsa_gpa; /* VMPL1..3: page in guest memory that holds the registers while the level does not run */
	struct x2apic apic;
	bool waits_for_vmpl_exit; /* its RUN_VMPL request completes when VMPL0 runs again */
};

struct vcpu {
	uint32_t apic_id;
	unsigned int vmpl; /* runs now */
	struct vcpu_level level[SNP_VMPL_COUNT];
	uint64_t switches;
	uint64_t call, call_start; /* residency.h */
};

static inline struct vcpu_level *vcpu_current(struct vcpu *vcpu)
{
	return &vcpu->level[vcpu->vmpl];
}

/* Sets up VMCBs and intercepts. */
void vcpu_init(struct vcpu *vcpu, uint32_t apic_id);

/* Registers of a level from a VMSA image. False with a message when VMRUN would refuse it. */
bool vcpu_load_vmsa(struct vcpu *vcpu, unsigned int vmpl, const struct snp_vmsa *vmsa);
void vcpu_store_vmsa(struct vcpu *vcpu, unsigned int vmpl, struct snp_vmsa *vmsa);

/* Leaves the current level and goes on with @vmpl. False when that level cannot run. */
bool vcpu_switch(struct vcpu *vcpu, unsigned int vmpl, uint64_t exit_code);

/* Runs the current level until its next exit. */
void vcpu_enter(struct vcpu *vcpu);

/* Makes the level's state current on the processor (VMLOAD, FPU), and saves it. */
void vcpu_attach(struct vcpu *vcpu);
void vcpu_detach(struct vcpu *vcpu);

/* Injects an exception at the current instruction. #VC: see inject.h. */
void vcpu_inject(struct vcpu *vcpu, unsigned int vector, bool has_error, uint32_t error);

/* Guest virtual address -> GPA by the guest's own page tables; false when not mapped. The C-bit is reported apart. */
bool vcpu_translate(struct vcpu *vcpu, uint64_t va, uint64_t *gpa, bool *c_bit);

/* Bytes at RIP; false when they cannot be read. */
bool vcpu_fetch(struct vcpu *vcpu, uint8_t *bytes, unsigned int size);

#endif
