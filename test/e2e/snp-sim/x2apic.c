/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "x2apic.h"

#include "abi/x2apic.h"
#include "alarm.h"
#include "cpu.h"
#include "vcpu.h"

#define TICKS_PER_COUNT 16u /* of the TSC, at divide by 1 */
#define VERSION 0x50014u    /* version 14h, six LVT entries */
#define LVT_COUNT 6u
#define LVT_LINT0 (MSR_X2APIC_LVT_LINT0 - MSR_X2APIC_LVT_TIMER)
#define SPURIOUS_RESET 0xffu
#define CLASS_SHIFT 4
#define FIRST_VECTOR 16u

static struct x2apic *current(struct vcpu *vcpu)
{
	return &vcpu_current(vcpu)->apic;
}

void x2apic_give(struct vcpu *vcpu, unsigned int vmpl)
{
	struct x2apic *apic = &vcpu->level[vmpl].apic;

	*apic = (struct x2apic){.base = APIC_BASE_ADDRESS | APIC_BASE_ENABLE, .spurious = SPURIOUS_RESET};
	if (vcpu->apic_id == 0)
		apic->base |= APIC_BASE_BSP;
	for (unsigned int i = 0; i < LVT_COUNT; i++)
		apic->lvt[i] = X2APIC_LVT_MASKED;
	if (vmpl == 0)
		return;
	/* For guests as firmware leaves a PC: x2APIC mode, as no guest could do without it here, and virtual wire */
	apic->base |= APIC_BASE_X2APIC;
	if (vcpu->apic_id == 0)
		apic->lvt[LVT_LINT0] = X2APIC_DELIVERY_EXTINT;
}

/* 0..7 -> 2, 4 .. 128, 1 */
static uint64_t ticks_per_count(const struct x2apic *apic)
{
	unsigned int code = (apic->divide & 3) | (apic->divide >> 1 & 4);

	return (uint64_t)TICKS_PER_COUNT << ((code + 1) & 7);
}

static uint64_t timer_deadline(const struct x2apic *apic)
{
	return apic->timer_start + apic->initial * ticks_per_count(apic);
}

static uint32_t timer_current(const struct x2apic *apic)
{
	uint64_t passed = (cpu_tsc() - apic->timer_start) / ticks_per_count(apic);

	return apic->timer_runs && passed < apic->initial ? apic->initial - (uint32_t)passed : 0;
}

static void set_timer(struct x2apic *apic, uint32_t count)
{
	apic->initial = count;
	apic->timer_start = cpu_tsc();
	apic->timer_runs = count != 0;
	if (apic->timer_runs)
		alarm_set(timer_deadline(apic));
}

void x2apic_request(struct x2apic *apic, uint8_t vector)
{
	if (vector < FIRST_VECTOR)
		apic->error |= X2APIC_ERROR_RECEIVED_VECTOR;
	else if ((apic->spurious & X2APIC_SPURIOUS_ENABLE) != 0)
		apic->requested[vector / 32] |= 1u << vector % 32;
}

void x2apic_update(struct vcpu *vcpu)
{
	for (unsigned int i = 0; i < SNP_VMPL_COUNT; i++) {
		struct x2apic *apic = &vcpu->level[i].apic;
		uint32_t timer = apic->lvt[0];

		if (!apic->timer_runs)
			continue;
		if ((int64_t)(cpu_tsc() - timer_deadline(apic)) < 0) {
			alarm_set(timer_deadline(apic));
			continue;
		}
		if ((timer & X2APIC_LVT_MASKED) == 0)
			x2apic_request(apic, (uint8_t)timer);
		apic->timer_runs = (timer & X2APIC_LVT_TIMER_MODE) == X2APIC_LVT_TIMER_PERIODIC;
		if (apic->timer_runs)
			set_timer(apic, apic->initial);
	}
}

/* Highest vector of a set; 0 when it is empty */
static uint32_t highest(const uint32_t set[8])
{
	for (uint32_t i = 8; i-- > 0;) {
		if (set[i] != 0)
			return i * 32 + 31 - (uint32_t)__builtin_clz(set[i]);
	}
	return 0;
}

static void clear(uint32_t set[8], uint32_t vector)
{
	set[vector / 32] &= ~(1u << vector % 32);
}

static uint32_t processor_priority(const struct x2apic *apic)
{
	uint32_t served = highest(apic->in_service);

	return apic->priority >> CLASS_SHIFT >= served >> CLASS_SHIFT ? apic->priority
								      : served >> CLASS_SHIFT << CLASS_SHIFT;
}

uint8_t x2apic_due(const struct x2apic *apic)
{
	uint32_t vector = highest(apic->requested);

	return vector >> CLASS_SHIFT > processor_priority(apic) >> CLASS_SHIFT ? (uint8_t)vector : 0;
}

void x2apic_accept(struct x2apic *apic, uint8_t vector)
{
	clear(apic->requested, vector);
	apic->in_service[vector / 32] |= 1u << vector % 32;
}

