/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* VMGEXIT: the hypervisor's side of the GHCB protocol (AMD 56421). */
#ifndef SIM_GHCB_HOST_H
#define SIM_GHCB_HOST_H

#include "vcpu.h"

#define GHCB_HOST_FEATURES 0x23ull /* SNP, AP creation, multiple VMPLs */

/* Serves the VMGEXIT at RIP (already skipped). */
void ghcb_host_vmgexit(struct vcpu *vcpu);

/* MSR protocol: GHCBInfo is not 0 */
void ghcb_host_msr(struct vcpu *vcpu);

/* Changes one page's state as a request of the guest; false when there is no such RAM. */
bool ghcb_host_page_state(uint64_t gpa, bool large, unsigned int op);

#endif
