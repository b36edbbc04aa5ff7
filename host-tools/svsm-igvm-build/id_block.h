/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * ID block and ID authentication information (AMD 56860, SNP_LAUNCH_FINISH), as two binaries or as the IGVM header,
 * which holds the same without the policy.
 */
#ifndef IGVM_BUILD_ID_BLOCK_H
#define IGVM_BUILD_ID_BLOCK_H

#include "abi/igvm.h"
#include "abi/snp.h"
#include "error.h"
#include "file.h"
#include "igvm_parse.h"

struct id_block {
	struct snp_id_block block;
	struct snp_id_auth auth;
};

struct id_block_verdict {
	bool valid;
	bool has_author;
	const char *reason; /* first thing wrong; NULL when valid */
	uint8_t id_key_digest[SNP_DIGEST_SIZE];
	uint8_t author_key_digest[SNP_DIGEST_SIZE]; /* zeros without author key */
};

/* Formats and both signatures. Whether the launch digest is an image's is the caller's question. */
bool id_block_verify(const struct id_block *id, struct id_block_verdict *out, struct error *error) MUST_CHECK;

bool id_block_has_author(const struct id_block *id);

/* The record of the file's ID block for SEV-SNP, NULL: none. */
const struct igvm_record *id_block_find(const struct igvm_file *file);
/* The guest policy for SEV-SNP. */
bool id_block_policy(const struct igvm_file *file, uint64_t *policy);

void id_block_from_igvm(const struct igvm_snp_id_block *from, uint64_t policy, struct id_block *out);
void id_block_to_igvm(const struct id_block *from, uint32_t mask, struct igvm_snp_id_block *out);

/*
 * Copy of the file with this ID block: in place of the one it has, or behind all headers. Its policy becomes the file's
 * guest policy. The caller frees `out`.
 */
bool id_block_insert(const struct igvm_file *file, const struct id_block *id, struct file_data *out,
		     struct error *error) MUST_CHECK;

#endif
