/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The guest's TPM, by way of tpm2-tss ESYS. */
#ifndef SVSM_ATTEST_TPM_CLIENT_H
#define SVSM_ATTEST_TPM_CLIENT_H

#include "evidence.h"

#include <tss2/tss2_esys.h>

#define TPM_CLIENT_TCTI "device:/dev/tpmrm0"

struct tpm_client {
	TSS2_TCTI_CONTEXT *tcti;
	ESYS_CONTEXT *esys;
	ESYS_TR ek, ak;
	bool ek_made, ak_made; /* transient: to be flushed */
};

/* `tcti`: as tpm2-tools take it ("swtpm:path=..."); NULL: TPM_CLIENT_TCTI. Close `out` in any case. */
bool tpm_client_open(struct tpm_client *out, const char *tcti, struct error *error) MUST_CHECK;
void tpm_client_close(struct tpm_client *client);

/* Makes the EK of this template; the same one each time, until the TPM's endorsement seed changes. */
bool tpm_client_make_ek(struct tpm_client *client, enum tpm_ek_profile profile, struct blob *public,
			struct error *error) MUST_CHECK;
/* Makes the AK, likewise (ECDSA on P-256, in the endorsement hierarchy) */
bool tpm_client_make_ak(struct tpm_client *client, struct blob *public, struct error *error) MUST_CHECK;
/* Or takes one from a persistent handle */
bool tpm_client_load_ak(struct tpm_client *client, TPM2_HANDLE handle, struct blob *public,
			struct error *error) MUST_CHECK;

/* TPM2_ActivateCredential with EK and AK; both arguments are marshalled, with their size in front. */
bool tpm_client_activate(struct tpm_client *client, const struct blob *credential, const struct blob *secret,
			 struct blob *recovered, struct error *error) MUST_CHECK;
/* TPM2_Certify over the AK by the key at a persistent handle */
bool tpm_client_certify(struct tpm_client *client, TPM2_HANDLE handle, const uint8_t nonce[EVIDENCE_NONCE_SIZE],
			struct blob *attest, struct blob *signature, struct error *error) MUST_CHECK;
/* TPM2_Quote by the AK, with the values that were quoted */
bool tpm_client_quote(struct tpm_client *client, const uint8_t nonce[EVIDENCE_NONCE_SIZE], TPMI_ALG_HASH bank,
		      uint32_t pcrs, struct evidence *out, struct error *error) MUST_CHECK;

#endif
