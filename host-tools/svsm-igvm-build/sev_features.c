/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sev_features.h"

#include "abi/snp.h"

#include <stddef.h>

static const struct {
	uint64_t bit;
	const char *refusal;
} refusals[] = {
	{SEV_FEATURE_VTOM, "it marks private pages with the C-bit, not by a virtual top of memory"},
	{SEV_FEATURE_REFLECT_VC, "it does not handle its guest's #VC"},
	{SEV_FEATURE_RESTRICTED_INJECTION, "it has no #HV doorbell page"},
	{SEV_FEATURE_ALTERNATE_INJECTION, "it does not inject its guest's interrupts"},
	{SEV_FEATURE_VMPL_SSS, "it does not grant its guest supervisor shadow stack pages"},
	{SEV_FEATURE_SECURE_TSC, "it does not give its guest's VMSA the TSC scale of SNP_TSC_INFO"},
	{SEV_FEATURE_VMGEXIT_PARAMETER, "it sets no parameter before VMGEXIT"},
	{SEV_FEATURE_IBS_VIRTUALIZATION, "it does not set up instruction-based sampling"},
	{SEV_FEATURE_VMSA_REG_PROT, "it writes registers into its guest's VMSA without the nonce"},
	{SEV_FEATURE_SECURE_AVIC, "it has no APIC backing page"},
};

const char *sev_features_refusal(uint64_t bit)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (refusals[i].bit == bit)
			return refusals[i].refusal;
	}
	return NULL;
}
