/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The CPUID values of the simulated machine: TCG's, without what an SNP guest could not use here (see the table). */
#ifndef SIM_CPUID_POLICY_H
#define SIM_CPUID_POLICY_H

#include "abi/snp.h"

#include <stdint.h>

struct vcpu;

/* What @vcpu sees. APIC ids and the number of processors are its own; everything else is the same for all. */
void cpuid_policy(const struct vcpu *vcpu, uint32_t leaf, uint32_t subleaf, uint32_t out[4]);

/* The page the host gives to SNP_LAUNCH_UPDATE. */
void cpuid_policy_page(const struct vcpu *vcpu, struct snp_cpuid_page *page);

#endif
