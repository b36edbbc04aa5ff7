/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "interrupts.h"

#include "report.h"

#define QUEUE_SIZE 32u
#define RFLAGS_IF (1ull << 9)
#define VECTOR_NMI 2u
#define FIRST_INTERRUPT 32u
#define VECTOR(v_intr) ((uint8_t)((v_intr) >> V_INTR_VECTOR_SHIFT))

/* A PIC raises a vector again only after the guest acknowledged it, so each vector waits at most once. Only the boot
 * processor comes here. */
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

/* The PICs' output goes to the boot processor's LINT0 */
static bool takes_pic(const struct vcpu *vcpu)
{
	return vcpu->apic_id == 0 && vcpu->vmpl != 0 && x2apic_takes_pic(&vcpu->level[vcpu->vmpl].apic);
}

/* Vector that the current level is due; 0: none. @pic: it comes from there. */
static uint8_t due(const struct vcpu *vcpu, bool *pic)
{
	uint8_t vector = x2apic_due(&vcpu->level[vcpu->vmpl].apic);

	*pic = vector == 0 && queued != 0 && takes_pic(vcpu);
	return *pic ? queue[0] : vector;
}

static bool nmi_due(const struct vcpu_level *level)
{
	return level->nmi_requested && !level->nmi_blocked;
}

static void take_from_pic(uint8_t vector)
{
	unsigned int i = 0;

	while (i < queued && queue[i] != vector)
		i++;
	if (i == queued)
		return;
	for (queued--; i < queued; i++)
		queue[i] = queue[i + 1];
}

static void taken(struct vcpu_level *level, uint8_t vector, bool pic)
{
	if (pic)
		take_from_pic(vector);
	else
		x2apic_accept(&level->apic, vector);
}

static void inject_nmi(struct vcpu_level *level)
{
	level->vmcb->event_injection = EVENT_VALID | EVENT_NMI | VECTOR_NMI;
	level->nmi_requested = false;
	level->nmi_blocked = true; /* until the guest says that its handler is done (GHCB, NMI complete) */
}

void interrupts_offer(struct vcpu *vcpu)
{
	struct vcpu_level *level = vcpu_current(vcpu);
	struct vmcb *vmcb = level->vmcb;
	bool pic;
	uint8_t vector = due(vcpu, &pic);

	if (nmi_due(level) && (vmcb->event_injection & EVENT_VALID) == 0)
		inject_nmi(level);
	vmcb->v_intr = V_INTR_MASKING;
	if (vector == 0)
		return;
	/* To TCG the shadow of the host's STI covers the guest's first instruction, which could be CLI behind HLT */
	if ((vmcb->event_injection & EVENT_VALID) == 0 && (vmcb->rflags & RFLAGS_IF) != 0 &&
	    vmcb->interrupt_shadow == 0) {
		vmcb->event_injection = EVENT_VALID | EVENT_INTERRUPT | vector;
		taken(level, vector, pic);
		return;
	}
	/* The PIC and the local APIC know the priorities */
	vmcb->v_intr |= V_IRQ | V_IGN_TPR | V_INTR_PRIORITY_MAX | (uint64_t)vector << V_INTR_VECTOR_SHIFT;
	level->offers_pic = pic;
}

/* A virtual interrupt whose delivery faulted is an exception to TCG, which does not inject it as that (APM 2, 15.20).
 */
static void correct_type(struct vmcb *vmcb)
{
	uint64_t event = vmcb->exit_int_info;

	if ((event & EVENT_VALID) != 0 && (event & EVENT_TYPE) == EVENT_EXCEPTION && (uint8_t)event >= FIRST_INTERRUPT)
		vmcb->exit_int_info = EVENT_VALID | EVENT_INTERRUPT | (uint8_t)event;
}

void interrupts_after(struct vcpu *vcpu)
{
	struct vcpu_level *level = vcpu_current(vcpu);
	struct vmcb *vmcb = level->vmcb;
	uint8_t vector = VECTOR(vmcb->v_intr);
	/* Its delivery began, and is repeated by event injection */
	bool delivering = (vmcb->exit_int_info & EVENT_VALID) != 0 && (uint8_t)vmcb->exit_int_info == vector &&
			  vector >= FIRST_INTERRUPT;

	correct_type(vmcb);
	if (vector == 0 || ((vmcb->v_intr & V_IRQ) != 0 && !delivering))
		return;
	taken(level, vector, level->offers_pic);
	vmcb->v_intr = V_INTR_MASKING;
}

bool interrupts_wake(const struct vcpu *vcpu)
{
	const struct vcpu_level *level = &vcpu->level[vcpu->vmpl];
	bool pic;

	return nmi_due(level) || ((level->vmcb->rflags & RFLAGS_IF) != 0 && due(vcpu, &pic) != 0);
}

bool interrupts_may_wake(const struct vcpu *vcpu)
{
	const struct vcpu_level *level = &vcpu->level[vcpu->vmpl];

	return interrupts_wake(vcpu) ||
	       ((level->vmcb->rflags & RFLAGS_IF) != 0 && (takes_pic(vcpu) || level->apic.timer_runs));
}
