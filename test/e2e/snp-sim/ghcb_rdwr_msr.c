/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * RDMSR and WRMSR of the guest. As with KVM, a register the machine does not have answers with #GP; those a processor
 * of this kind cannot be without read as a machine that does not use them.
 */
#include "cpu.h"
#include "ghcb_nae.h"
#include "report.h"
#include "x2apic.h"

#define MSR_TSC 0x10u
#define MSR_APIC_BASE 0x1bu
#define APIC_BASE_RESET 0xfee00900ull /* boot processor, enabled */

/* Read as zero, writes are ignored (APM 2, appendix A) */
static const struct {
	uint32_t first, last;
} quiet[] = {
	{0x8b, 0x8b},		  /* PATCH_LEVEL */
	{0xfe, 0xfe},		  /* MTRRcap: no variable ranges, no fixed ones */
	{0x179, 0x17b},		  /* MCG_CAP: no banks; MCG_STATUS, MCG_CTL */
	{0x200, 0x26f},		  /* MTRRs */
	{0x2ff, 0x2ff},		  /* MTRRdefType: off */
	{0x400, 0x47f},		  /* machine check banks */
	{0xc0000408, 0xc0000408}, /* machine check miscellaneous */
	{0xc0002000, 0xc00021ff}, /* the same, scalable */
	{0xc0010010, 0xc0010010}, /* SYSCFG: memory encryption is not the guest's to switch */
	{0xc0010015, 0xc0010015}, /* HWCR */
	{0xc001001f, 0xc001001f}, /* NB_CFG: no access to extended PCI configuration space by ports */
};

static bool is_quiet(uint32_t msr)
{
	for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++) {
		if (msr >= quiet[i].first && msr <= quiet[i].last)
			return true;
	}
	return false;
}

void ghcb_rdwr_msr(struct vcpu *vcpu, struct ghcb *ghcb, bool write)
{
	uint32_t msr = (uint32_t)ghcb->rcx;
	uint64_t value = write ? ghcb->rdx << 32 | (uint32_t)ghcb->rax : 0;

	if (!VALID(ghcb, rcx) || (write && (!VALID(ghcb, rax) || !VALID(ghcb, rdx)))) {
		ghcb_refuse(ghcb, GHCB_BAD_MISSING_INPUT);
		return;
	}
	if (x2apic_access(vcpu, msr, write, &value)) {
		/* The level has an APIC, with this register */
	} else if (!write && msr == MSR_TSC) {
		value = cpu_tsc();
	} else if (!write && msr == MSR_APIC_BASE) {
		value = APIC_BASE_RESET;
	} else if (!is_quiet(msr)) {
		if (report_trace)
			report_log("snp-sim: %s of MSR %x: #GP\n", write ? "write" : "read", msr);
		ghcb_answer(ghcb, GHCB_INFO1_EXCEPTION, GHCB_EVENT_GP);
		return;
	}
	if (!write) {
		PUT(ghcb, rax, (uint32_t)value);
		PUT(ghcb, rdx, value >> 32);
	}
	ghcb_answer(ghcb, 0, 0);
}
