/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "bit_names.h"

#include "abi/snp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct bit_name bit_names_guest_policy[] = {
	{"smt", SNP_POLICY_SMT},
	{"migrate-ma", SNP_POLICY_MIGRATE_MA},
	{"debug", SNP_POLICY_DEBUG},
	{"single-socket", SNP_POLICY_SINGLE_SOCKET},
	{"cxl-allow", SNP_POLICY_CXL_ALLOW},
	{"mem-aes-256-xts", SNP_POLICY_MEM_AES_256_XTS},
	{"rapl-dis", SNP_POLICY_RAPL_DIS},
	{"ciphertext-hiding-dram", SNP_POLICY_CIPHERTEXT_HIDING_DRAM},
	{"page-swap-disable", SNP_POLICY_PAGE_SWAP_DISABLE},
	{NULL, 0},
};

const struct bit_name bit_names_sev_features[] = {
	{"snp", SEV_FEATURE_SNP},
	{"vtom", SEV_FEATURE_VTOM},
	{"reflect-vc", SEV_FEATURE_REFLECT_VC},
	{"restricted-injection", SEV_FEATURE_RESTRICTED_INJECTION},
	{"alternate-injection", SEV_FEATURE_ALTERNATE_INJECTION},
	{"debug-swap", SEV_FEATURE_DEBUG_SWAP},
	{"prevent-host-ibs", SEV_FEATURE_PREVENT_HOST_IBS},
	{"btb-isolation", SEV_FEATURE_BTB_ISOLATION},
	{"vmpl-sss", SEV_FEATURE_VMPL_SSS},
	{"secure-tsc", SEV_FEATURE_SECURE_TSC},
	{"vmgexit-parameter", SEV_FEATURE_VMGEXIT_PARAMETER},
	{"ibs-virtualization", SEV_FEATURE_IBS_VIRTUALIZATION},
	{"vmsa-reg-prot", SEV_FEATURE_VMSA_REG_PROT},
	{"smt-protection", SEV_FEATURE_SMT_PROTECTION},
	{"secure-avic", SEV_FEATURE_SECURE_AVIC},
	{NULL, 0},
};

const struct bit_name *bit_names_find(const struct bit_name *table, const char *name)
{
	for (; table->name; table++) {
		if (strcmp(table->name, name) == 0)
			return table;
	}
	return NULL;
}

uint64_t bit_names_all(const struct bit_name *table)
{
	uint64_t bits = 0;

	for (; table->name; table++)
		bits |= table->bit;
	return bits;
}

const char *bit_names_text(const struct bit_name *table, uint64_t bits, char out[BIT_NAMES_TEXT_SIZE])
{
	size_t at = 0;

	out[0] = '\0';
	for (; table->name && at < BIT_NAMES_TEXT_SIZE; table++) {
		if (bits & table->bit)
			at += (size_t)snprintf(out + at, BIT_NAMES_TEXT_SIZE - at, "%s%s", at ? ", " : "", table->name);
		bits &= ~table->bit;
	}
	if (bits && at < BIT_NAMES_TEXT_SIZE)
		snprintf(out + at, BIT_NAMES_TEXT_SIZE - at, "%sunknown bits 0x%" PRIx64, at ? ", " : "", bits);
	return out;
}
