/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* VMSA contents: the state in which the firmware starts, and the reset state of a vCPU under each VMM. */
#ifndef IGVM_BUILD_VMSA_H
#define IGVM_BUILD_VMSA_H

#include "abi/snp.h"
#include "vmm.h"

#define VMSA_RESET_VECTOR 0xfffffff0u

/* Flat 32-bit protected mode with paging off. Contract: docs/contracts.md section 1. Addresses are guest-physical. */
void vmsa_initial(struct snp_vmsa *vmsa, uint64_t entry, uint64_t boot_info, uint64_t sev_features);

/* Reset state that starts at `eip`, which is VMSA_RESET_VECTOR for vCPU 0. */
void vmsa_reset(struct snp_vmsa *vmsa, const struct vmm *vmm, uint32_t eip, uint64_t rdx, uint64_t sev_features);

#endif
