/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "insn_rmp.h"

#include "lies.h"
#include "memory.h"
#include "npf.h"
#include "rmp.h"

#define INSN_LENGTH 4u
#define RFLAGS_CF 1ull
#define RFLAGS_ARITHMETIC 0x8d5ull /* CF PF AF ZF SF OF */
#define EFER_LMA (1ull << 10)
#define PAGES_PER_LARGE 512u

/* The page an instruction names: by virtual address in RAX, private by page tables. */
static bool operand_page(struct vcpu *vcpu, uint64_t *gpa)
{
	const struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	uint64_t va = (vmcb->efer & EFER_LMA) != 0 ? vmcb->rax : (uint32_t)vmcb->rax;
	bool c_bit;

	if (!vcpu_translate(vcpu, va, gpa, &c_bit)) {
		vcpu_inject(vcpu, 14, true, vmcb->cpl == 3 ? 4 : 0);
		vcpu_current(vcpu)->vmcb->cr2 = va;
		return false;
	}
	if (!c_bit || !memory_has(*gpa, 1))
		npf_violation(vcpu, "rmp-instruction-operand", *gpa,
			      "PVALIDATE or RMPADJUST of a shared page or no RAM");
	return true;
}

/*
 * Only a 2 MiB operand on 4 KiB entries is the guest's to handle. The other way round hardware raises a nested page
 * fault with the size-mismatch bit, and KVM splits the entry (PSMASH) and lets the guest repeat the instruction.
 */
static uint32_t check_size(const struct rmp_entry *entry, uint64_t gpa, bool large)
{
	if (large && (gpa & (LARGE_PAGE_SIZE - 1)) != 0)
		return RMP_FAIL_INPUT;
	if (large && !entry->large)
		return RMP_FAIL_SIZEMISMATCH;
	if (rmp_in_use(gpa, large))
		return RMP_FAIL_INUSE;
	if (!large && entry->large)
		rmp_smash(gpa);
	return RMP_OK;
}

static void finish(struct vcpu *vcpu, uint32_t result, bool carry)
{
	struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;

	vmcb->rax = result;
	vmcb->rflags = (vmcb->rflags & ~RFLAGS_ARITHMETIC) | (carry ? RFLAGS_CF : 0);
	vmcb->rip += INSN_LENGTH;
}

static void pvalidate(struct vcpu *vcpu)
{
	const struct guest_registers *regs = &vcpu_current(vcpu)->regs;
	bool large = (regs->rcx & 1) != 0, validate = (regs->rdx & 1) != 0, changed = false;
	struct rmp_entry *entry;
	uint32_t result;
	uint64_t gpa;

	if (!operand_page(vcpu, &gpa))
		return;
	gpa &= ~(PAGE_SIZE - 1);
	if (vcpu->vmpl != 0) {
		finish(vcpu, RMP_FAIL_PERMISSION, false);
		return;
	}
	entry = rmp_at(gpa);
	if (!entry->assigned) {
		/* KVM answers the access with private memory, in the size of the access */
		rmp_assign(gpa, large && (gpa & (LARGE_PAGE_SIZE - 1)) == 0);
	}
	result = check_size(entry, gpa, large);
	if (result != RMP_OK) {
		finish(vcpu, result, false);
		return;
	}
	rmp_changed_by_guest(gpa);
	for (uint64_t i = 0; i < (large ? PAGES_PER_LARGE : 1); i++) {
		changed = changed || entry[i].validated != validate;
		entry[i].validated = validate;
		/* A newly validated page belongs to VMPL0 alone */
		if (!validate)
			entry[i].permissions[1] = entry[i].permissions[2] = entry[i].permissions[3] = 0;
	}
	if (validate)
		lies_pages_validated(vcpu, gpa, large ? LARGE_PAGE_SIZE : PAGE_SIZE);
	finish(vcpu, RMP_OK, !changed);
}

static void rmpadjust(struct vcpu *vcpu)
{
	const struct guest_registers *regs = &vcpu_current(vcpu)->regs;
	unsigned int vmpl = (unsigned int)(regs->rdx & RMPADJUST_VMPL_MASK);
	uint8_t permissions = (uint8_t)(regs->rdx >> RMPADJUST_PERM_SHIFT & RMP_PERM_RWX);
	bool large = (regs->rcx & 1) != 0, vmsa = (regs->rdx & RMPADJUST_VMSA) != 0;
	struct rmp_entry *entry;
	uint32_t result;
	uint64_t gpa;

	if (!operand_page(vcpu, &gpa))
		return;
	gpa &= ~(PAGE_SIZE - 1);
	entry = rmp_at(gpa);
	if (vmpl <= vcpu->vmpl || (vmsa && vcpu->vmpl != 0))
		result = RMP_FAIL_PERMISSION;
	else if (vmpl >= SNP_VMPL_COUNT || !entry->assigned || !entry->validated || (vmsa && large))
		result = RMP_FAIL_INPUT;
	else
		result = check_size(entry, gpa, large);
	if (result == RMP_OK && vcpu->vmpl != 0 && (permissions & ~entry->permissions[vcpu->vmpl]) != 0)
		result = RMP_FAIL_PERMISSION;
	if (result == RMP_OK) {
		rmp_changed_by_guest(gpa);
		for (uint64_t i = 0; i < (large ? PAGES_PER_LARGE : 1); i++) {
			entry[i].permissions[vmpl] = permissions;
			if (vcpu->vmpl == 0)
				entry[i].vmsa = vmsa;
		}
	}
	finish(vcpu, result, false);
}

static void rmpquery(struct vcpu *vcpu)
{
	struct guest_registers *regs = &vcpu_current(vcpu)->regs;
	unsigned int vmpl = (unsigned int)(regs->rcx & RMPADJUST_VMPL_MASK);
	const struct rmp_entry *entry;
	uint64_t gpa;

	if (!operand_page(vcpu, &gpa))
		return;
	entry = rmp_at(gpa);
	if (vmpl <= vcpu->vmpl || vmpl >= SNP_VMPL_COUNT) {
		finish(vcpu, RMP_FAIL_PERMISSION, false);
		return;
	}
	regs->rdx =
		(uint64_t)entry->permissions[vmpl] << RMPADJUST_PERM_SHIFT | vmpl | (entry->vmsa ? RMPADJUST_VMSA : 0);
	regs->rcx = entry->large;
	finish(vcpu, RMP_OK, false);
}

bool insn_rmp_handle(struct vcpu *vcpu)
{
	const struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	uint8_t bytes[INSN_LENGTH];

	if (!vcpu_fetch(vcpu, bytes, sizeof(bytes)) || bytes[1] != 0x0f || bytes[2] != 0x01)
		return false;
	if (!(bytes[0] == 0xf2 && bytes[3] == 0xff) && !(bytes[0] == 0xf3 && (bytes[3] == 0xfe || bytes[3] == 0xfd)))
		return false;
	if (vmcb->cpl != 0) {
		vcpu_inject(vcpu, 13, true, 0);
		return true;
	}
	if (bytes[0] == 0xf2)
		pvalidate(vcpu);
	else if (bytes[3] == 0xfe)
		rmpadjust(vcpu);
	else
		rmpquery(vcpu);
	return true;
}
