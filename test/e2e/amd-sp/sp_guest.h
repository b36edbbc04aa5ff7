/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The guest context: what the AMD-SP knows about the one guest of this machine. */
#ifndef AMD_SP_GUEST_H
#define AMD_SP_GUEST_H

#include "abi/snp.h"

#include <stdbool.h>

enum sp_guest_stage {
	SP_GUEST_NONE = 0,
	SP_GUEST_LAUNCHING,
	SP_GUEST_RUNNING,
};

#define SP_VMRK_SIZE 48u

struct sp_guest {
	enum sp_guest_stage stage;
	uint64_t policy;
	uint64_t pages;			 /* number of LAUNCH_UPDATEs that succeeded */
	uint8_t digest[SNP_DIGEST_SIZE]; /* the launch digest so far */
	uint8_t family_id[16];
	uint8_t image_id[16];
	uint32_t guest_svn;
	uint8_t host_data[32];
	bool id_block_en;
	bool author_key_en;
	uint8_t id_key_digest[SNP_DIGEST_SIZE];
	uint8_t author_key_digest[SNP_DIGEST_SIZE];
	uint8_t report_id[32];
	uint8_t vmrk[SP_VMRK_SIZE]; /* root of derived keys that do not depend on the chip */
	uint8_t vmpck[SNP_VMPCK_COUNT][SNP_VMPCK_SIZE];
	uint64_t last_seqno[SNP_VMPCK_COUNT]; /* of the last response; 0 before the first */
};

#endif
