/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* ID block and ID authentication information (AMD 56860, SNP_LAUNCH_FINISH) */
#ifndef AMD_SP_ID_BLOCK_H
#define AMD_SP_ID_BLOCK_H

#include "sp_guest.h"
#include "sp_signature.h"

#define SP_ID_BLOCK_VERSION 1u

/*
 * Checks digest, policy and signatures and takes the identity into the guest context. SP_STATUS_ code; the context
 * changes only on success.
 */
uint32_t sp_id_block_accept(struct sp_guest *guest, const struct snp_id_block *block, const uint8_t auth[SNP_PAGE_SIZE],
			    bool author_key_en);

#endif
