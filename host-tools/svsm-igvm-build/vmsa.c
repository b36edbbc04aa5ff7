/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vmsa.h"

#include <string.h>

#define CR0_PE (1ull << 0)
#define CR0_ET (1ull << 4)
#define CR0_NE (1ull << 5)
#define CR4_MCE (1ull << 6)
#define DR6_RESET 0xffff0ff0ull
#define DR7_RESET 0x400ull
#define RFLAGS_RESET 0x2ull

static void common(struct snp_vmsa *vmsa, const struct vmm *vmm, uint64_t sev_features)
{
	memset(vmsa, 0, sizeof(*vmsa));
	vmsa->ldtr = (struct vmsa_segment){.attributes = 0x82, .limit = 0xffff};
	vmsa->tr = (struct vmsa_segment){.attributes = vmm->tr, .limit = 0xffff};
	vmsa->efer = EFER_SVME;
	vmsa->cr4 = CR4_MCE;
	vmsa->dr6 = DR6_RESET;
	vmsa->dr7 = DR7_RESET;
	vmsa->rflags = RFLAGS_RESET;
	vmsa->g_pat = vmm->pat;
	vmsa->xcr0 = 1;
	vmsa->mxcsr = vmm->mxcsr;
	vmsa->x87_fcw = vmm->fcw;
	vmsa->sev_features = sev_features;
}

void vmsa_initial(struct snp_vmsa *vmsa, uint64_t entry, uint64_t boot_info, uint64_t sev_features)
{
	const struct vmsa_segment data = {.selector = 0x10, .attributes = 0xc93, .limit = 0xffffffff};

	common(vmsa, &vmm_qemu, sev_features);
	vmsa->cs = (struct vmsa_segment){.selector = 0x8, .attributes = 0xc9b, .limit = 0xffffffff};
	vmsa->ss = vmsa->ds = vmsa->es = vmsa->fs = vmsa->gs = data;
	vmsa->cr0 = CR0_PE | CR0_ET | CR0_NE;
	vmsa->rip = entry;
	vmsa->rsi = boot_info;
}

void vmsa_reset(struct snp_vmsa *vmsa, const struct vmm *vmm, uint32_t eip, uint64_t rdx, uint64_t sev_features)
{
	const struct vmsa_segment data = {.attributes = 0x93, .limit = 0xffff};

	common(vmsa, vmm, sev_features);
	vmsa->cs = (struct vmsa_segment){.selector = 0xf000,
					 .attributes = eip == VMSA_RESET_VECTOR ? vmm->cs_bsp : vmm->cs_ap,
					 .limit = 0xffff,
					 .base = eip & 0xffff0000u};
	vmsa->ds = vmsa->es = vmsa->fs = vmsa->gs = data;
	vmsa->ss = (struct vmsa_segment){.attributes = vmm->ss, .limit = 0xffff};
	vmsa->gdtr.limit = vmsa->idtr.limit = 0xffff;
	vmsa->cr0 = CR0_ET;
	vmsa->rip = eip & 0xffff;
	vmsa->rdx = rdx;
}
