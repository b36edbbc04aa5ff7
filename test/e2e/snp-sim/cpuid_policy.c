/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "cpuid_policy.h"

#include "cpu.h"
#include "freestanding_string.h"
#include "lies.h"
#include "memory.h"
#include "vcpus.h"

enum reg { EAX, EBX, ECX, EDX };

/*
 * Bits taken away. XSAVE and what needs it: TCG has neither XSAVEC nor XSAVES, without which Linux refuses an SNP
 * guest. MONITOR, PCID, TSC deadline: not implemented by TCG's SVM or by this host. SVM itself: not nested
 * further. ERMS and FSRM: TCG executes REP MOVSB byte by byte, so a guest that prefers it is slow.
 */
static const struct {
	uint32_t leaf;
	enum reg reg;
	uint32_t clear;
} hidden[] = {
	{1, ECX, 1u << 3 | 1u << 12 | 1u << 17 | 1u << 24 | 1u << 26 | 1u << 27 | 1u << 28 | 1u << 29},
	{7, EBX, 1u << 5 | 1u << 9 | 1u << 10 | 1u << 16},	     /* AVX2, ERMS, INVPCID, AVX512F */
	{7, EDX, 1u << 4},					     /* FSRM */
	{7, ECX, 1u << 3 | 1u << 4 | 1u << 9 | 1u << 10 | 1u << 16}, /* PKU, OSPKE, VAES, VPCLMULQDQ, LA57 */
	{0x80000001, ECX, 1u << 2},				     /* SVM */
};

#define HYPERVISOR_PRESENT (1u << 31)
#define APIC_PRESENT (1u << 9)	  /* leaf 1 EDX */
#define X2APIC_PRESENT (1u << 21) /* leaf 1 ECX */
#define MAX_BASIC 0xbu
#define MAX_EXTENDED 0x8000001fu
#define ENCRYPTION_FEATURES (1u << 1 | 1u << 3 | 1u << 4) /* SEV, SEV-ES, SEV-SNP */
#define INVLPGB_PRESENT (1u << 3)
#define COHERENCY_SFW_NO (1u << 31)
#define REDUCTION_SHIFT 6

/* Bits of an APIC id that tell the processors of the one package apart */
static uint32_t id_bits(void)
{
	uint32_t bits = 0;

	while (1u << bits < vcpus_count)
		bits++;
	return bits;
}

/* One package, one thread in each core (APM 3, appendix E) */
static bool topology(const struct vcpu *vcpu, uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	switch (leaf) {
	case 0xb: /* level 0 threads, level 1 cores */
		out[EAX] = subleaf == 1 ? id_bits() : 0;
		out[EBX] = subleaf == 0 ? 1 : subleaf == 1 ? vcpus_count : 0;
		out[ECX] = subleaf | (subleaf < 2 ? subleaf + 1 : 0) << 8;
		out[EDX] = vcpu->apic_id;
		return true;
	case 0x8000001e:
		out[EAX] = out[EBX] = vcpu->apic_id;
		return true;
	default:
		return false;
	}
}

static void apic(const struct vcpu *vcpu, uint32_t out[4])
{
	/* Whether VMPL1..3 have one; VMPL0 asks for its own by MSR */
	bool present = vcpu->level[2].apic.base != 0;

	out[EBX] = (out[EBX] & 0xffff) | vcpus_count << 16 | vcpu->apic_id << 24;
	out[EDX] = (out[EDX] & ~APIC_PRESENT) | (present ? APIC_PRESENT : 0);
	out[ECX] = (out[ECX] & ~X2APIC_PRESENT) | (present ? X2APIC_PRESENT : 0);
}

void cpuid_policy(const struct vcpu *vcpu, uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	memset(out, 0, 16);
	if ((leaf > MAX_BASIC && leaf < 0x80000000) || leaf > MAX_EXTENDED || leaf == 0x8000000a ||
	    leaf == 0x8000001d || (leaf == 7 && subleaf != 0) || topology(vcpu, leaf, subleaf, out))
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
	if (leaf == 1) {
		out[ECX] |= HYPERVISOR_PRESENT;
		apic(vcpu, out);
	}
	if (leaf == 7)
		out[EAX] = 0;
	if (leaf == 0x80000000)
		out[EAX] = MAX_EXTENDED;
	if (leaf == 0x80000008) {
		out[EAX] = (out[EAX] & ~0xffu) | C_BIT_POSITION;
		if (!lies_cpus_hide_invlpgb())
			out[EBX] |= INVLPGB_PRESENT; /* insn_tlb.h; EDX: of one page at a time */
	}
}

void cpuid_policy_page(const struct vcpu *vcpu, struct snp_cpuid_page *page)
{
	static const struct {
		uint32_t leaf, subleaf;
	} leaves[] = {{0, 0},	       {1, 0},		{2, 0},		 {5, 0},	  {6, 0},
		      {7, 0},	       {0xb, 0},	{0xb, 1},	 {0x80000000, 0}, {0x80000001, 0},
		      {0x80000002, 0}, {0x80000003, 0}, {0x80000004, 0}, {0x80000005, 0}, {0x80000006, 0},
		      {0x80000007, 0}, {0x80000008, 0}, {0x8000001e, 0}, {0x8000001f, 0}};

	memset(page, 0, sizeof(*page));
	for (unsigned int i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
		struct snp_cpuid_entry *entry = &page->entry[page->count++];
		uint32_t out[4];

		cpuid_policy(vcpu, leaves[i].leaf, leaves[i].subleaf, out);
		entry->eax_in = leaves[i].leaf;
		entry->ecx_in = leaves[i].subleaf;
		entry->eax = out[EAX];
		entry->ebx = out[EBX];
		entry->ecx = out[ECX];
		entry->edx = out[EDX];
	}
}
