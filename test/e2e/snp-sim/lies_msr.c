/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Lies in answers of the GHCB MSR protocol to VMPL0, from the one on that "at" counts. */
#include "lies.h"

#include "memory.h"

enum lie {
	TRUTH,
	SEV_INFO,    /* the answer is of another kind */
	VERSION,     /* only versions above 2 */
	OTHER_C_BIT, /* another position */
	FEATURES,    /* of another kind */
	NO_VMPLS,    /* without multiple VMPLs */
	NO_SNP,
	PAGE_STATE, /* of another kind */
	PAGE_STATE_ERROR,
	PAGE_STATE_IDLE, /* it is said to be done, and is not */
	REGISTER,	 /* of another kind */
	REGISTER_OTHER,	 /* another address */
	RANDOM,		 /* any bits */
	COUNT_OF_LIES,
};
static const char *const names[] = {"msr-sev-info",	   "msr-version",  "msr-c-bit",		 "msr-features",
				    "msr-no-vmpls",	   "msr-no-snp",   "msr-page-state",	 "msr-page-state-error",
				    "msr-page-state-idle", "msr-register", "msr-register-other", "msr-random"};
static_assert(sizeof(names) / sizeof(names[0]) == COUNT_OF_LIES - 1, "a name for each lie");

#define C_BIT_SHIFT 24
#define FEATURES_SHIFT 12
#define ERROR (1ull << 32)

static enum lie lie;

bool lies_msr_choose(const char *name)
{
	lie = lies_find(name, names, sizeof(names) / sizeof(names[0]));
	return lie != TRUTH;
}

/* Which requests a lie is about */
static bool is_about(uint64_t request)
{
	switch (lie) {
	case SEV_INFO:
	case VERSION:
	case OTHER_C_BIT:
		return request == GHCB_MSR_SEV_INFO_REQ;
	case FEATURES:
	case NO_VMPLS:
	case NO_SNP:
		return request == GHCB_MSR_FEATURES_REQ;
	case PAGE_STATE:
	case PAGE_STATE_ERROR:
	case PAGE_STATE_IDLE:
		return request == GHCB_MSR_PSC_REQ;
	case REGISTER:
	case REGISTER_OTHER:
		return request == GHCB_MSR_REGISTER_GPA_REQ;
	case RANDOM:
		return true;
	default:
		return false;
	}
}

static uint64_t lied(uint64_t answer)
{
	switch (lie) {
	case VERSION:
		return answer + (3ull << 32) + (3ull << 48);
	case OTHER_C_BIT:
		return answer + (1ull << C_BIT_SHIFT);
	case NO_VMPLS:
		return answer & ~(GHCB_FEATURE_MULTI_VMPL << FEATURES_SHIFT);
	case NO_SNP:
		return answer & ~(GHCB_FEATURE_SNP << FEATURES_SHIFT);
	case PAGE_STATE_ERROR:
		return answer | ERROR;
	case REGISTER_OTHER:
		return answer + PAGE_SIZE;
	case RANDOM:
		return lies_random();
	default:
		return answer ^ GHCB_MSR_TERMINATE_REQ;
	}
}

static bool is_time(uint64_t request)
{
	static uint64_t seen;

	return is_about(request & GHCB_MSR_INFO_MASK) && ++seen >= lies_at;
}

bool lies_msr_skips(const struct vcpu *vcpu, uint64_t request)
{
	if (lie != PAGE_STATE_IDLE || vcpu->vmpl != 0 || !is_time(request))
		return false;
	lies_told("request not done", request);
	return true;
}

uint64_t lies_msr(unsigned int vmpl, uint64_t request, uint64_t answer)
{
	if (lie == TRUTH || lie == PAGE_STATE_IDLE || vmpl != 0 || !is_time(request))
		return answer;
	lies_told("answer to MSR request", request);
	return lied(answer);
}
