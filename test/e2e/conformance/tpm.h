/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * TPM 2.0 commands the guest needs (TCG TPM 2.0 Library, part 3), sent to the SVSM's vTPM. Each gives the TPM's
 * response code, or TPM_FAILED when the call or the response was malformed.
 */
#ifndef CONFORMANCE_TPM_H
#define CONFORMANCE_TPM_H

#include <stddef.h>
#include <stdint.h>

#define TPM_FAILED 0xffffffffu
#define TPM_RC_SUCCESS 0u
#define TPM_RC_INITIALIZE 0x100u
#define TPM_RC_COMMAND_SIZE 0x142u

#define TPM_SHA256_BYTES 32u
#define TPM_BLOB_MAX 1024u

/* A sized result */
struct tpm_blob {
	size_t size;
	uint8_t data[TPM_BLOB_MAX];
};

/* The two key templates this guest uses */
enum tpm_template {
	TPM_TEMPLATE_EK, /* L-1 of the TCG EK Credential Profile: RSA-2048, storage */
	TPM_TEMPLATE_AK, /* restricted ECDSA P-256 signing key */
};

uint32_t tpm_startup(void);
uint32_t tpm_self_test(void);

/* Value of one TPM property */
uint32_t tpm_property(uint32_t property, uint32_t *value);
uint32_t tpm_random(uint8_t *out, size_t size);
uint32_t tpm_pcr_extend(uint32_t index, const uint8_t digest[TPM_SHA256_BYTES]);
uint32_t tpm_pcr_read(uint32_t index, uint8_t digest[TPM_SHA256_BYTES]);

/* Primary key under the endorsement hierarchy; @public is its TPMT_PUBLIC. */
uint32_t tpm_create_primary(enum tpm_template kind, uint32_t *handle, struct tpm_blob *public);
uint32_t tpm_flush(uint32_t handle);

/*
 * Opens a credential with the endorsement key, authorised as its policy asks for. @credential and @secret are
 * TPM2B_ID_OBJECT and TPM2B_ENCRYPTED_SECRET with their sizes.
 */
uint32_t tpm_activate(uint32_t ak, uint32_t ek, const struct tpm_blob *credential, const struct tpm_blob *secret,
		      struct tpm_blob *recovered);

/* Quotes SHA-256 PCRs 0 .. @pcr_count - 1. @attest is a TPMS_ATTEST, @signature a TPMT_SIGNATURE. */
uint32_t tpm_quote(uint32_t ak, uint32_t pcr_count, const uint8_t *nonce, size_t nonce_size, struct tpm_blob *attest,
		   struct tpm_blob *signature);

#endif
