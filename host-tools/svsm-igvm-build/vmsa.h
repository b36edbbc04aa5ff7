/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* VMSA contents: the state in which the firmware starts, and what QEMU on KVM measures for vCPUs the file leaves out.
 */
#ifndef IGVM_BUILD_VMSA_H
#define IGVM_BUILD_VMSA_H

#include "abi/snp.h"
#include "error.h"

/* Flat 32-bit protected mode with paging off. Contract: docs/contracts.md section 1. Addresses are guest-physical. */
void vmsa_initial(struct snp_vmsa *vmsa, uint64_t entry, uint64_t boot_info, uint64_t sev_features);

/* Reset state of a vCPU in QEMU on KVM; RDX holds `cpu_signature` (CPUID 1 EAX). */
void vmsa_qemu_reset(struct snp_vmsa *vmsa, uint32_t cpu_signature, uint64_t sev_features);

/*
 * Would QEMU on KVM accept this VMSA and run (and measure) exactly these bytes? QEMU copies a fixed list of registers
 * and KVM forces a few bits; anything else would be lost between file and measurement.
 */
bool vmsa_check_qemu_kvm(const struct snp_vmsa *vmsa, const char *where, struct error *error) MUST_CHECK;

#endif
