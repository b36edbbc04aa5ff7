/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "keys.h"

#include "freestanding_string.h"
#include "tpm_wire.h"

#define ALG_RSA 0x0001u
#define ALG_AES 0x0006u
#define ALG_SHA256 0x000bu
#define ALG_SHA384 0x000cu
#define ALG_SHA512 0x000du
#define ALG_NULL 0x0010u
#define ALG_RSAPSS 0x0016u
#define ALG_ECDSA 0x0018u
#define ALG_ECC 0x0023u
#define ALG_CFB 0x0043u
#define CURVE_P256 3u
#define CURVE_P384 4u
#define CURVE_P521 5u
#define UNIQUE_MAX 256u

#define ATTRIBUTE_USER_WITH_AUTH 0x40u
#define ATTRIBUTE_DECRYPT 0x20000u
/* fixedTPM, fixedParent, sensitiveDataOrigin, adminWithPolicy, restricted, decrypt; the high range has userWithAuth too
 */
#define LOW 0x000300b2u
#define HIGH 0x000300f2u
/* fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, restricted, sign */
#define SIGNING 0x00050072u

/* PolicyA: PolicySecret of the endorsement hierarchy. PolicyB: that, or what an NV index authorises. */
static const uint8_t policy_a[] = {0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc,
				   0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52,
				   0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa};
static const uint8_t policy_b_sha256[] = {0xca, 0x3d, 0x0a, 0x99, 0xa2, 0xb9, 0x39, 0x06, 0xf7, 0xa3, 0x34,
					  0x24, 0x14, 0xef, 0xcf, 0xb3, 0xa3, 0x85, 0xd4, 0x4c, 0xd1, 0xfd,
					  0x45, 0x90, 0x89, 0xd1, 0x9b, 0x50, 0x71, 0xc0, 0xb7, 0xa0};
static const uint8_t policy_b_sha384[] = {0xb2, 0x6e, 0x7d, 0x28, 0xd1, 0x1a, 0x50, 0xbc, 0x53, 0xd8, 0x82, 0xbc,
					  0xf5, 0xfd, 0x3a, 0x1a, 0x07, 0x41, 0x48, 0xbb, 0x35, 0xd3, 0xb4, 0xe4,
					  0xcb, 0x1c, 0x0a, 0xd9, 0xbd, 0xe4, 0x19, 0xca, 0xcb, 0x47, 0xba, 0x09,
					  0x69, 0x96, 0x46, 0x15, 0x0f, 0x9f, 0xc0, 0x00, 0xf3, 0xf8, 0x0e, 0x12};
static const uint8_t policy_b_sha512[] = {0xb8, 0x22, 0x1c, 0xa6, 0x9e, 0x85, 0x50, 0xa4, 0x91, 0x4d, 0xe3, 0xfa, 0xa6,
					  0xa1, 0x8c, 0x07, 0x2c, 0xc0, 0x12, 0x08, 0x07, 0x3a, 0x92, 0x8d, 0x5d, 0x66,
					  0xd5, 0x9e, 0xf7, 0x9e, 0x49, 0xa4, 0x29, 0xc4, 0x1a, 0x6b, 0x26, 0x95, 0x71,
					  0xd5, 0x7e, 0xdb, 0x25, 0xfb, 0xdb, 0x18, 0x38, 0x42, 0x56, 0x08, 0xb4, 0x13,
					  0xcd, 0x61, 0x6a, 0x5f, 0x6d, 0xb5, 0xb6, 0x07, 0x1a, 0xf9, 0x9b, 0xea};

#define POLICY(name) .policy = (name), .policy_size = sizeof(name)
const struct key_spec key_specs[KEY_COUNT] = {
	{"L-1", ALG_RSA, ALG_SHA256, LOW, POLICY(policy_a), .symmetric_bits = 128, .bits = 2048, .unique_size = 256},
	{"L-2", ALG_ECC, ALG_SHA256, LOW, POLICY(policy_a), .symmetric_bits = 128, .curve = CURVE_P256,
	 .unique_size = 32},
	{"H-1", ALG_RSA, ALG_SHA256, HIGH, POLICY(policy_b_sha256), .symmetric_bits = 128, .bits = 2048},
	{"H-2", ALG_ECC, ALG_SHA256, HIGH, POLICY(policy_b_sha256), .symmetric_bits = 128, .curve = CURVE_P256},
	{"H-3", ALG_ECC, ALG_SHA384, HIGH, POLICY(policy_b_sha384), .symmetric_bits = 256, .curve = CURVE_P384},
	{"H-4", ALG_ECC, ALG_SHA512, HIGH, POLICY(policy_b_sha512), .symmetric_bits = 256, .curve = CURVE_P521},
	{"H-6", ALG_RSA, ALG_SHA384, HIGH, POLICY(policy_b_sha384), .symmetric_bits = 256, .bits = 3072},
	{"signing P-256", ALG_ECC, ALG_SHA256, SIGNING, .scheme = ALG_ECDSA, .curve = CURVE_P256},
	{"signing RSA-2048", ALG_RSA, ALG_SHA256, SIGNING, .scheme = ALG_RSAPSS, .bits = 2048},
};

bool key_decrypts(const struct key_spec *spec)
{
	return (spec->attributes & ATTRIBUTE_DECRYPT) != 0;
}

bool key_needs_policy(const struct key_spec *spec)
{
	return (spec->attributes & ATTRIBUTE_USER_WITH_AUTH) == 0;
}

static void put_parameters(const struct key_spec *spec, struct tpm_writer *out)
{
	tpm_put(out, 2, spec->symmetric_bits != 0 ? ALG_AES : ALG_NULL);
	if (spec->symmetric_bits != 0) {
		tpm_put(out, 2, spec->symmetric_bits);
		tpm_put(out, 2, ALG_CFB);
	}
	tpm_put(out, 2, spec->scheme != 0 ? spec->scheme : ALG_NULL);
	if (spec->scheme != 0)
		tpm_put(out, 2, ALG_SHA256);
	if (spec->type == ALG_RSA) {
		tpm_put(out, 2, spec->bits);
		tpm_put(out, 4, 0); /* default exponent */
	} else {
		tpm_put(out, 2, spec->curve);
		tpm_put(out, 2, ALG_NULL); /* key derivation */
	}
}

void key_template(const struct key_spec *spec, uint8_t unique, struct tpm_blob *out)
{
	struct tpm_writer writer = {.out = out->data, .capacity = sizeof(out->data)};
	uint8_t filler[UNIQUE_MAX];

	memset(filler, unique, sizeof(filler));
	tpm_put(&writer, 2, spec->type);
	tpm_put(&writer, 2, spec->name_algorithm);
	tpm_put(&writer, 4, spec->attributes);
	tpm_put_2b(&writer, spec->policy, spec->policy_size);
	put_parameters(spec, &writer);
	tpm_put_2b(&writer, filler, spec->unique_size);
	if (spec->type == ALG_ECC)
		tpm_put_2b(&writer, filler, spec->unique_size);
	out->size = writer.failed ? 0 : writer.size;
}
