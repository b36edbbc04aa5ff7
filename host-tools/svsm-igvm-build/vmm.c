/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vmm.h"

#include "abi/igvm.h"

#include <strings.h>

#define FAMILY_ZEN3 0x19u /* Milan: models below 10h; Genoa: 10h to 1Fh */
#define VMSA_GPA_GENOA 0xffffffffff000ull
#define PAT_RESET 0x0007040600070406ull

const struct vmm vmm_qemu = {
	.name = "qemu",
	.summary = "QEMU on KVM, firmware given with -bios",
	.source = "QEMU target/i386/sev.c, target/i386/cpu.c; Linux arch/x86/kvm/svm/sev.c",
	.cs_bsp = 0x9b,
	.cs_ap = 0x9b,
	.ss = 0x93,
	.tr = 0x8b,
	.pat = PAT_RESET,
	.mxcsr = 0x1f80,
	.fcw = 0x37f,
	.rdx_is_signature = true,
	.sec_mem = SNP_PAGE_ZERO,
};

static const struct vmm vmm_ec2 = {
	.name = "ec2",
	.summary = "Amazon EC2",
	.source = "sev-snp-measure 0.0.13, --vmm-type ec2 (contributed by EC2)",
	.cs_bsp = 0x9a,
	.cs_ap = 0x9b,
	.ss = 0x92,
	.tr = 0x83,
	.pat = PAT_RESET,
	.rdx = 0x600,
	.sec_mem = SNP_PAGE_ZERO,
	.cpuid_last = true,
	.disagreement =
		"RDX at reset: 0x600 in sev-snp-measure since 2026-04, 0 before and in virtee/sev; --rdx selects",
	.other_rdx = 0,
};

static const struct vmm vmm_gce = {
	.name = "gce",
	.summary = "Google Compute Engine, AMD Milan hosts, or Genoa with that --cpu-model",
	.source = "google/gce-tcb-verifier sev/ld_from_ovmf.go, sev/measurement.go (ProductHighAddress)",
	.cs_bsp = 0x9b,
	.cs_ap = 0x9b,
	.ss = 0x93,
	.tr = 0x8b,
	.pat = 0x70106,
	.rdx = 0x600,
	.sec_mem = SNP_PAGE_UNMEASURED,
	.vmsa_gpa_by_cpu = true,
};

uint64_t vmm_vmsa_gpa(const struct vmm *vmm, uint32_t cpu_signature)
{
	const uint32_t family = (cpu_signature >> 8 & 0xf) + (cpu_signature >> 20 & 0xff);
	const uint32_t model = (cpu_signature >> 12 & 0xf0) | (cpu_signature >> 4 & 0xf);

	/* Page of address -1, cut to 48 bits by KVM, or by the AMD-SP to what the CPU has. */
	if (!vmm->vmsa_gpa_by_cpu || family < FAMILY_ZEN3 || (family == FAMILY_ZEN3 && model < 0x10))
		return IGVM_SNP_VMSA_GPA_KVM;
	return family == FAMILY_ZEN3 && model < 0x20 ? VMSA_GPA_GENOA : 0;
}

static const struct vmm *const all[] = {&vmm_qemu, &vmm_ec2, &vmm_gce};

const struct vmm *vmm_at(size_t index)
{
	return index < sizeof(all) / sizeof(all[0]) ? all[index] : NULL;
}

const struct vmm *vmm_find(const char *name)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcasecmp(all[i]->name, name) == 0)
			return all[i];
	}
	return NULL;
}
