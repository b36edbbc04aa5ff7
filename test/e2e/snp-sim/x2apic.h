/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A level's local APIC in x2APIC mode, as the host emulates it for MSR accesses through the GHCB (APM 2, chapter 16):
 * timer, priorities, end of interrupt. Each VMPL of a virtual CPU has its own. Interrupts are offered as virtual
 * interrupts (V_IRQ), so the level takes them when it has them enabled.
 */
#ifndef SIM_X2APIC_H
#define SIM_X2APIC_H

#include <stdbool.h>
#include <stdint.h>

struct vcpu;

struct x2apic {
	uint64_t base; /* MSR 1Bh; 0: the host offers no APIC to this level */
	uint32_t spurious, priority, error, divide, initial;
	uint32_t lvt[6];      /* timer, thermal, performance, LINT0, LINT1, error */
	uint64_t timer_start; /* TSC at the write of the initial count */
	bool timer_runs;
	uint32_t requested[8], in_service[8];
};

/* Gives @vcpu's level @vmpl an APIC. */
void x2apic_give(struct vcpu *vcpu, unsigned int vmpl);

/* RDMSR or WRMSR of the current level. False: not a register of an APIC it has, or no value for it. */
bool x2apic_access(struct vcpu *vcpu, uint32_t msr, bool write, uint64_t *value);

/* Looks at the timers of all levels; called when the host's alarm went off, and at no cost more often. */
void x2apic_update(struct vcpu *vcpu);

/* Around a turn of the current level: what it is offered, and whether it was taken. */
void x2apic_offer(struct vcpu *vcpu);
void x2apic_after(struct vcpu *vcpu);

#endif
