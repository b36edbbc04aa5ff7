/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A host that takes validated pages away and gives others in their place: what it may try by RMPUPDATE and nested page
 * tables. The RMP then has the page assigned and not validated, with whatever contents. VMPL0 must never validate it
 * again (rule "taken-page-validated" below): it would accept the host's page as its own. "at" counts opportunities.
 */
#include "lies.h"

#include "freestanding_string.h"
#include "memory.h"
#include "npf.h"
#include "rmp.h"

enum lie {
	TRUTH,
	USER_STACK, /* of the service that runs at VMPL0 */
	USER_CODE,
	KERNEL_STACK,
	KERNEL_CODE,
	TABLES,	      /* the root of VMPL0's page tables */
	EXCEPTIONS,   /* its IDT */
	REPLAY,	      /* a service's stack, replaced by what it held when it was first seen */
	REGISTERS,    /* the VMSA of the guest, while its call is served */
	BUFFER,	      /* the page of a TPM command, while its call is on its way to VMPL0 */
	CALLING_AREA, /* the same with the guest's calling area */
	EXCHANGED,    /* a page that the guest is about to rescind */
	DOUBLE,	      /* a validated page, at an address that the guest is about to validate */
	SMASHED,      /* 2 MiB pages become 4 KiB ones, all the time; this does no harm */
	COUNT_OF_LIES,
};
static const char *const names[] = {"page-user-stack", "page-user-code",    "page-kernel-stack", "page-kernel-code",
				    "page-tables",     "page-exceptions",   "page-replay",	 "page-registers",
				    "page-buffer",     "page-calling-area", "page-exchanged",	 "page-double",
				    "page-smashed"};
static_assert(sizeof(names) / sizeof(names[0]) == COUNT_OF_LIES - 1, "a name for each lie");

#define CALL_PVALIDATE 1ull
#define CALL_TPM_COMMAND (2ull << 32 | 1)
#define CONFORMANCE_CALLING_AREA 0x80f000ull /* manifests/images/conformance.json */
#define GUEST_LEVEL 2u
#define CR0_PG (1ull << 31)
#define LIST_HEADER 8u
#define ENTRY_VALIDATE 4ull
#define ENTRY_SIZE 3ull

static enum lie lie;
static uint64_t taken = UINT64_MAX;

bool lies_pages_choose(const char *name)
{
	lie = lies_find(name, names, sizeof(names) / sizeof(names[0]));
	return lie != TRUTH;
}

void lies_pages_validated(struct vcpu *vcpu, uint64_t gpa, uint64_t size)
{
	if (taken >= gpa && taken - gpa < size)
		npf_violation(vcpu, "taken-page-validated", gpa, "a page that the host had taken is validated again");
}

static bool is_time(void)
{
	static uint64_t opportunities;

	return ++opportunities == lies_at;
}

/* The page leaves the guest and comes back. @contents: a page, or NULL for none that anybody knows. */
static void take(uint64_t gpa, const uint8_t *contents)
{
	gpa &= ~(PAGE_SIZE - 1);
	rmp_share(gpa, false);
	rmp_assign(gpa, false);
	if (contents != 0)
		memcpy(memory_guest(gpa), contents, PAGE_SIZE);
	taken = gpa;
	lies_told("takes page", gpa);
}

/* The page at virtual address @va of VMPL0 */
static void take_at(struct vcpu *vcpu, uint64_t va)
{
	uint64_t gpa;
	bool c_bit;

	if (vcpu_translate(vcpu, va, &gpa, &c_bit) && memory_has(gpa, 1) && rmp_at(gpa)->validated && is_time())
		take(gpa, 0);
}

static void replay_at(struct vcpu *vcpu, uint64_t va)
{
	static uint8_t old[PAGE_SIZE];
	static uint64_t where = UINT64_MAX;
	uint64_t gpa;
	bool c_bit;

	if (!vcpu_translate(vcpu, va, &gpa, &c_bit) || !memory_has(gpa, 1))
		return;
	gpa &= ~(PAGE_SIZE - 1);
	if (where == UINT64_MAX) {
		where = gpa;
		memcpy(old, memory_guest(gpa), sizeof(old));
	} else if (gpa == where && is_time()) {
		take(gpa, old);
	}
}

static void while_vmpl0_runs(struct vcpu *vcpu)
{
	const struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	bool user = vmcb->cpl == 3;

	if ((vmcb->cr0 & CR0_PG) == 0)
		return;
	if ((lie == USER_STACK && user) || (lie == KERNEL_STACK && !user))
		take_at(vcpu, vmcb->rsp);
	else if ((lie == USER_CODE && user) || (lie == KERNEL_CODE && !user))
		take_at(vcpu, vmcb->rip);
	else if (lie == EXCEPTIONS)
		take_at(vcpu, vmcb->idtr.base);
	else if (lie == REPLAY && user)
		replay_at(vcpu, vmcb->rsp);
	else if (lie == TABLES && is_time())
		take(vmcb->cr3 & ~C_BIT, 0);
}

/* The next entry of the list that a PVALIDATE call names: a 4 KiB page of RAM, in another state than asked for */
static bool next_entry(uint64_t list, uint64_t *gpa, bool *validate)
{
	uint16_t next;
	uint64_t entry;

	if (!memory_has(list, LIST_HEADER))
		return false;
	memcpy(&next, memory_guest(list) + 2, sizeof(next));
	if (!memory_has(list + LIST_HEADER + next * sizeof(entry), sizeof(entry)))
		return false;
	memcpy(&entry, memory_guest(list) + LIST_HEADER + next * sizeof(entry), sizeof(entry));
	*gpa = entry & ~(PAGE_SIZE - 1);
	*validate = (entry & ENTRY_VALIDATE) != 0;
	return (entry & ENTRY_SIZE) == 0 && memory_has(*gpa, PAGE_SIZE) && rmp_at(*gpa)->assigned &&
	       rmp_at(*gpa)->validated != *validate;
}

static void pvalidate_call(uint64_t list)
{
	uint64_t gpa;
	bool validate;

	if (!next_entry(list, &gpa, &validate))
		return;
	if (lie == EXCHANGED && !validate && is_time())
		take(gpa, 0);
	if (lie == DOUBLE && validate && is_time()) {
		rmp_at(gpa)->validated = true;
		lies_told("shows a validated page", gpa);
	}
}

/* A call of the guest: VMPL0 has not run yet. */
static void at_call(struct vcpu *vcpu)
{
	const struct vcpu_level *guest = &vcpu->level[GUEST_LEVEL];
	uint64_t rax = guest->vmcb->rax, rcx = guest->regs.rcx;

	if (lie == REGISTERS && is_time())
		take(guest->vmsa_gpa, 0);
	else if (lie == BUFFER && rax == CALL_TPM_COMMAND && memory_has(rcx, PAGE_SIZE) && is_time())
		take(rcx, 0);
	else if (lie == CALLING_AREA && is_time())
		take(CONFORMANCE_CALLING_AREA, 0);
	else if (rax == CALL_PVALIDATE)
		pvalidate_call(rcx);
	if (lie == SMASHED)
		rmp_smash(lies_random() % memory_guest_size);
}

void lies_pages(struct vcpu *vcpu)
{
	static unsigned int last_level;
	bool called = last_level != 0 && vcpu->vmpl == 0;

	if (lie == TRUTH || vcpu->apic_id != 0)
		return;
	last_level = vcpu->vmpl;
	if (called)
		at_call(vcpu);
	else if (vcpu->vmpl == 0)
		while_vmpl0_runs(vcpu);
}
