/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "abi/ghcb.h"
#include "cpuid_policy.h"
#include "ghcb_host.h"
#include "lies.h"
#include "memory.h"
#include "npf.h"
#include "report.h"
#include "rmp.h"
#include "summary.h"

bool ghcb_host_page_state(uint64_t gpa, bool large, unsigned int op)
{
	if (!memory_has(gpa, large ? LARGE_PAGE_SIZE : PAGE_SIZE) || (large && (gpa & (LARGE_PAGE_SIZE - 1)) != 0) ||
	    rmp_in_use(gpa, large))
		return false;
	if (op == GHCB_PSC_PRIVATE)
		rmp_assign(gpa, large);
	else if (op == GHCB_PSC_SHARED)
		rmp_share(gpa, large);
	else
		return false;
	return true;
}

static _Noreturn void terminate(uint64_t request)
{
	summary_print();
	report_log("snp-sim: terminate: set=%lu reason=%lx\n", request >> 12 & 0xf, request >> 16 & 0xff);
	report_exit(EXIT_VALUE_TERMINATED);
}

static uint64_t cpuid(const struct vcpu *vcpu, uint64_t request)
{
	uint32_t out[4];

	cpuid_policy(vcpu, (uint32_t)(request >> 32), 0, out);
	return (uint64_t)out[request >> 30 & 3] << 32 | (request & 0xc0000000) | GHCB_MSR_CPUID_RESP;
}

static uint64_t page_state(uint64_t request)
{
	bool done = ghcb_host_page_state(request & GHCB_PSC_ENTRY_GFN_MASK, false, request >> 52 & 0xf);

	return (done ? 0 : 1ull << 32) | GHCB_MSR_PSC_RESP;
}

static uint64_t register_gpa(struct vcpu_level *level, uint64_t request)
{
	uint64_t gpa = request & ~GHCB_MSR_INFO_MASK;

	if (!memory_has(gpa, PAGE_SIZE))
		return GHCB_MSR_PREF_GPA_NONE << 12 | GHCB_MSR_REGISTER_GPA_RESP;
	level->ghcb_registered = true;
	level->ghcb_gpa = gpa;
	return gpa | GHCB_MSR_REGISTER_GPA_RESP;
}

static void run_vmpl(struct vcpu *vcpu, uint64_t request)
{
	struct vcpu_level *level = vcpu_current(vcpu);
	unsigned int vmpl = (unsigned int)(request >> 32 & 0xff);

	level->ghcb_msr = GHCB_MSR_RUN_VMPL_RESP;
	if (vmpl >= SNP_VMPL_COUNT || vmpl == vcpu->vmpl || !vcpu_switch(vcpu, vmpl, SVM_EXIT_VMGEXIT))
		level->ghcb_msr = 1ull << 32 | GHCB_MSR_RUN_VMPL_RESP;
}

void ghcb_host_msr(struct vcpu *vcpu)
{
	struct vcpu_level *level = vcpu_current(vcpu);
	uint64_t request = level->ghcb_msr;
	unsigned int vmpl = vcpu->vmpl;

	switch (request & GHCB_MSR_INFO_MASK) {
	case GHCB_MSR_SEV_INFO_REQ:
		level->ghcb_msr = GHCB_HOST_RESET;
		break;
	case GHCB_MSR_CPUID_REQ:
		level->ghcb_msr = cpuid(vcpu, request);
		break;
	case GHCB_MSR_AP_RESET_HOLD_REQ:
		level->ghcb_msr = GHCB_MSR_AP_RESET_HOLD_RESP;
		level->held = true;
		break;
	case GHCB_MSR_PREF_GPA_REQ:
		level->ghcb_msr = GHCB_MSR_PREF_GPA_NONE << 12 | GHCB_MSR_PREF_GPA_RESP;
		break;
	case GHCB_MSR_REGISTER_GPA_REQ:
		level->ghcb_msr = register_gpa(level, request);
		break;
	case GHCB_MSR_PSC_REQ:
		level->ghcb_msr = lies_msr_skips(vcpu, request) ? GHCB_MSR_PSC_RESP : page_state(request);
		break;
	case GHCB_MSR_RUN_VMPL_REQ:
		run_vmpl(vcpu, request);
		break;
	case GHCB_MSR_FEATURES_REQ:
		level->ghcb_msr = ghcb_host_features() << 12 | GHCB_MSR_FEATURES_RESP;
		break;
	case GHCB_MSR_TERMINATE_REQ:
		terminate(request);
	default:
		npf_violation(vcpu, "ghcb-msr-request", request, "unknown request of the GHCB MSR protocol");
	}
	level->ghcb_msr = lies_msr(vmpl, request, level->ghcb_msr);
}
