/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A virtual CPU: what the processor and the host keep for each of its VMPLs. The registers of a level are in its VMSA
 * page; while the level runs they are in the VMCB and on the processor ("attached"), and the page is in use (APM 2,
 * 15.36.12). Each virtual CPU has a processor of its own, which alone touches what is attached.
 */
#ifndef SIM_VCPU_H
#define SIM_VCPU_H

#include "abi/snp.h"
#include "svm.h"
#include "x2apic.h"

#include <stdbool.h>

/* AP creation (GHCB) for a level, carried out by the virtual CPU itself between two turns: schedule.c */
enum vcpu_request {
	VCPU_NO_REQUEST,
	VCPU_CREATE,
	VCPU_DESTROY,
};

struct vcpu_level {
	struct vmcb *vmcb;
	struct guest_registers regs;
	uint8_t fpu[512] __attribute__((aligned(16)));
	uint64_t ghcb_msr;
	bool ghcb_registered;
	uint64_t ghcb_gpa;
	bool present; /* has a VMSA the host may run */
	struct snp_vmsa *vmsa;
	uint64_t vmsa_gpa; /* VCPU_LAUNCH_VMSA: the page of the launch, which is not in the guest's memory */
	struct x2apic apic;
	bool halted; /* executed HLT: waits for an interrupt */
	bool held;   /* AP reset hold: waits for AP creation */
	bool starts; /* was created: runs as soon as the virtual CPU's current level waits */
	bool nmi_requested, nmi_blocked;
	bool offers_pic; /* the virtual interrupt offered now comes from the PICs */
	enum vcpu_request request;
	uint64_t request_gpa;	/* VMSA to create with */
	uint64_t init_vmsa_gpa; /* the same, when an INIT comes; 0: none */
};
#define VCPU_LAUNCH_VMSA (~0ull)

struct vcpu {
	uint32_t apic_id;  /* and number of its processor */
	unsigned int vmpl; /* current level: runs now, or ran last */
	bool attached;
	bool in_guest; /* VMRUN; written without the host's lock */
	struct vcpu_level level[SNP_VMPL_COUNT];
	const struct vcpu *awaits; /* goes on when that one has carried out its requests */
	uint64_t call, call_start; /* residency.h */
	unsigned int steps_left;   /* vectors.c: VMPL0 is single-stepped */
	bool in_burst_event;
};

static inline struct vcpu_level *vcpu_current(struct vcpu *vcpu)
{
	return &vcpu->level[vcpu->vmpl];
}

/* SEV_FEATURES of the guest: those of the VMSA it was launched with */
extern uint64_t vcpu_sev_features;

/* Sets up VMCBs and intercepts. */
void vcpu_init(struct vcpu *vcpu, uint32_t apic_id);

/* Why VMRUN would refuse to run the level with its VMSA page as it is; NULL when it would not. */
const char *vcpu_vmsa_fault(const struct snp_vmsa *vmsa, uint64_t gpa, unsigned int vmpl);

/* Puts the current level's state on the processor, VMSA in use; ends the run when VMRUN would refuse it. And back: the
 * VMSA then has the state, and @exit_code. Both do nothing when that is so already. */
void vcpu_attach(struct vcpu *vcpu);
void vcpu_detach(struct vcpu *vcpu, uint64_t exit_code);

/* Leaves the current level and goes on with @vmpl. False when that level cannot run. */
bool vcpu_switch(struct vcpu *vcpu, unsigned int vmpl, uint64_t exit_code);

/* Runs the current level until its next exit, without the host's lock. */
void vcpu_enter(struct vcpu *vcpu);

/* Injects an exception at the current instruction. #VC: see inject.h. */
void vcpu_inject(struct vcpu *vcpu, unsigned int vector, bool has_error, uint32_t error);

/* Guest virtual address -> GPA by the guest's own page tables; false when not mapped. The C-bit is reported apart. */
bool vcpu_translate(struct vcpu *vcpu, uint64_t va, uint64_t *gpa, bool *c_bit);

/* Bytes at RIP; false when they cannot be read. */
bool vcpu_fetch(struct vcpu *vcpu, uint8_t *bytes, unsigned int size);

#endif
