/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Key templates: those of the TCG EK Credential Profile 2.6 that the SVSM's TPM can make, and restricted signing keys.
 * The order is that of the image's key-template manifest, manifests/keys/conformance.json.
 */
#ifndef CONFORMANCE_KEYS_H
#define CONFORMANCE_KEYS_H

#include "tpm.h"

#include <stdbool.h>

struct key_spec {
	const char *name;
	uint16_t type, name_algorithm;
	uint32_t attributes;
	const uint8_t *policy;
	uint16_t policy_size;
	uint16_t symmetric_bits; /* AES CFB; 0: none */
	uint16_t scheme;	 /* with SHA-256; 0: none */
	uint16_t bits;		 /* of an RSA key */
	uint16_t curve;		 /* of an ECC key */
	uint16_t unique_size;	 /* zero bytes in unique, or in each coordinate */
};

#define KEY_DEFAULT_EK 0u
#define KEY_SIGNING_ECC 7u
#define KEY_COUNT 9u
extern const struct key_spec key_specs[KEY_COUNT];

/* The marshalled TPMT_PUBLIC; @unique is what its unique bytes are filled with. */
void key_template(const struct key_spec *spec, uint8_t unique, struct tpm_blob *out);
/* It decrypts and can activate credentials; otherwise it signs. */
bool key_decrypts(const struct key_spec *spec);
/* Its use is authorised by a policy session, not by a password. */
bool key_needs_policy(const struct key_spec *spec);

#endif
