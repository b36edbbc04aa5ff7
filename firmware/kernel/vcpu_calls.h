/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* SVSM_CORE_CREATE_VCPU and DELETE_VCPU: virtual CPUs of the guest beside its first. SVSM result codes. */
#ifndef KERNEL_VCPU_CALLS_H
#define KERNEL_VCPU_CALLS_H

#include "addr.h"

#include <stdint.h>

/*
 * Makes @page the registers of VMPL2 on the CPU with @apic_id and @area its calling area. A CPU that has registers
 * already gets these instead; the old page stays a VMSA until it is deleted. Refused while VMPL0 works with the old
 * ones, and for the first CPU, whose registers are the firmware's: SVSM_ERR_RMPADJUST_FAIL_INUSE. For a call that began
 * at @start (clock.h). On any failure everything is as before.
 */
uint32_t vcpu_calls_create(struct gpa page, struct gpa area, uint32_t apic_id, uint64_t start);

/* Gives @page back to the guest; a CPU that ran with it has no guest then. A CPU cannot delete its own. */
uint32_t vcpu_calls_delete(struct gpa page, uint64_t start);

#endif
