/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vmsa.h"

#include <inttypes.h>
#include <string.h>

#define CR0_PE (1ull << 0)
#define CR0_ET (1ull << 4)
#define CR0_NE (1ull << 5)
#define CR0_NW (1ull << 29)
#define CR0_CD (1ull << 30)
#define CR4_MCE (1ull << 6)
#define DR6_RESET 0xffff0ff0ull
#define DR7_RESET 0x400ull
#define RFLAGS_RESET 0x2ull
#define PAT_RESET 0x0007040600070406ull
#define MXCSR_RESET 0x1f80u
#define FCW_RESET 0x37fu

static void common(struct snp_vmsa *vmsa, uint64_t sev_features)
{
	memset(vmsa, 0, sizeof(*vmsa));
	vmsa->ldtr = (struct vmsa_segment){.attributes = 0x82, .limit = 0xffff};
	vmsa->tr = (struct vmsa_segment){.attributes = 0x8b, .limit = 0xffff};
	vmsa->efer = EFER_SVME;
	vmsa->cr4 = CR4_MCE;
	vmsa->dr6 = DR6_RESET;
	vmsa->dr7 = DR7_RESET;
	vmsa->rflags = RFLAGS_RESET;
	vmsa->g_pat = PAT_RESET;
	vmsa->xcr0 = 1;
	vmsa->mxcsr = MXCSR_RESET;
	vmsa->x87_fcw = FCW_RESET;
	vmsa->sev_features = sev_features;
}

void vmsa_initial(struct snp_vmsa *vmsa, uint64_t entry, uint64_t boot_info, uint64_t sev_features)
{
	const struct vmsa_segment data = {.selector = 0x10, .attributes = 0xc93, .limit = 0xffffffff};

	common(vmsa, sev_features);
	vmsa->cs = (struct vmsa_segment){.selector = 0x8, .attributes = 0xc9b, .limit = 0xffffffff};
	vmsa->ss = vmsa->ds = vmsa->es = vmsa->fs = vmsa->gs = data;
	vmsa->cr0 = CR0_PE | CR0_ET | CR0_NE;
	vmsa->rip = entry;
	vmsa->rsi = boot_info;
}

void vmsa_qemu_reset(struct snp_vmsa *vmsa, uint32_t cpu_signature, uint64_t sev_features)
{
	const struct vmsa_segment data = {.attributes = 0x93, .limit = 0xffff};

	common(vmsa, sev_features);
	vmsa->cs = (struct vmsa_segment){.selector = 0xf000, .attributes = 0x9b, .limit = 0xffff, .base = 0xffff0000};
	vmsa->ss = vmsa->ds = vmsa->es = vmsa->fs = vmsa->gs = data;
	vmsa->gdtr.limit = vmsa->idtr.limit = 0xffff;
	vmsa->cr0 = CR0_ET;
	vmsa->rip = 0xfff0;
	vmsa->rdx = cpu_signature;
}

static bool all_zero(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < size; i++) {
		if (at[i])
			return false;
	}
	return true;
}

/* Everything outside the registers that QEMU takes from the file must be zero. */
static bool only_loaded_registers(const struct snp_vmsa *vmsa)
{
	struct snp_vmsa rest = *vmsa;

	memset(&rest, 0, offsetof(struct snp_vmsa, pl_ssp)); /* all segments */
	rest.efer = 0;
	memset(&rest.cr4, 0, offsetof(struct snp_vmsa, dr0) - offsetof(struct snp_vmsa, cr4));
	rest.rsp = rest.rax = rest.g_pat = 0;
	rest.rcx = rest.rdx = rest.rbx = rest.rbp = rest.rsi = rest.rdi = 0;
	memset(&rest.r8, 0, offsetof(struct snp_vmsa, reserved_380) - offsetof(struct snp_vmsa, r8));
	rest.sev_features = rest.xcr0 = 0;
	rest.mxcsr = 0;
	rest.x87_fcw = 0;
	return all_zero(&rest, sizeof(rest));
}

bool vmsa_check_qemu_kvm(const struct snp_vmsa *vmsa, const char *where, struct error *error)
{
	if (!only_loaded_registers(vmsa))
		return error_set(error, ERROR_INVALID, "%s: VMSA sets a field that QEMU does not load", where);
	if (!(vmsa->efer & EFER_SVME) || !(vmsa->cr4 & CR4_MCE) || !(vmsa->cr0 & CR0_ET) ||
	    (vmsa->cr0 & (CR0_CD | CR0_NW)))
		return error_set(
			error, ERROR_INVALID,
			"%s: KVM forces EFER.SVME, CR4.MCE and CR0.ET to 1 and CR0.CD and CR0.NW to 0; the VMSA "
			"has EFER 0x%" PRIx64 ", CR4 0x%" PRIx64 ", CR0 0x%" PRIx64,
			where, vmsa->efer, vmsa->cr4, vmsa->cr0);
	if (vmsa->dr7 != 0 && vmsa->dr7 != DR7_RESET)
		return error_set(error, ERROR_INVALID, "%s: KVM accepts DR7 0 or 0x400, not 0x%" PRIx64, where,
				 vmsa->dr7);
	if (vmsa->ldtr.base != 0 || vmsa->tr.base != 0)
		return error_set(error, ERROR_INVALID, "%s: QEMU loads TR.base from LDTR.base: both must be 0", where);
	if (vmsa->sev_features != SEV_FEATURE_SNP)
		return error_set(error, ERROR_INVALID,
				 "%s: sev_features is 0x%" PRIx64 "; profile qemu-kvm supports exactly 0x1 (snp)",
				 where, vmsa->sev_features);
	return true;
}
