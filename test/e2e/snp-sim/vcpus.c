/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vcpus.h"

struct vcpu vcpus[HOST_CPUS_MAX];
unsigned int vcpus_count;

void vcpus_init(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		vcpu_init(&vcpus[i], i);
	vcpus_count = count;
}

struct vcpu *vcpus_find(uint32_t apic_id)
{
	return apic_id < vcpus_count ? &vcpus[apic_id] : 0;
}

void vcpus_kick(const struct vcpu *vcpu)
{
	if (vcpu->apic_id != host_cpu_index())
		host_cpu_kick(vcpu->apic_id);
}

static bool in_guest(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->in_guest, __ATOMIC_ACQUIRE);
}

void vcpus_stop_others(void)
{
	const struct vcpu *self = &vcpus[host_cpu_index()];

	/* vcpu_enter() sets in_guest with the lock held, so that nobody enters unseen */
	for (unsigned int i = 0; i < vcpus_count; i++) {
		if (&vcpus[i] != self && in_guest(&vcpus[i]))
			host_cpu_kick(i);
	}
	for (unsigned int i = 0; i < vcpus_count; i++) {
		while (&vcpus[i] != self && in_guest(&vcpus[i]))
			__asm__ volatile("pause");
	}
}
