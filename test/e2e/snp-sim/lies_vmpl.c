/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A host that runs levels as it likes: which VMPL runs, and when, is its decision. */
#include "lies.h"

#include "npf.h"

enum lie {
	TRUTH,
	IDLE,	  /* does not run VMPL2, and says it did; so many times as "at" says */
	SPURIOUS, /* runs VMPL0 after exits of VMPL2 that are no calls */
	TWICE,	  /* runs VMPL0 once more after each call */
	EARLY,	  /* tries to run VMPL2 while its call is served */
	EVENT,	  /* injects #GP into VMPL2, at the entry that "at" counts */
	COUNT_OF_LIES,
};
static const char *const names[] = {"vmpl-idle", "vmpl-spurious", "vmpl-twice", "vmpl-early", "vmpl-event"};
static_assert(sizeof(names) / sizeof(names[0]) == COUNT_OF_LIES - 1, "a name for each lie");

#define GUEST_LEVEL 2u
#define SPURIOUS_ONE_IN 64u
#define EARLY_ONE_IN 256u
#define VECTOR_GP 13u

static enum lie lie;

bool lies_vmpl_choose(const char *name)
{
	lie = lies_find(name, names, sizeof(names) / sizeof(names[0]));
	return lie != TRUTH;
}

bool lies_vmpl_skips(const struct vcpu *vcpu)
{
	static uint64_t skipped;

	if (lie != IDLE || vcpu->vmpl != 0 || skipped == lies_at)
		return false;
	skipped++;
	lies_told("VMPL2 not run", skipped);
	return true;
}

static void in_guest(struct vcpu *vcpu, bool returned)
{
	const struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	static uint64_t entries, returns;

	if (lie == EVENT && ++entries == lies_at) {
		lies_told("event for VMPL2", VECTOR_GP);
		vcpu_inject(vcpu, VECTOR_GP, true, 0);
	} else if (lie == TWICE && returned && ++returns % 2 == 1) {
		/* The processor has not run it, so it has written no exit code */
		lies_told("VMPL0 run without an exit", vmcb->rip);
		(void)vcpu_switch(vcpu, 0, SVM_EXIT_INVALID);
	} else if (lie == SPURIOUS && !returned && lies_random() % SPURIOUS_ONE_IN == 0) {
		lies_told("VMPL0 run after an exit that is no call", vmcb->exit_code);
		(void)vcpu_switch(vcpu, 0, vmcb->exit_code);
	}
}

void lies_vmpl(struct vcpu *vcpu)
{
	static unsigned int last_level;
	bool returned = last_level == 0 && vcpu->vmpl != 0;

	if (lie == TRUTH || vcpu->apic_id != 0)
		return;
	last_level = vcpu->vmpl;
	if (vcpu->vmpl != 0) {
		in_guest(vcpu, returned);
		/* a level that was switched to here is no return of the firmware's */
		last_level = GUEST_LEVEL;
		return;
	}
	if (lie != EARLY || vcpu_current(vcpu)->vmcb->cpl != 3 || !vcpu->level[GUEST_LEVEL].present ||
	    lies_random() % EARLY_ONE_IN != 0)
		return;
	lies_told("VMPL2 run early", vcpu_current(vcpu)->vmcb->rip);
	if (vcpu_switch(vcpu, GUEST_LEVEL, SVM_EXIT_VMGEXIT))
		npf_violation(vcpu, "guest-runs-in-call", 0, "VMPL2 can be run while its call is served");
}
