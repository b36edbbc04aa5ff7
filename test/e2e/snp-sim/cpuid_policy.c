/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "cpuid_policy.h"

#include "cpu.h"
#include "freestanding_string.h"
#include "memory.h"

enum reg { EAX, EBX, ECX, EDX };

/*
 * Bits taken away. XSAVE and what needs it: TCG has neither XSAVEC nor XSAVES, without which Linux refuses an SNP
 * guest. MONITOR, x2APIC, PCID, TSC deadline: not implemented by TCG's SVM or by this host. SVM itself: not nested
 * further. ERMS and FSRM: TCG executes REP MOVSB byte by byte, so a guest that prefers it is slow.
 */
static const struct {
	uint32_t leaf;
	enum reg reg;
	uint32_t clear;
} hidden[] = {
	{1, ECX, 1u << 3 | 1u << 12 | 1u << 17 | 1u << 21 | 1u << 24 | 1u << 26 | 1u << 27 | 1u << 28 | 1u << 29},
	{1, EDX, 1u << 9},				   /* APIC: the machine has no local APIC for guests */
	{7, EBX, 1u << 5 | 1u << 9 | 1u << 10 | 1u << 16}, /* AVX2, ERMS, INVPCID, AVX512F */
	{7, EDX, 1u << 4},				   /* FSRM */
	{7, ECX, 1u << 3 | 1u << 4 | 1u << 9 | 1u << 10 | 1u << 16}, /* PKU, OSPKE, VAES, VPCLMULQDQ, LA57 */
	{0x80000001, ECX, 1u << 2},				     /* SVM */
};

#define HYPERVISOR_PRESENT (1u << 31)
#define MAX_BASIC 7u
#define MAX_EXTENDED 0x8000001fu
#define ENCRYPTION_FEATURES (1u << 1 | 1u << 3 | 1u << 4) /* SEV, SEV-ES, SEV-SNP */
#define COHERENCY_SFW_NO (1u << 31)
#define REDUCTION_SHIFT 6

void cpuid_policy(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	memset(out, 0, 16);
	if ((leaf > MAX_BASIC && leaf < 0x80000000) || leaf > MAX_EXTENDED || leaf == 0x8000000a ||
	    leaf == 0x8000001d || leaf == 0x8000001e || (leaf == 7 && subleaf != 0))
		return;
	if (leaf == 0x8000001f) {
		out[EAX] = ENCRYPTION_FEATURES;
		out[EBX] = C_BIT_POSITION | 1u << REDUCTION_SHIFT | COHERENCY_SFW_NO;
		return;
	}
	cpu_cpuid(leaf, subleaf, out);
	for (unsigned int i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (hidden[i].leaf == leaf)
			out[hidden[i].reg] &= ~hidden[i].clear;
	}
	if (leaf == 0)
		out[EAX] = MAX_BASIC;
	if (leaf == 1)
		out[ECX] |= HYPERVISOR_PRESENT;
	if (leaf == 7)
		out[EAX] = 0;
	if (leaf == 0x80000000)
		out[EAX] = MAX_EXTENDED;
	if (leaf == 0x80000008)
		out[EAX] = (out[EAX] & ~0xffu) | C_BIT_POSITION;
}

void cpuid_policy_page(struct snp_cpuid_page *page)
{
	static const uint32_t leaves[] = {0,	      1,	  2,	      5,	  6,	      7,
					  0x80000000, 0x80000001, 0x80000002, 0x80000003, 0x80000004, 0x80000005,
					  0x80000006, 0x80000007, 0x80000008, 0x8000001e, 0x8000001f};

	memset(page, 0, sizeof(*page));
	for (unsigned int i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
		struct snp_cpuid_entry *entry = &page->entry[page->count++];
		uint32_t out[4];

		cpuid_policy(leaves[i], 0, out);
		entry->eax_in = leaves[i];
		entry->eax = out[EAX];
		entry->ebx = out[EBX];
		entry->ecx = out[ECX];
		entry->edx = out[EDX];
	}
}
