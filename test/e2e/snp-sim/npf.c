/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "npf.h"

#include "inject.h"
#include "memory.h"
#include "npt.h"
#include "report.h"
#include "rmp.h"

#define CR0_PG (1ull << 31)

_Noreturn void npf_violation(struct vcpu *vcpu, const char *rule, uint64_t gpa, const char *sentence)
{
	const struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	uint8_t bytes[8] = {0};

	report_log("snp-sim: violation: rule=%s vmpl=%u rip=%lx gpa=%lx %s\n", rule, vcpu->vmpl, vmcb->rip, gpa,
		   sentence);
	(void)vcpu_fetch(vcpu, bytes, sizeof(bytes));
	report_log("snp-sim: state: cpu %u exit %lx info %lx %lx cs %x cpl %u rsp %lx cr0 %lx cr3 %lx bytes "
		   "%02x%02x%02x%02x%02x%02x%02x%02x\n",
		   vcpu->apic_id, vmcb->exit_code, vmcb->exit_info_1, vmcb->exit_info_2, (uint32_t)vmcb->cs.selector,
		   (uint32_t)vmcb->cpl, vmcb->rsp, vmcb->cr0, vmcb->cr3, bytes[0], bytes[1], bytes[2], bytes[3],
		   bytes[4], bytes[5], bytes[6], bytes[7]);
	report_exit(EXIT_VALUE_VIOLATION);
}

static bool not_validated(struct vcpu *vcpu, bool delivering, uint64_t gpa)
{
	if (delivering)
		npf_violation(vcpu, "vc-delivery", gpa, "the stack or IDT of #VC is not validated");
	inject_vc(vcpu, SVM_EXIT_PAGE_NOT_VALIDATED);
	return false;
}

static unsigned int needed_permission(const struct vmcb *vmcb)
{
	uint64_t info = vmcb->exit_info_1;

	if ((info & NPF_FETCH) != 0)
		return vmcb->cpl == 3 ? RMP_PERM_EXEC_USER : RMP_PERM_EXEC_SUPER;
	/* Nested walks always report a write, so a walk is taken for a read here */
	return (info & NPF_WRITE) != 0 && (info & NPF_WALK) == 0 ? RMP_PERM_WRITE : RMP_PERM_READ;
}

/* What the VMPL may do with the page, as nested page table rights. Coarse: one NX bit for both kinds of execution. */
static unsigned int rights_of(const struct rmp_entry *entry, unsigned int vmpl)
{
	unsigned int permissions = entry->permissions[vmpl];

	return ((permissions & RMP_PERM_WRITE) != 0 && !entry->in_use ? NPT_WRITE_OK : 0) |
	       ((permissions & (RMP_PERM_EXEC_USER | RMP_PERM_EXEC_SUPER)) != 0 ? NPT_EXECUTE_OK : 0);
}

static bool private_access(struct vcpu *vcpu, uint64_t gpa, bool c_bit, bool delivering)
{
	struct rmp_entry *entry = rmp_at(gpa);

	if (!entry->assigned) {
		/* KVM gives a private access private memory; the guest has not validated it */
		rmp_assign(gpa, false);
		entry = rmp_at(gpa);
	}
	if (!entry->validated)
		return not_validated(vcpu, delivering, gpa);
	if ((entry->permissions[vcpu->vmpl] & needed_permission(vcpu_current(vcpu)->vmcb)) == 0)
		npf_violation(vcpu, entry->vmsa ? "vmsa-page-access" : "vmpl-permission", gpa,
			      "the RMP does not allow this VMPL the access");
	if (entry->in_use && needed_permission(vcpu_current(vcpu)->vmcb) == RMP_PERM_WRITE)
		npf_violation(vcpu, "vmsa-in-use", gpa, "write to the VMSA of a level that runs");
	npt_map(vcpu->vmpl, c_bit, gpa, entry->large && c_bit, rights_of(entry, vcpu->vmpl));
	return true;
}

bool npf_handle(struct vcpu *vcpu, bool delivering)
{
	const struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	uint64_t gpa = vmcb->exit_info_2 & ~C_BIT;
	bool c_bit = (vmcb->exit_info_2 & C_BIT) != 0 || (vmcb->cr0 & CR0_PG) == 0;
	/*
	 * Fetches and page walks are private whatever the C-bit says. Nested page tables cannot tell them from reads,
	 * so a page once walked or fetched without C-bit can then be read that way: weaker than hardware.
	 */
	bool always_private = (vmcb->exit_info_1 & (NPF_FETCH | NPF_WALK)) != 0;

	if (!memory_has(gpa, 1)) {
		if (c_bit || always_private || delivering)
			npf_violation(vcpu, "outside-ram", gpa, "private access to an address without RAM");
		inject_vc(vcpu, SVM_EXIT_NPF);
		return false;
	}
	if (c_bit || always_private)
		return private_access(vcpu, gpa, c_bit, delivering);
	if (rmp_at(gpa)->assigned)
		npf_violation(vcpu, "c0-access-to-private", gpa, "shared access to a private page");
	npt_map(vcpu->vmpl, false, gpa, false, NPT_WRITE_OK);
	return true;
}
