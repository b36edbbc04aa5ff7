/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* CPUID values from the CPUID page, which the AMD-SP checked. The instruction itself is never executed in ring 0. */
#ifndef KERNEL_CPUID_H
#define KERNEL_CPUID_H

#include "abi/snp.h"

#include <stdbool.h>
#include <stdint.h>

struct cpuid_result {
	uint32_t eax, ebx, ecx, edx;
};

struct cpuid_features {
	bool smep, smap, umip, rdrand, rdseed, invlpgb;
};

extern struct cpuid_features cpuid_features;

/* Copies the page and reads the features. False when its count is out of range. */
bool cpuid_init(const struct snp_cpuid_page *page);

/* All zero for a leaf that is not in the page. The sub-leaf counts only for leaves that have any. */
struct cpuid_result cpuid_lookup(uint32_t leaf, uint32_t subleaf);

/* The page as loaded, for the guest. */
const struct snp_cpuid_page *cpuid_page(void);

#endif
