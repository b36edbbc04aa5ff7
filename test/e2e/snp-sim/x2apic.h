/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A level's local APIC in x2APIC mode, as the host emulates it for MSR accesses through the GHCB (APM 2, chapter 16):
 * timer, priorities, end of interrupt, interrupts to other processors. Each VMPL of a virtual CPU has its own, which
 * reaches those of the same VMPL only.
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
	uint64_t command; /* interrupt command register */
	uint32_t requested[8], in_service[8];
};

/* Gives @vcpu's level @vmpl an APIC. */
void x2apic_give(struct vcpu *vcpu, unsigned int vmpl);

/* RDMSR or WRMSR of the current level. False: not a register of an APIC it has, or no value for it. */
bool x2apic_access(struct vcpu *vcpu, uint32_t msr, bool write, uint64_t *value);

/* Looks at the timers of all levels; called when the host's alarm went off, and at no cost more often. */
void x2apic_update(struct vcpu *vcpu);

/* The vector the APIC would interrupt with now; 0: none. And that the level takes it. */
uint8_t x2apic_due(const struct x2apic *apic);
void x2apic_accept(struct x2apic *apic, uint8_t vector);

/* An interrupt with @vector arrives. */
void x2apic_request(struct x2apic *apic, uint8_t vector);

/* Whether the level takes what the PICs raise: it has no APIC, or one that lets it through. */
bool x2apic_takes_pic(const struct x2apic *apic);

/* x2apic_send.c: writes the interrupt command register of the current level. False: no such command. */
bool x2apic_send(struct vcpu *vcpu, uint64_t command);

static inline uint32_t x2apic_logical_id(uint32_t apic_id)
{
	return apic_id >> 4 << 16 | 1u << (apic_id & 0xf);
}

#endif
