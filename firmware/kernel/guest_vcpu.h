/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The VMSA of VMPL2 on the first CPU: a page of the firmware's region, which VMPL2 cannot touch. Those on other CPUs
 * come from the guest: vcpu_calls.h.
 */
#ifndef KERNEL_GUEST_VCPU_H
#define KERNEL_GUEST_VCPU_H

#include "abi/snp.h"

#include <stdbool.h>

/* A page with the reset values every kind of guest shares; EFER.SVME is set. NULL with a message when memory is short.
 */
struct snp_vmsa *guest_vcpu_new(void);

/* Marks the page as VMSA in the RMP and names it to the host. The page stays with the CPU. False with a message when
 * either refuses.
 */
bool guest_vcpu_register(struct snp_vmsa *vmsa);

#endif
