/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sev_features.h"

#include "abi/snp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct sev_feature features[] = {
	{"snp", SEV_FEATURE_SNP, NULL},
	{"vtom", SEV_FEATURE_VTOM, "it marks private pages with the C-bit, not by a virtual top of memory"},
	{"reflect-vc", SEV_FEATURE_REFLECT_VC, "it does not handle its guest's #VC"},
	{"restricted-injection", SEV_FEATURE_RESTRICTED_INJECTION, "it has no #HV doorbell page"},
	{"alternate-injection", SEV_FEATURE_ALTERNATE_INJECTION, "it does not inject its guest's interrupts"},
	{"debug-swap", SEV_FEATURE_DEBUG_SWAP, NULL},
	{"prevent-host-ibs", SEV_FEATURE_PREVENT_HOST_IBS, NULL},
	{"btb-isolation", SEV_FEATURE_BTB_ISOLATION, NULL},
	{"vmpl-sss", SEV_FEATURE_VMPL_SSS, "it does not grant its guest supervisor shadow stack pages"},
	{"secure-tsc", SEV_FEATURE_SECURE_TSC, "it does not give its guest's VMSA the TSC scale of SNP_TSC_INFO"},
	{"vmgexit-parameter", SEV_FEATURE_VMGEXIT_PARAMETER, "it sets no parameter before VMGEXIT"},
	{"ibs-virtualization", SEV_FEATURE_IBS_VIRTUALIZATION, "it does not set up instruction-based sampling"},
	{"vmsa-reg-prot", SEV_FEATURE_VMSA_REG_PROT, "it writes registers into its guest's VMSA without the nonce"},
	{"smt-protection", SEV_FEATURE_SMT_PROTECTION, NULL},
	{"secure-avic", SEV_FEATURE_SECURE_AVIC, "it has no APIC backing page"},
};
#define FEATURE_COUNT (sizeof(features) / sizeof(features[0]))

const struct sev_feature *sev_feature_find(const char *name)
{
	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		if (strcmp(features[i].name, name) == 0)
			return &features[i];
	}
	return NULL;
}

const struct sev_feature *sev_feature_at(size_t index)
{
	return index < FEATURE_COUNT ? &features[index] : NULL;
}

uint64_t sev_features_all(void)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < FEATURE_COUNT; i++)
		bits |= features[i].bit;
	return bits;
}

const char *sev_features_text(uint64_t bits, char out[SEV_FEATURES_TEXT_SIZE])
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		if (!(bits & features[i].bit))
			continue;
		at += (size_t)snprintf(out + at, SEV_FEATURES_TEXT_SIZE - at, "%s%s", at ? ", " : "", features[i].name);
		bits &= ~features[i].bit;
	}
	if (bits)
		snprintf(out + at, SEV_FEATURES_TEXT_SIZE - at, "%s0x%" PRIx64, at ? ", " : "", bits);
	return out;
}
