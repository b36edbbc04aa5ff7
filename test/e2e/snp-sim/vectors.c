/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vectors.h"

#include "alarm.h"
#include "cpu.h"
#include "inject.h"
#include "report.h"

#define RFLAGS_TF (1ull << 8)
#define VECTOR_DB 1u
#define VECTOR_NMI 2u
#define VECTOR_UD 6u
#define VECTOR_HV 28u
#define VECTOR_VC 29u
#define FIRST_INTERRUPT 32u
#define INSN_IRETQ 0xcf48u
#define INSN_REP_MOVSB 0xa4f3u

/* A storm: a burst begins at one exit of VMPL0 in BURST_ONE_IN, and at each step of it an event comes at one in
 * EVENT_ONE_IN. A handler has about a dozen instructions, so that events nest, but die out. */
#define BURST_ONE_IN 24u
#define BURST_STEPS_MAX 512u
#define EVENT_ONE_IN 32u
#define ALARM_ONE_IN 16u
#define ALARM_TICKS_MAX 1000000u

/* One event: at the SYSTEM_CALLth system call of a service, KERNEL_STEPS or ENTRY_STEPS after it, SERVICE_STEPS in ring
 * 3 */
#define SYSTEM_CALL 20u
#define KERNEL_STEPS 60u
#define ENTRY_STEPS 3u
#define SERVICE_STEPS 5u
#define STEPS_WANTED 100000u

static bool storming;
static uint64_t random_state;
static struct {
	enum vectors_place place;
	unsigned int vector;
	bool coded;
	unsigned int system_calls, steps, service_steps;
} one;
static uint64_t injected, injected_in_services, nested, steps;
static uint64_t seen[4]; /* bit map of vectors */

void vectors_storm(uint64_t seed)
{
	storming = true;
	random_state = seed * 0x9e3779b97f4a7c15ull | 1;
}

void vectors_one(unsigned int vector, enum vectors_place place, bool coded)
{
	one.vector = vector;
	one.place = place;
	one.coded = coded;
}

/* xorshift64: any sequence will do, if it is the same in each run */
static uint32_t random_below(uint32_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 32) % limit;
}

static bool active(const struct vcpu *vcpu)
{
	/* The one event is for the firmware's boot */
	return vcpu->vmpl == 0 && (storming || (vcpu->apic_id == 0 && one.place != VECTORS_NOWHERE));
}

static void count(const struct vmcb *vmcb, unsigned int vector)
{
	injected++;
	injected_in_services += vmcb->cpl == 3;
	seen[vector / 64] |= 1ull << vector % 64;
}

static void inject_harmless(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	unsigned int vector = FIRST_INTERRUPT - 2 + random_below(256 - FIRST_INTERRUPT + 2);
	uint32_t type = EVENT_INTERRUPT;

	if (vector == FIRST_INTERRUPT - 2) {
		vector = VECTOR_NMI;
		type = EVENT_NMI;
	} else if (vector == FIRST_INTERRUPT - 1) {
		vector = VECTOR_HV;
	}
	count(vmcb, vector);
	nested += vcpu->in_burst_event;
	vcpu->in_burst_event = true;
	inject_event(vcpu, EVENT_VALID | type | vector);
}

static void inject_one(struct vcpu *vcpu)
{
	report_log("snp-sim: injects vector %u at rip %lx cpl %u%s\n", one.vector, vcpu_current(vcpu)->vmcb->rip,
		   (uint32_t)vcpu_current(vcpu)->vmcb->cpl, one.coded ? " with error code" : "");
	one.place = VECTORS_NOWHERE;
	vcpu->steps_left = 0;
	if (one.vector == VECTOR_VC && one.coded)
		inject_vc(vcpu, SVM_EXIT_CPUID);
	else if (one.coded)
		inject_event(vcpu, EVENT_VALID | EVENT_EXCEPTION | EVENT_ERROR_CODE | one.vector);
	else
		inject_event(vcpu, EVENT_VALID | EVENT_INTERRUPT | one.vector);
}

