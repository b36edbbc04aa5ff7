/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "interrupts.h"

#include "report.h"

#define QUEUE_SIZE 32u
#define RFLAGS_IF (1ull << 9)

/* A PIC raises a vector again only after the guest acknowledged it, so each vector waits at most once. */
static uint8_t queue[QUEUE_SIZE];
static unsigned int queued;

void interrupts_queue(uint8_t vector)
{
	for (unsigned int i = 0; i < queued; i++) {
		if (queue[i] == vector)
			return;
	}
	if (queued == QUEUE_SIZE)
		report_internal("more interrupts than PIC inputs wait", vector);
	queue[queued++] = vector;
}

void interrupts_offer(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;

	if (vcpu->vmpl == 0 || queued == 0 || (vmcb->v_intr & V_IRQ) != 0)
		return;
	/* The PIC knows the priorities; the task priority of a local APIC has no say */
	vmcb->v_intr =
		V_INTR_MASKING | V_IRQ | V_IGN_TPR | V_INTR_PRIORITY_MAX | (uint64_t)queue[0] << V_INTR_VECTOR_SHIFT;
	queued--;
	for (unsigned int i = 0; i < queued; i++)
		queue[i] = queue[i + 1];
}

void interrupts_halt(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;

	if (vcpu->vmpl == 0 || (vmcb->rflags & RFLAGS_IF) == 0) {
		report_log("snp-sim: halted at vmpl %u rip %lx with interrupts off: nothing will wake it\n", vcpu->vmpl,
			   vmcb->rip);
		report_exit(EXIT_VALUE_TERMINATED);
	}
	/* STI takes effect after the next instruction, so an interrupt cannot slip in between and be slept over */
	while (queued == 0 && (vmcb->v_intr & V_IRQ) == 0)
		__asm__ volatile("stgi; sti; hlt; cli; clgi" : : : "memory");
}
