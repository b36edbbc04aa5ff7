/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "cpuid.h"

#include "freestanding_string.h"

#define LEAF7_EBX_SMEP (1u << 7)
#define LEAF7_EBX_RDSEED (1u << 18)
#define LEAF7_EBX_SMAP (1u << 20)
#define LEAF7_ECX_UMIP (1u << 2)
#define LEAF1_ECX_RDRAND (1u << 30)
#define LEAF1_ECX_OSXSAVE (1u << 27)
#define LEAF80000008_EBX_INVLPGB (1u << 3)

struct cpuid_features cpuid_features;

static struct snp_cpuid_page table;

static bool has_subleaves(uint32_t leaf)
{
	switch (leaf) {
	case 0x4:
	case 0x7:
	case 0xb:
	case 0xd:
	case 0xf:
	case 0x10:
	case 0x12:
	case 0x14:
	case 0x17:
	case 0x18:
	case 0x1d:
	case 0x1e:
	case 0x1f:
	case 0x24:
	case 0x8000001d:
		return true;
	default:
		return false;
	}
}

struct cpuid_result cpuid_lookup(uint32_t leaf, uint32_t subleaf)
{
	for (uint32_t i = 0; i < table.count; i++) {
		const struct snp_cpuid_entry *entry = &table.entry[i];

		if (entry->eax_in != leaf || (has_subleaves(leaf) && entry->ecx_in != subleaf))
			continue;
		/* OSXSAVE mirrors CR4.OSXSAVE, which the firmware leaves off: services use SSE only. */
		if (leaf == 1)
			return (struct cpuid_result){entry->eax, entry->ebx, entry->ecx & ~LEAF1_ECX_OSXSAVE,
						     entry->edx};
		return (struct cpuid_result){entry->eax, entry->ebx, entry->ecx, entry->edx};
	}
	return (struct cpuid_result){0};
}

bool cpuid_init(const struct snp_cpuid_page *page)
{
	struct cpuid_result leaf7, leaf1;

	memcpy(&table, page, sizeof(table));
	if (table.count == 0 || table.count > SNP_CPUID_COUNT_MAX)
		return false;
	leaf7 = cpuid_lookup(7, 0);
	leaf1 = cpuid_lookup(1, 0);
	cpuid_features = (struct cpuid_features){
		.smep = (leaf7.ebx & LEAF7_EBX_SMEP) != 0,
		.smap = (leaf7.ebx & LEAF7_EBX_SMAP) != 0,
		.umip = (leaf7.ecx & LEAF7_ECX_UMIP) != 0,
		.rdseed = (leaf7.ebx & LEAF7_EBX_RDSEED) != 0,
		.invlpgb = (cpuid_lookup(0x80000008, 0).ebx & LEAF80000008_EBX_INVLPGB) != 0,
		.rdrand = (leaf1.ecx & LEAF1_ECX_RDRAND) != 0,
	};
	return true;
}

const struct snp_cpuid_page *cpuid_page(void)
{
	return &table;
}
