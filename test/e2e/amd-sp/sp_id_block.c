/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp_id_block.h"

#include "test/sp_mailbox.h"

#include <string.h>

static uint32_t check_signed(const struct snp_ecc_public_key *key, const void *data, size_t size,
			     const struct snp_ecdsa_signature *signature)
{
	EVP_PKEY *parsed = sp_signature_key(key);
	bool good = parsed != NULL && sp_signature_check(parsed, data, size, signature);

	EVP_PKEY_free(parsed);
	return good ? SP_STATUS_SUCCESS : SP_STATUS_BAD_SIGNATURE;
}

static bool key_digest(const struct snp_ecc_public_key *key, uint8_t digest[SNP_DIGEST_SIZE])
{
	return EVP_Q_digest(NULL, "SHA384", NULL, key, sizeof(*key), digest, NULL) == 1;
}

static uint32_t check(const struct sp_guest *guest, const struct snp_id_block *block, const struct snp_id_auth *auth,
		      bool author_key_en)
{
	uint32_t status;

	if (block->version != SP_ID_BLOCK_VERSION || auth->id_key_algo != SNP_SIGNATURE_ALGO_P384_SHA384 ||
	    (author_key_en && auth->author_key_algo != SNP_SIGNATURE_ALGO_P384_SHA384))
		return SP_STATUS_INVALID_PARAM;
	status = check_signed(&auth->id_key, block, sizeof(*block), &auth->id_block_signature);
	if (status == SP_STATUS_SUCCESS && author_key_en)
		status = check_signed(&auth->author_key, &auth->id_key, sizeof(auth->id_key), &auth->id_key_signature);
	if (status != SP_STATUS_SUCCESS)
		return status;
	if (memcmp(block->ld, guest->digest, sizeof(block->ld)) != 0)
		return SP_STATUS_BAD_MEASUREMENT;
	return block->policy == guest->policy ? SP_STATUS_SUCCESS : SP_STATUS_POLICY_FAILURE;
}

uint32_t sp_id_block_accept(struct sp_guest *guest, const struct snp_id_block *block, const uint8_t auth[SNP_PAGE_SIZE],
			    bool author_key_en)
{
	uint8_t id[SNP_DIGEST_SIZE], author[SNP_DIGEST_SIZE] = {0};
	struct snp_id_auth parsed;
	uint32_t status;

	memcpy(&parsed, auth, sizeof(parsed));
	status = check(guest, block, &parsed, author_key_en);
	if (status != SP_STATUS_SUCCESS)
		return status;
	if (!key_digest(&parsed.id_key, id) || (author_key_en && !key_digest(&parsed.author_key, author))) {
		sp_error_openssl("SHA-384");
		return SP_STATUS_HW_PLATFORM;
	}
	guest->id_block_en = true;
	guest->author_key_en = author_key_en;
	guest->guest_svn = block->guest_svn;
	memcpy(guest->family_id, block->family_id, sizeof(guest->family_id));
	memcpy(guest->image_id, block->image_id, sizeof(guest->image_id));
	memcpy(guest->id_key_digest, id, sizeof(guest->id_key_digest));
	memcpy(guest->author_key_digest, author, sizeof(guest->author_key_digest));
	return SP_STATUS_SUCCESS;
}
