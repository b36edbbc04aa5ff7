/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Reference values of an image, as svsm-igvm-build writes them (docs/schemas/svsm-reference-values.schema.json) */
#ifndef SVSM_ATTEST_REFERENCE_H
#define SVSM_ATTEST_REFERENCE_H

#include "expectation.h"

#include "abi/snp.h"

#define REFERENCE_MEASUREMENTS_MAX 4096u

struct reference_measurement {
	char profile[32];
	uint32_t vcpus;
	uint8_t digest[SNP_DIGEST_SIZE];
};

/* What the ID block of a signed image makes the report say */
struct reference_signed {
	uint8_t id_key_digest[SNP_DIGEST_SIZE];
	bool has_author;
	uint8_t author_key_digest[SNP_DIGEST_SIZE];
	uint8_t family_id[16], image_id[16];
	uint32_t guest_svn;
};

struct reference {
	char image[65];
	struct reference_measurement *measurement;
	size_t count;
	uint64_t guest_policy;
	bool is_signed;
	struct reference_signed id;
	struct expectation *keys; /* the image's key templates; NULL: the file has none */
};

/* Free `out` in any case, and leave it in its place: its keys borrow the image's name. */
bool reference_read(const char *path, struct reference *out, struct error *error) MUST_CHECK;
void reference_free(struct reference *reference);

#endif
