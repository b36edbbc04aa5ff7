/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * SNP launch digest: the SHA-384 chain that the AMD-SP extends by one PAGE_INFO for each page given to
 * SNP_LAUNCH_UPDATE. Source: AMD 56860, SNP_LAUNCH_UPDATE, PAGE_INFO. Hosted code on OpenSSL; not thread-safe per
 * object.
 */
#ifndef LIB_LAUNCH_DIGEST_H
#define LIB_LAUNCH_DIGEST_H

#include "abi/snp.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

struct launch_digest {
	uint8_t value[SNP_DIGEST_SIZE]; /* the digest so far */
	EVP_MD *sha384;			/* owned */
	EVP_MD_CTX *context;		/* owned */
};

/* Starts the chain at 48 zero bytes. False: OpenSSL refused or no memory; launch_digest_cleanup is then not needed. */
bool launch_digest_init(struct launch_digest *digest) __attribute__((warn_unused_result));
void launch_digest_cleanup(struct launch_digest *digest);

/*
 * One step. `page` is the 4096 bytes at guest-physical address `gpa`; it is read for the types whose contents are
 * measured (NORMAL, VMSA) and may be NULL for the others. False: OpenSSL failed, or a measured page without contents.
 */
bool launch_digest_extend(struct launch_digest *digest, enum snp_page_type type, uint64_t gpa, const uint8_t *page)
	__attribute__((warn_unused_result));

/* The same with the 48 bytes CONTENTS: SHA-384 of the page for NORMAL and VMSA, zeros for the other types. */
bool launch_digest_extend_contents(struct launch_digest *digest, enum snp_page_type type, uint64_t gpa,
				   const uint8_t contents[SNP_DIGEST_SIZE]) __attribute__((warn_unused_result));

/* SHA-384 of one page, with the object's context; the chain stays as it is. */
bool launch_digest_page(struct launch_digest *digest, const uint8_t *page, uint8_t out[SNP_DIGEST_SIZE])
	__attribute__((warn_unused_result));

#endif
