/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "launch_digest.h"

#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "PAGE_INFO is built in memory as it is hashed");

static bool sha384(struct launch_digest *digest, const void *bytes, size_t size, uint8_t *out)
{
	return EVP_DigestInit_ex2(digest->context, digest->sha384, NULL) == 1 &&
	       EVP_DigestUpdate(digest->context, bytes, size) == 1 &&
	       EVP_DigestFinal_ex(digest->context, out, NULL) == 1;
}

bool launch_digest_init(struct launch_digest *digest)
{
	memset(digest, 0, sizeof(*digest));
	digest->sha384 = EVP_MD_fetch(NULL, "SHA384", NULL);
	digest->context = EVP_MD_CTX_new();
	if (digest->sha384 && digest->context && EVP_MD_get_size(digest->sha384) == SNP_DIGEST_SIZE)
		return true;
	launch_digest_cleanup(digest);
	return false;
}

void launch_digest_cleanup(struct launch_digest *digest)
{
	EVP_MD_CTX_free(digest->context);
	EVP_MD_free(digest->sha384);
	digest->context = NULL;
	digest->sha384 = NULL;
}

bool launch_digest_page(struct launch_digest *digest, const uint8_t *page, uint8_t out[SNP_DIGEST_SIZE])
{
	return sha384(digest, page, SNP_PAGE_SIZE, out);
}

bool launch_digest_extend_contents(struct launch_digest *digest, enum snp_page_type type, uint64_t gpa,
				   const uint8_t contents[SNP_DIGEST_SIZE])
{
	struct snp_page_info info = {.length = sizeof(info), .page_type = (uint8_t)type, .gpa = gpa};

	memcpy(info.digest_cur, digest->value, sizeof(info.digest_cur));
	memcpy(info.contents, contents, sizeof(info.contents));
	return sha384(digest, &info, sizeof(info), digest->value);
}

bool launch_digest_extend(struct launch_digest *digest, enum snp_page_type type, uint64_t gpa, const uint8_t *page)
{
	uint8_t contents[SNP_DIGEST_SIZE] = {0};

	if (type == SNP_PAGE_NORMAL || type == SNP_PAGE_VMSA) {
		if (!page || !launch_digest_page(digest, page, contents))
			return false;
	}
	return launch_digest_extend_contents(digest, type, gpa, contents);
}
