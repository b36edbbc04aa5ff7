/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The guest's processors: the events SNP AP Creation and Get APIC IDs (AMD 56421, chapter 4). */
#include "ghcb_nae.h"
#include "lies.h"
#include "memory.h"
#include "report.h"
#include "schedule.h"
#include "vcpus.h"

/* Some other level runs with the VMSA, or is about to. */
static bool is_taken(uint64_t vmsa_gpa, const struct vcpu_level *by)
{
	for (unsigned int i = 0; i < vcpus_count; i++) {
		for (unsigned int j = 0; j < SNP_VMPL_COUNT; j++) {
			const struct vcpu_level *level = &vcpus[i].level[j];

			if (level != by &&
			    ((level->present && level->vmsa_gpa == vmsa_gpa) || level->init_vmsa_gpa == vmsa_gpa ||
			     (level->request == VCPU_CREATE && level->request_gpa == vmsa_gpa)))
				return true;
		}
	}
	return false;
}

/*
 * Why the VMSA cannot be run; NULL when it can. KVM looks at address and features only, and has the virtual machine die
 * when VMRUN refuses the rest. It takes no page at a 2 MiB boundary because of a fault of the processor.
 */
static const char *vmsa_fault(uint64_t vmsa_gpa, uint64_t features, unsigned int vmpl, const struct vcpu_level *level)
{
	if ((vmsa_gpa & (PAGE_SIZE - 1)) != 0 || !memory_has(vmsa_gpa, PAGE_SIZE))
		return "no page of RAM";
	if ((vmsa_gpa & (LARGE_PAGE_SIZE - 1)) == 0)
		return "at a 2 MiB boundary";
	if (features != vcpu_sev_features)
		return "RAX is not the guest's SEV_FEATURES";
	if (is_taken(vmsa_gpa, level))
		return "another level runs with it";
	return vcpu_vmsa_fault((const struct snp_vmsa *)memory_guest(vmsa_gpa), vmsa_gpa, vmpl);
}

void ghcb_ap_creation(struct vcpu *vcpu, struct ghcb *ghcb, uint64_t info, uint64_t vmsa_gpa)
{
	uint64_t request = info & GHCB_AP_REQUEST_MASK;
	unsigned int vmpl = (unsigned int)(info >> GHCB_AP_VMPL_SHIFT & 0xf);
	struct vcpu *target = vcpus_find((uint32_t)(info >> GHCB_AP_APIC_ID_SHIFT));
	const char *fault = 0;

	if (request != GHCB_AP_DESTROY && !VALID(ghcb, rax)) {
		ghcb_refuse(ghcb, GHCB_BAD_MISSING_INPUT);
		return;
	}
	/* A level names none above its own; what runs VMPL0 of a virtual CPU is for another one to say */
	if ((uint32_t)info >> 20 != 0 || request > GHCB_AP_DESTROY || target == 0 || vmpl >= SNP_VMPL_COUNT ||
	    vmpl < vcpu->vmpl || (vmpl == 0 && target == vcpu))
		fault = "no such processor, level or request, or not the caller's to name";
	else if (request != GHCB_AP_DESTROY)
		fault = vmsa_fault(vmsa_gpa, ghcb->rax, vmpl, &target->level[vmpl]);
	if (lies_cpus_refuse(vmpl))
		fault = "the host was told to refuse";
	if (fault != 0) {
		report_log("snp-sim: AP creation refused: cpu %u vmpl %u info %lx vmsa %lx: %s\n", vcpu->apic_id,
			   vcpu->vmpl, info, vmsa_gpa, fault);
		ghcb_refuse(ghcb, GHCB_BAD_INPUT);
		return;
	}
	if (lies_cpus_skip(vmpl)) {
		ghcb_answer(ghcb, 0, 0);
		return;
	}
	if (request == GHCB_AP_CREATE_ON_INIT)
		target->level[vmpl].init_vmsa_gpa = vmsa_gpa;
	else
		schedule_request(vcpu, target, vmpl, request == GHCB_AP_CREATE ? VCPU_CREATE : VCPU_DESTROY, vmsa_gpa);
	ghcb_answer(ghcb, 0, 0);
}

void ghcb_get_apic_ids(struct ghcb *ghcb, uint64_t list_gpa)
{
	uint64_t size = sizeof(struct ghcb_apic_ids) + vcpus_count * sizeof(uint32_t);
	uint64_t needed = (size + PAGE_SIZE - 1) / PAGE_SIZE;
	struct ghcb_apic_ids *list;

	if (!VALID(ghcb, rax)) {
		ghcb_refuse(ghcb, GHCB_BAD_MISSING_INPUT);
		return;
	}
	if (ghcb->rax < needed) {
		PUT(ghcb, rax, needed);
		ghcb_answer(ghcb, 0, 0);
		return;
	}
	list = (struct ghcb_apic_ids *)ghcb_shared(list_gpa, needed * PAGE_SIZE);
	if ((list_gpa & (PAGE_SIZE - 1)) != 0 || list == 0) {
		ghcb_refuse(ghcb, GHCB_BAD_INPUT);
		return;
	}
	list->count = vcpus_count;
	for (unsigned int i = 0; i < vcpus_count; i++)
		list->apic_id[i] = vcpus[i].apic_id;
	lies_cpus_list(list, vcpus_count);
	ghcb_answer(ghcb, 0, 0);
}