static bool at_instruction(struct vcpu *vcpu, uint32_t opcode)
{
	uint8_t bytes[2];

	return vcpu_fetch(vcpu, bytes, sizeof(bytes)) && (bytes[0] | bytes[1] << 8) == (int)opcode;
}

static bool place_reached(struct vcpu *vcpu)
{
	unsigned int cpl = vcpu_current(vcpu)->vmcb->cpl;

	one.steps++;
	one.service_steps = cpl == 3 ? one.service_steps + 1 : 0;
	switch (one.place) {
	case VECTORS_KERNEL:
		return cpl == 0 && one.steps >= KERNEL_STEPS;
	case VECTORS_ENTRY:
		return cpl == 0 && one.steps >= ENTRY_STEPS;
	case VECTORS_RETURN:
		return cpl == 0 && at_instruction(vcpu, INSN_IRETQ);
	case VECTORS_SERVICE:
		return cpl == 3 && one.service_steps >= SERVICE_STEPS;
	case VECTORS_COPY:
		return cpl == 0 && at_instruction(vcpu, INSN_REP_MOVSB);
	default:
		return false;
	}
}

void vectors_before(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;

	if (!active(vcpu))
		return;
	vmcb->intercept_exceptions |= 1u << VECTOR_DB;
	/* An event of the processor's or the host's own: its frame must not hold the trap flag, but its handler is
	 * stepped */
	if ((vmcb->event_injection & EVENT_VALID) != 0 && vcpu->steps_left != 0)
		inject_event(vcpu, vmcb->event_injection);
	if ((vmcb->event_injection & EVENT_VALID) != 0)
		return;
	if (storming && vcpu->steps_left == 0 && random_below(ALARM_ONE_IN) == 0)
		alarm_set(cpu_tsc() + random_below(ALARM_TICKS_MAX));
	if (vcpu->steps_left != 0)
		vmcb->rflags |= RFLAGS_TF;
}

bool vectors_after(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	bool stepped = vmcb->exit_code == EXIT_EXCEPTION + VECTOR_DB;

	if (!active(vcpu) && !stepped)
		return false;
	vmcb->rflags &= ~RFLAGS_TF;
	/* Before it has an interrupt table no firmware survives any event */
	if (storming && vcpu->steps_left == 0 && !stepped && vmcb->exit_code != EXIT_NPF && vmcb->idtr.limit != 0 &&
	    random_below(BURST_ONE_IN) == 0) {
		vcpu->steps_left = 1 + random_below(BURST_STEPS_MAX);
		vcpu->in_burst_event = false;
	}
	if (vcpu->apic_id == 0 && one.place != VECTORS_NOWHERE && vmcb->exit_code == EXIT_EXCEPTION + VECTOR_UD &&
	    vmcb->cpl == 3 && ++one.system_calls == SYSTEM_CALL) {
		one.steps = 0;
		vcpu->steps_left = STEPS_WANTED;
	}
	if (!stepped)
		return false;
	if (vcpu->steps_left == 0)
		return true; /* a trap flag that an interrupted context had kept */
	steps++;
	vcpu->steps_left--;
	if (storming && random_below(EVENT_ONE_IN) == 0)
		inject_harmless(vcpu);
	else if (vcpu->apic_id == 0 && one.place != VECTORS_NOWHERE && place_reached(vcpu))
		inject_one(vcpu);
	return true;
}

void vectors_report(void)
{
	unsigned int kinds = 0;

	if (!storming)
		return;
	for (unsigned int i = 0; i < 256; i++)
		kinds += seen[i / 64] >> i % 64 & 1;
	report_log("snp-sim: storm: %lu events of %u vectors injected into VMPL0, %lu into services, %lu close after "
		   "another; %lu single steps\n",
		   injected, kinds, injected_in_services, nested, steps);
}
