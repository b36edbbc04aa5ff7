/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The guest's virtual CPUs together. */
#ifndef SIM_VCPUS_H
#define SIM_VCPUS_H

#include "host_cpu.h"
#include "vcpu.h"

extern struct vcpu vcpus[HOST_CPUS_MAX];
extern unsigned int vcpus_count;

void vcpus_init(unsigned int count);

/* NULL when there is none with this APIC id. */
struct vcpu *vcpus_find(uint32_t apic_id);

/*
 * Gets every other virtual CPU out of the guest. None comes back, and none has a translation left, until the caller
 * gives up the host's lock. What the guest may do is changed only after that: the change is then complete for all.
 */
void vcpus_stop_others(void);

/* Makes another virtual CPU look at what has been changed for it. */
void vcpus_kick(const struct vcpu *vcpu);

#endif
