/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* TPM 2.0 commands about keys, as in tpm.h. */
#ifndef CONFORMANCE_TPM_KEY_H
#define CONFORMANCE_TPM_KEY_H

#include "tpm.h"

#include <stdbool.h>

struct tpm_key {
	uint32_t handle;
	struct tpm_blob public; /* TPMT_PUBLIC */
	struct tpm_blob name;
};

/* Primary key of the endorsement hierarchy; @template is a TPMT_PUBLIC. */
uint32_t tpm_create_primary(const struct tpm_blob *template, struct tpm_key *key);
/* Loads a public area alone. */
uint32_t tpm_load_public(const struct tpm_blob *public, uint32_t *handle);
uint32_t tpm_flush(uint32_t handle);

/*
 * Encrypts @secret for the TPM that has the private part of @ek and an object with this name. Needs the public part of
 * the key only. The two results carry their sizes in front.
 */
uint32_t tpm_make_credential(uint32_t ek, const struct tpm_blob *name, const uint8_t *secret, size_t secret_size,
			     struct tpm_blob *credential, struct tpm_blob *encrypted);

/*
 * Opens a credential with an endorsement key: @with_policy by PolicyA with SHA-256, as the low range of the EK
 * Credential Profile asks for, else by its empty password. @credential and @secret carry their sizes in front.
 */
uint32_t tpm_activate(uint32_t ak, uint32_t ek, bool with_policy, const struct tpm_blob *credential,
		      const struct tpm_blob *secret, struct tpm_blob *recovered);

/* SHA-256, and a TPMT_SIGNATURE over such a digest */
uint32_t tpm_hash(const struct tpm_blob *data, struct tpm_blob *digest);
uint32_t tpm_verify(uint32_t key, const struct tpm_blob *digest, const struct tpm_blob *signature);

#endif
