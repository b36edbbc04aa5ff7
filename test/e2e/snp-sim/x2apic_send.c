/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Interrupts between the virtual CPUs of a level (APM 2, 16.5 and 16.13). */
#include "abi/x2apic.h"
#include "schedule.h"
#include "vcpus.h"

#define RESERVED                                                                                                       \
	~(X2APIC_BROADCAST * 0x100000000ull | X2APIC_ICR_SHORTHAND_MASK | X2APIC_ICR_TRIGGER_LEVEL |                   \
	  X2APIC_ICR_LEVEL_ASSERT | X2APIC_ICR_LOGICAL | X2APIC_DELIVERY_MASK | X2APIC_VECTOR_MASK)
#define FIRST_VECTOR 16u

static bool is_destination(uint32_t apic_id, uint32_t destination, bool logical)
{
	uint32_t id = x2apic_logical_id(apic_id);

	if (destination == X2APIC_BROADCAST)
		return true;
	if (!logical)
		return destination == apic_id;
	return destination >> 16 == id >> 16 && (destination & id & 0xffff) != 0;
}

static bool is_target(const struct vcpu *sender, const struct vcpu *vcpu, uint64_t command)
{
	switch (command & X2APIC_ICR_SHORTHAND_MASK) {
	case X2APIC_ICR_SELF:
		return vcpu == sender;
	case X2APIC_ICR_ALL:
		return true;
	case X2APIC_ICR_OTHERS:
		return vcpu != sender;
	default:
		return is_destination(vcpu->apic_id, (uint32_t)(command >> 32), (command & X2APIC_ICR_LOGICAL) != 0);
	}
}

/* False: a delivery that no APIC knows */
static bool deliver(struct vcpu *vcpu, unsigned int vmpl, uint64_t command)
{
	struct vcpu_level *level = &vcpu->level[vmpl];

	switch (command & X2APIC_DELIVERY_MASK) {
	case X2APIC_DELIVERY_FIXED:
	case X2APIC_DELIVERY_LOWEST:
		x2apic_request(&level->apic, (uint8_t)command);
		break;
	case X2APIC_DELIVERY_NMI:
		level->nmi_requested = true;
		break;
	case X2APIC_DELIVERY_INIT:
		schedule_init(vcpu, vmpl);
		break;
	case X2APIC_DELIVERY_STARTUP: /* an SNP guest's processors start by AP creation */
		break;
	default:
		return false;
	}
	vcpus_kick(vcpu);
	return true;
}

bool x2apic_send(struct vcpu *vcpu, uint64_t command)
{
	struct x2apic *apic = &vcpu_current(vcpu)->apic;
	uint64_t delivery = command & X2APIC_DELIVERY_MASK;

	if ((command & RESERVED) != 0)
		return false;
	apic->command = command;
	if (delivery <= X2APIC_DELIVERY_LOWEST && (command & X2APIC_VECTOR_MASK) < FIRST_VECTOR) {
		apic->error |= X2APIC_ERROR_SENT_VECTOR;
		return true;
	}
	for (unsigned int i = 0; i < vcpus_count; i++) {
		if (!is_target(vcpu, &vcpus[i], command))
			continue;
		if (!deliver(&vcpus[i], vcpu->vmpl, command))
			return false;
		if (delivery == X2APIC_DELIVERY_LOWEST)
			break;
	}
	return true;
}
