/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "schedule.h"

#include "abi/ghcb.h"
#include "ghcb_host.h"
#include "host_cpu.h"
#include "interrupts.h"
#include "memory.h"
#include "report.h"
#include "vcpus.h"

static bool has_requests(const struct vcpu *vcpu)
{
	for (unsigned int i = 0; i < SNP_VMPL_COUNT; i++) {
		if (vcpu->level[i].request != VCPU_NO_REQUEST)
			return true;
	}
	return false;
}

void schedule_request(struct vcpu *by, struct vcpu *vcpu, unsigned int vmpl, enum vcpu_request request,
		      uint64_t vmsa_gpa)
{
	vcpu->level[vmpl].init_vmsa_gpa = 0;
	vcpu->level[vmpl].request = request;
	vcpu->level[vmpl].request_gpa = vmsa_gpa;
	by->awaits = vcpu;
	vcpus_kick(vcpu);
}

void schedule_init(struct vcpu *vcpu, unsigned int vmpl)
{
	struct vcpu_level *level = &vcpu->level[vmpl];

	if (level->init_vmsa_gpa == 0)
		return;
	level->request = VCPU_CREATE;
	level->request_gpa = level->init_vmsa_gpa;
	level->init_vmsa_gpa = 0;
}

static void create(struct vcpu_level *level)
{
	struct vmcb *vmcb = level->vmcb;

	level->vmsa_gpa = level->request_gpa;
	level->vmsa = (struct snp_vmsa *)memory_guest(level->vmsa_gpa);
	level->present = level->starts = true;
	level->halted = level->held = false;
	level->nmi_requested = level->nmi_blocked = false;
	level->ghcb_msr = GHCB_HOST_RESET;
	level->ghcb_registered = false;
	vmcb->event_injection = vmcb->interrupt_shadow = vmcb->exit_int_info = 0;
	vmcb->v_intr = V_INTR_MASKING;
}

static void carry_out_requests(struct vcpu *vcpu)
{
	if (!has_requests(vcpu))
		return;
	for (unsigned int i = 0; i < SNP_VMPL_COUNT; i++) {
		struct vcpu_level *level = &vcpu->level[i];

		if (level->request == VCPU_NO_REQUEST)
			continue;
		/* The registers of the level that ran so far stay in its VMSA */
		if (i == vcpu->vmpl)
			vcpu_detach(vcpu, EXIT_INTR);
		level->present = level->starts = false;
		if (level->request == VCPU_CREATE)
			create(level);
		level->request = VCPU_NO_REQUEST;
	}
	for (unsigned int i = 0; i < vcpus_count; i++) {
		if (vcpus[i].awaits == vcpu)
			vcpus_kick(&vcpus[i]);
	}
}

static bool awaits(struct vcpu *vcpu)
{
	if (vcpu->awaits != 0 && !has_requests(vcpu->awaits))
		vcpu->awaits = 0;
	return vcpu->awaits != 0;
}

static bool current_runs(const struct vcpu *vcpu)
{
	const struct vcpu_level *level = &vcpu->level[vcpu->vmpl];

	return level->present && !level->held && (!level->halted || interrupts_wake(vcpu));
}

static uint64_t wait_exit_code(const struct vcpu_level *level)
{
	return level->held ? SVM_EXIT_VMGEXIT : EXIT_HLT;
}

/* Chooses the level to run; false when all wait. */
static bool choose(struct vcpu *vcpu)
{
	struct vcpu_level *level = vcpu_current(vcpu);

	/* A level that was created anew, or that has not waited */
	if (level->present && !level->held && !level->halted) {
		level->starts = false;
		return true;
	}
	for (unsigned int i = 0; i < SNP_VMPL_COUNT; i++) {
		if (!vcpu->level[i].starts)
			continue;
		vcpu->level[i].starts = false;
		if (vcpu_switch(vcpu, i, wait_exit_code(level)))
			return true;
		report_log("snp-sim: cpu %u vmpl %u was created, but its VMSA is none any more\n", vcpu->apic_id, i);
		vcpu->level[i].present = false;
	}
	if (!current_runs(vcpu))
		return false;
	level->halted = false;
	return true;
}

/* Nothing runs and nothing would change that. */
static bool all_dead(void)
{
	for (unsigned int i = 0; i < vcpus_count; i++) {
		const struct vcpu *vcpu = &vcpus[i];
		const struct vcpu_level *level = &vcpu->level[vcpu->vmpl];

		if (vcpu->attached || has_requests(vcpu) ||
		    (level->present && !level->held && (!level->halted || interrupts_may_wake(vcpu))))
			return false;
		for (unsigned int j = 0; j < SNP_VMPL_COUNT; j++) {
			if (vcpu->level[j].starts)
				return false;
		}
	}
	return true;
}

void schedule_next(struct vcpu *vcpu)
{
	for (;;) {
		carry_out_requests(vcpu);
		x2apic_update(vcpu);
		if (awaits(vcpu)) {
			host_cpu_wait();
			continue;
		}
		if (choose(vcpu))
			break;
		vcpu_detach(vcpu, wait_exit_code(vcpu_current(vcpu)));
		if (all_dead()) {
			report_log(
				"snp-sim: cpu %u halted at vmpl %u rip %lx with interrupts off: nothing will wake it\n",
				vcpu->apic_id, vcpu->vmpl, vcpu_current(vcpu)->vmcb->rip);
			report_exit(EXIT_VALUE_TERMINATED);
		}
		host_cpu_wait();
	}
	vcpu_attach(vcpu);
}
