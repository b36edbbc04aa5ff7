/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The host's side of an SNP launch: SNP_LAUNCH_START, UPDATE and FINISH. */
#ifndef SIM_LAUNCH_H
#define SIM_LAUNCH_H

#include "abi/igvm.h"
#include "abi/snp.h"
#include "vcpu.h"

#include <stdbool.h>

struct launch_finish {
	uint64_t policy;
	bool have_id_block;
	struct igvm_snp_id_block id_block;
};

void launch_start(uint64_t policy);

/* Copies @data (NULL: zeros) to the page and launches it. */
void launch_page(uint64_t gpa, enum snp_page_type type, const uint8_t *data);

/* The CPUID page with this machine's values. */
void launch_cpuid_page(const struct vcpu *vcpu, uint64_t gpa);

/* Registers of the first CPU, measured at the end. */
void launch_set_vmsa(const struct snp_vmsa *vmsa);

/* Measures the VMSAs of all CPUs, finishes the launch, and loads the registers. */
void launch_finish(struct vcpu *vcpu, const struct launch_finish *finish);

#endif
