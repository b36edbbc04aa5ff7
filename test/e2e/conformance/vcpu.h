/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Virtual CPUs: CREATE_VCPU and DELETE_VCPU of the SVSM, and what the host has to do with them. */
#ifndef CONFORMANCE_VCPU_H
#define CONFORMANCE_VCPU_H

#include <stdbool.h>
#include <stdint.h>

#define VCPU_MAX 8u

/* The host's list; 1 and this CPU's own id when the host keeps no list. */
struct vcpu_list {
	uint32_t count;
	uint32_t apic_id[VCPU_MAX];
};

/* Asks the host, once. False when that fails although the host says it can. */
bool vcpu_list(struct vcpu_list *list);

/* Writes registers into @vmsa that CREATE_VCPU takes: as this CPU's, but @entry is called with @argument on @stack. */
void vcpu_write_registers(uint8_t *vmsa, void (*entry)(void *), void *argument, uint8_t *stack_end);

/* The calls. Give RAX. */
uint64_t vcpu_create(uint64_t vmsa, uint64_t calling_area, uint64_t apic_id);
uint64_t vcpu_delete(uint64_t vmsa);

/* Lets the host run @vmsa, or run it no longer. */
bool vcpu_host_start(uint32_t apic_id, const uint8_t *vmsa);
bool vcpu_host_stop(uint32_t apic_id, const uint8_t *vmsa);

#endif
