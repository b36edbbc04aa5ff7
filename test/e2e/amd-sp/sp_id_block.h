/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* ID block and ID authentication information (AMD 56860, SNP_LAUNCH_FINISH) */
#ifndef AMD_SP_ID_BLOCK_H
#define AMD_SP_ID_BLOCK_H

#include "sp_guest.h"
#include "sp_signature.h"

#define SP_ID_BLOCK_VERSION 1u
#define SP_KEY_ALGO_P384_SHA384 1u

struct sp_id_auth {
	uint32_t id_key_algo;
	uint32_t author_key_algo;
	uint8_t reserved_008[56];
	struct sp_signature id_block_signature; /* by the ID key, over the ID block */
	struct sp_public_key id_key;
	uint8_t reserved_644[60];
	struct sp_signature id_key_signature; /* by the author key, over the ID key */
	struct sp_public_key author_key;
	uint8_t reserved_c84[892];
};
static_assert(sizeof(struct sp_id_auth) == SNP_PAGE_SIZE, "ID authentication information");
static_assert(offsetof(struct sp_id_auth, id_block_signature) == 0x40, "ID block signature");
static_assert(offsetof(struct sp_id_auth, id_key) == 0x240, "ID key");
static_assert(offsetof(struct sp_id_auth, id_key_signature) == 0x680, "ID key signature");
static_assert(offsetof(struct sp_id_auth, author_key) == 0x880, "author key");

/*
 * Checks digest, policy and signatures and takes the identity into the guest context. SP_STATUS_ code; the context
 * changes only on success.
 */
uint32_t sp_id_block_accept(struct sp_guest *guest, const struct snp_id_block *block, const uint8_t auth[SNP_PAGE_SIZE],
			    bool author_key_en);

#endif
