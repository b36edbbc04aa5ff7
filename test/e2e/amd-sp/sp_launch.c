/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp_launch.h"

#include "sp_error.h"
#include "sp_id_block.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define POLICY_ABI_MINOR_MASK 0xffu
#define POLICY_ABI_MAJOR_SHIFT 8
#define POLICY_CXL_ALLOW (1ull << 21)
#define POLICY_MEM_AES_256_XTS (1ull << 22)
#define POLICY_RAPL_DIS (1ull << 23)
#define POLICY_CIPHERTEXT_HIDING_DRAM (1ull << 24)
#define POLICY_PAGE_SWAP_DISABLE (1ull << 25)
#define POLICY_RESERVED_MBZ (~0ull << 26)
/* What this machine does not have, so that a guest that insists cannot run */
#define POLICY_CANNOT                                                                                                  \
	(POLICY_MEM_AES_256_XTS | POLICY_RAPL_DIS | POLICY_CIPHERTEXT_HIDING_DRAM | POLICY_PAGE_SWAP_DISABLE)

#define SECRETS_VERSION 3u
#define CPUID_RANGE_MASK 0x7fff0000u /* functions 0000xxxx and 8000xxxx only */

static uint32_t check_policy(uint64_t policy)
{
	unsigned int minor = policy & POLICY_ABI_MINOR_MASK, major = policy >> POLICY_ABI_MAJOR_SHIFT & 0xff;

	if ((policy & SNP_POLICY_RESERVED_MBO) == 0 || (policy & POLICY_RESERVED_MBZ) != 0)
		return SP_STATUS_INVALID_PARAM;
	if (major > SP_API_MAJOR || (major == SP_API_MAJOR && minor > SP_API_MINOR))
		return SP_STATUS_POLICY_FAILURE;
	/* The machine has SMT on (PLATFORM_INFO), so a guest that forbids it cannot run. */
	if ((policy & SNP_POLICY_SMT) == 0 || (policy & POLICY_CANNOT) != 0)
		return SP_STATUS_POLICY_FAILURE;
	return SP_STATUS_SUCCESS;
}

uint32_t sp_launch_start(struct sp_guest *guest, uint64_t policy)
{
	uint32_t status = check_policy(policy);

	if (status != SP_STATUS_SUCCESS)
		return status;
	OPENSSL_cleanse(guest, sizeof(*guest));
	guest->policy = policy;
	if (RAND_bytes(guest->report_id, sizeof(guest->report_id)) != 1 ||
	    RAND_priv_bytes(guest->vmrk, sizeof(guest->vmrk)) != 1 ||
	    RAND_priv_bytes(guest->vmpck[0], sizeof(guest->vmpck)) != 1) {
		sp_error_openssl("making the guest's keys");
		return SP_STATUS_HW_PLATFORM;
	}
	guest->stage = SP_GUEST_LAUNCHING;
	return SP_STATUS_SUCCESS;
}

static bool sha384(const void *data, size_t size, uint8_t digest[SNP_DIGEST_SIZE])
{
	return EVP_Q_digest(NULL, "SHA384", NULL, data, size, digest, NULL) == 1;
}

/* digest = SHA-384(PAGE_INFO), where PAGE_INFO starts with the digest before */
static bool extend(struct sp_guest *guest, uint8_t type, uint64_t gpa, const uint8_t contents[SNP_DIGEST_SIZE])
{
	struct snp_page_info info = {.length = sizeof(info), .page_type = type, .gpa = gpa};

	memcpy(info.digest_cur, guest->digest, sizeof(info.digest_cur));
	memcpy(info.contents, contents, sizeof(info.contents));
	return sha384(&info, sizeof(info), guest->digest);
}

static void fill_secrets(const struct sp_guest *guest, uint8_t page[SNP_PAGE_SIZE])
{
	struct snp_secrets secrets = {.version = SECRETS_VERSION, .fms = SP_FMS};

	memcpy(secrets.vmpck, guest->vmpck, sizeof(secrets.vmpck));
	memcpy(page, &secrets, SNP_PAGE_SIZE);
	OPENSSL_cleanse(&secrets, sizeof(secrets));
}

/* The firmware's own rules about the table. It also compares the values with the hardware's, which is not known here.
 */
static bool good_cpuid(const uint8_t page[SNP_PAGE_SIZE])
{
	struct snp_cpuid_page table;

	memcpy(&table, page, sizeof(table));
	if (table.count > SNP_CPUID_COUNT_MAX || table.reserved_04 != 0 || table.reserved_08 != 0)
		return false;
	for (uint32_t i = 0; i < table.count; i++) {
		if ((table.entry[i].eax_in & CPUID_RANGE_MASK) != 0 || table.entry[i].reserved != 0)
			return false;
	}
	return true;
}

uint32_t sp_launch_update(struct sp_guest *guest, uint64_t gpa, uint32_t type, uint8_t page[SNP_PAGE_SIZE],
			  bool *write_back)
{
	uint8_t contents[SNP_DIGEST_SIZE] = {0};
	bool measured = true;

	*write_back = false;
	if (guest->stage != SP_GUEST_LAUNCHING)
		return SP_STATUS_INVALID_GUEST_STATE;
	if ((gpa & (SNP_PAGE_SIZE - 1)) != 0)
		return SP_STATUS_INVALID_PARAM;
	switch (type) {
	case SNP_PAGE_NORMAL:
	case SNP_PAGE_VMSA:
		measured = sha384(page, SNP_PAGE_SIZE, contents);
		break;
	case SNP_PAGE_ZERO:
		memset(page, 0, SNP_PAGE_SIZE);
		*write_back = true;
		break;
	case SNP_PAGE_UNMEASURED:
		break;
	case SNP_PAGE_SECRETS:
		fill_secrets(guest, page);
		*write_back = true;
		break;
	case SNP_PAGE_CPUID:
		if (!good_cpuid(page))
			return SP_STATUS_INVALID_PARAM;
		break;
	default:
		return SP_STATUS_INVALID_PARAM;
	}
	if (!measured || !extend(guest, (uint8_t)type, gpa, contents)) {
		sp_error_openssl("SHA-384");
		*write_back = false;
		return SP_STATUS_HW_PLATFORM;
	}
	guest->pages++;
	return SP_STATUS_SUCCESS;
}

uint32_t sp_launch_finish(struct sp_guest *guest, const struct sp_launch_finish *finish,
			  const struct snp_id_block *id_block, const uint8_t id_auth[SNP_PAGE_SIZE])
{
	uint32_t status = SP_STATUS_SUCCESS;

	if (guest->stage != SP_GUEST_LAUNCHING)
		return SP_STATUS_INVALID_GUEST_STATE;
	if (finish->id_block_enabled > 1 || finish->author_key_enabled > finish->id_block_enabled)
		return SP_STATUS_INVALID_PARAM;
	if (finish->id_block_enabled == 1)
		status = sp_id_block_accept(guest, id_block, id_auth, finish->author_key_enabled == 1);
	if (status != SP_STATUS_SUCCESS)
		return status;
	memcpy(guest->host_data, finish->host_data, sizeof(guest->host_data));
	guest->stage = SP_GUEST_RUNNING;
	return SP_STATUS_SUCCESS;
}
