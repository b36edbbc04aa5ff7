/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vmm.h"

#include <strings.h>

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
	.summary = "Google Compute Engine, AMD Milan hosts",
	.source = "google/gce-tcb-verifier sev/ld_from_ovmf.go",
	.cs_bsp = 0x9b,
	.cs_ap = 0x9b,
	.ss = 0x93,
	.tr = 0x8b,
	.pat = 0x70106,
	.rdx = 0x600,
	.sec_mem = SNP_PAGE_UNMEASURED,
};

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
