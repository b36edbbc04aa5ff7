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

uint32_t tpm_startup(void);
uint32_t tpm_self_test(void);

/* Value of one TPM property */
uint32_t tpm_property(uint32_t property, uint32_t *value);
/* Number of handles from @first up, of the same type: transient objects, loaded sessions */
#define TPM_HANDLES_TRANSIENT 0x80000000u
#define TPM_HANDLES_LOADED_SESSIONS 0x02000000u
uint32_t tpm_count_handles(uint32_t first, uint32_t *count);
uint32_t tpm_random(uint8_t *out, size_t size);
uint32_t tpm_pcr_extend(uint32_t index, const uint8_t digest[TPM_SHA256_BYTES]);
uint32_t tpm_pcr_read(uint32_t index, uint8_t digest[TPM_SHA256_BYTES]);

/* Quotes SHA-256 PCRs 0 .. @pcr_count - 1. @attest is a TPMS_ATTEST, @signature a TPMT_SIGNATURE. */
uint32_t tpm_quote(uint32_t ak, uint32_t pcr_count, const uint8_t *nonce, size_t nonce_size, struct tpm_blob *attest,
		   struct tpm_blob *signature);

#endif
