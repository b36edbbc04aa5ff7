/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* VMGEXIT: the hypervisor's side of the GHCB protocol (AMD 56421). */
#ifndef SIM_GHCB_HOST_H
#define SIM_GHCB_HOST_H

#include "abi/ghcb.h"
#include "lies.h"
#include "memory.h"
#include "vcpu.h"

/* The GHCB MSR of a level that has not run yet: as after a request for the protocol's versions (56421, 2.3.1) */
#define GHCB_HOST_RESET                                                                                                \
	((uint64_t)GHCB_PROTOCOL_MAX << 48 | (uint64_t)GHCB_PROTOCOL_MIN << 32 | (uint64_t)C_BIT_POSITION << 24 |      \
	 GHCB_MSR_SEV_INFO_RESP)

/* Serves the VMGEXIT at RIP (already skipped). */
void ghcb_host_vmgexit(struct vcpu *vcpu);

/* MSR protocol: GHCBInfo is not 0 */
void ghcb_host_msr(struct vcpu *vcpu);

/* Changes one page's state as a request of the guest; false when there is no such RAM. */
bool ghcb_host_page_state(uint64_t gpa, bool large, unsigned int op);

/* Hypervisor features that the host offers */
static inline uint64_t ghcb_host_features(void)
{
	uint64_t features =
		GHCB_FEATURE_SNP | GHCB_FEATURE_AP_CREATION | GHCB_FEATURE_APIC_ID_LIST | GHCB_FEATURE_MULTI_VMPL;

	return lies_cpus_features(features);
}

#endif
