/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "bit_names.h"

#include "abi/snp.h"

#include <stddef.h>

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