bool x2apic_takes_pic(const struct x2apic *apic)
{
	uint32_t lint0 = apic->lvt[LVT_LINT0];

	return apic->base == 0 ||
	       ((lint0 & X2APIC_LVT_MASKED) == 0 && (lint0 & X2APIC_DELIVERY_MASK) == X2APIC_DELIVERY_EXTINT);
}

static bool set_base(struct x2apic *apic, uint64_t value)
{
	/* From xAPIC to x2APIC mode; back only by way of disabled, which this host does not offer */
	if (value != (apic->base | APIC_BASE_X2APIC))
		return false;
	apic->base = value;
	return true;
}

static bool write_register(struct x2apic *apic, uint32_t msr, uint32_t value)
{
	switch (msr) {
	case MSR_X2APIC_TPR:
		apic->priority = value & 0xff;
		return true;
	case MSR_X2APIC_EOI:
		if (value != 0)
			return false;
		clear(apic->in_service, highest(apic->in_service));
		return true;
	case MSR_X2APIC_SPURIOUS:
		apic->spurious = value & (X2APIC_SPURIOUS_ENABLE | X2APIC_VECTOR_MASK);
		return true;
	case MSR_X2APIC_ERROR:
		apic->error = 0;
		return value == 0;
	case MSR_X2APIC_LVT_TIMER:
	case MSR_X2APIC_LVT_THERMAL:
	case MSR_X2APIC_LVT_PERFORMANCE:
	case MSR_X2APIC_LVT_LINT0:
	case MSR_X2APIC_LVT_LINT1:
	case MSR_X2APIC_LVT_ERROR:
		apic->lvt[msr - MSR_X2APIC_LVT_TIMER] = value;
		return true;
	case MSR_X2APIC_TIMER_INITIAL:
		set_timer(apic, value);
		return true;
	case MSR_X2APIC_TIMER_DIVIDE:
		apic->divide = value & 0xb;
		return true;
	case MSR_X2APIC_SELF_IPI:
		x2apic_request(apic, (uint8_t)value);
		return true;
	default:
		return false;
	}
}

static bool read_register(const struct vcpu *vcpu, const struct x2apic *apic, uint32_t msr, uint32_t *value)
{
	if (msr >= MSR_X2APIC_ISR && msr < MSR_X2APIC_ISR + 8) {
		*value = apic->in_service[msr - MSR_X2APIC_ISR];
		return true;
	}
	if (msr >= MSR_X2APIC_IRR && msr < MSR_X2APIC_IRR + 8) {
		*value = apic->requested[msr - MSR_X2APIC_IRR];
		return true;
	}
	if (msr >= MSR_X2APIC_LVT_TIMER && msr <= MSR_X2APIC_LVT_ERROR) {
		*value = apic->lvt[msr - MSR_X2APIC_LVT_TIMER];
		return true;
	}
	*value = 0;
	switch (msr) {
	case MSR_X2APIC_ID:
		*value = vcpu->apic_id;
		return true;
	case MSR_X2APIC_VERSION:
		*value = VERSION;
		return true;
	case MSR_X2APIC_TPR:
		*value = apic->priority;
		return true;
	case MSR_X2APIC_PPR:
		*value = processor_priority(apic);
		return true;
	case MSR_X2APIC_LDR:
		*value = x2apic_logical_id(vcpu->apic_id);
		return true;
	case MSR_X2APIC_SPURIOUS:
		*value = apic->spurious;
		return true;
	case MSR_X2APIC_ERROR:
		*value = apic->error;
		return true;
	case MSR_X2APIC_TIMER_INITIAL:
		*value = apic->initial;
		return true;
	case MSR_X2APIC_TIMER_CURRENT:
		*value = timer_current(apic);
		return true;
	case MSR_X2APIC_TIMER_DIVIDE:
		*value = apic->divide;
		return true;
	default:
		return msr >= MSR_X2APIC_TMR && msr < MSR_X2APIC_TMR + 8;
	}
}

bool x2apic_access(struct vcpu *vcpu, uint32_t msr, bool write, uint64_t *value)
{
	struct x2apic *apic = current(vcpu);
	uint32_t word = 0;

	if (apic->base == 0)
		return false;
	if (msr == MSR_APIC_BASE) {
		if (write)
			return set_base(apic, *value);
		*value = apic->base;
		return true;
	}
	if (msr < MSR_X2APIC_FIRST || msr > MSR_X2APIC_LAST || (apic->base & APIC_BASE_X2APIC) == 0)
		return false;
	if (msr == MSR_X2APIC_ICR) {
		if (write)
			return x2apic_send(vcpu, *value);
		*value = apic->command;
		return true;
	}
	if (write)
		return *value >> 32 == 0 && write_register(apic, msr, (uint32_t)*value);
	if (!read_register(vcpu, apic, msr, &word))
		return false;
	*value = word;
	return true;
}
