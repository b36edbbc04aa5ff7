/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tpm_client.h"

#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

#define QUOTE_ATTEMPTS 5
#define EK_ATTRIBUTES                                                                                                  \
	(TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |                            \
	 TPMA_OBJECT_ADMINWITHPOLICY | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT)
#define AK_ATTRIBUTES                                                                                                  \
	(TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH | \
	 TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_SIGN_ENCRYPT)

/* PolicyA with SHA-256: TPM2_PolicySecret of the endorsement hierarchy */
static const uint8_t policy_a[32] = {0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc,
				     0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52,
				     0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa};

static bool failed(struct error *error, const char *what, TSS2_RC code)
{
	return error_io(error, "%s: %s (%08xh)", what, Tss2_RC_Decode(code), code);
}

bool tpm_client_open(struct tpm_client *out, const char *tcti, struct error *error)
{
	TSS2_RC code;

	*out = (struct tpm_client){.ek = ESYS_TR_NONE, .ak = ESYS_TR_NONE};
	/* One message is enough, and this program prints it; who wants the library's sets TSS2_LOG. */
	setenv("TSS2_LOG", "all+none", 0);
	code = Tss2_TctiLdr_Initialize(tcti ? tcti : TPM_CLIENT_TCTI, &out->tcti);
	if (code == TSS2_RC_SUCCESS)
		code = Esys_Initialize(&out->esys, out->tcti, NULL);
	return code == TSS2_RC_SUCCESS || failed(error, tcti ? tcti : TPM_CLIENT_TCTI, code);
}

void tpm_client_close(struct tpm_client *client)
{
	if (client->esys && client->ek_made)
		Esys_FlushContext(client->esys, client->ek);
	if (client->esys && client->ak_made)
		Esys_FlushContext(client->esys, client->ak);
	if (client->esys)
		Esys_Finalize(&client->esys);
	if (client->tcti)
		Tss2_TctiLdr_Finalize(&client->tcti);
}

static bool keep_public(const TPM2B_PUBLIC *public, struct blob *out, struct error *error)
{
	uint8_t bytes[sizeof(TPMT_PUBLIC)];
	size_t used = 0;

	if (Tss2_MU_TPMT_PUBLIC_Marshal(&public->publicArea, bytes, sizeof(bytes), &used) != TSS2_RC_SUCCESS ||
	    !blob_copy(out, bytes, used))
		return error_resources(error, "keep a public key");
	return true;
}

static bool make_primary(struct tpm_client *client, const TPM2B_PUBLIC *template, const char *what, ESYS_TR *handle,
			 struct blob *out, struct error *error)
{
	static const TPM2B_SENSITIVE_CREATE sensitive = {.size = 0};
	static const TPM2B_DATA outside = {.size = 0};
	static const TPML_PCR_SELECTION creation = {.count = 0};
	TPM2B_PUBLIC *public = NULL;
	TPM2B_CREATION_DATA *data = NULL;
	TPM2B_DIGEST *hash = NULL;
	TPMT_TK_CREATION *ticket = NULL;
	TSS2_RC code =
		Esys_CreatePrimary(client->esys, ESYS_TR_RH_ENDORSEMENT, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
				   &sensitive, template, &outside, &creation, handle, &public, &data, &hash, &ticket);
	bool ok = code == TSS2_RC_SUCCESS ? keep_public(public, out, error) : failed(error, what, code);

	Esys_Free(public);
	Esys_Free(data);
	Esys_Free(hash);
	Esys_Free(ticket);
	return ok;
}

/* TCG EK Credential Profile 2.5, B.3.3 and B.3.4: the unique fields are zero, of the key's size. */
bool tpm_client_make_ek(struct tpm_client *client, enum tpm_ek_profile profile, struct blob *public,
			struct error *error)
{
	TPM2B_PUBLIC template = {.publicArea = {.nameAlg = TPM2_ALG_SHA256, .objectAttributes = EK_ATTRIBUTES}};
	const TPMT_SYM_DEF_OBJECT aes = {.algorithm = TPM2_ALG_AES, .keyBits.aes = 128, .mode.aes = TPM2_ALG_CFB};
	TPMT_PUBLIC *area = &template.publicArea;

	area->authPolicy.size = sizeof(policy_a);
	memcpy(area->authPolicy.buffer, policy_a, sizeof(policy_a));
	if (profile == TPM_EK_L1) {
		area->type = TPM2_ALG_RSA;
		area->parameters.rsaDetail = (TPMS_RSA_PARMS){
			.symmetric = aes, .scheme.scheme = TPM2_ALG_NULL, .keyBits = 2048, .exponent = 0};
		area->unique.rsa.size = 256;
	} else {
		area->type = TPM2_ALG_ECC;
		area->parameters.eccDetail = (TPMS_ECC_PARMS){.symmetric = aes,
							      .scheme.scheme = TPM2_ALG_NULL,
							      .curveID = TPM2_ECC_NIST_P256,
							      .kdf.scheme = TPM2_ALG_NULL};
		area->unique.ecc.x.size = area->unique.ecc.y.size = 32;
	}
	client->ek_made = make_primary(client, &template, "cannot make the EK", &client->ek, public, error);
	return client->ek_made;
}

bool tpm_client_make_ak(struct tpm_client *client, struct blob *public, struct error *error)
{
	TPM2B_PUBLIC template = {
		.publicArea = {.type = TPM2_ALG_ECC, .nameAlg = TPM2_ALG_SHA256, .objectAttributes = AK_ATTRIBUTES}};
	TPMS_ECC_PARMS *ecc = &template.publicArea.parameters.eccDetail;

	ecc->symmetric.algorithm = TPM2_ALG_NULL;
	ecc->scheme.scheme = TPM2_ALG_ECDSA;
	ecc->scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
	ecc->curveID = TPM2_ECC_NIST_P256;
	ecc->kdf.scheme = TPM2_ALG_NULL;
	client->ak_made = make_primary(client, &template, "cannot make an AK", &client->ak, public, error);
	return client->ak_made;
}

static bool load(struct tpm_client *client, TPM2_HANDLE handle, ESYS_TR *out, struct error *error)
{
	TSS2_RC code = Esys_TR_FromTPMPublic(client->esys, handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, out);

	if (code == TSS2_RC_SUCCESS)
		return true;
	return error_io(error, "TPM handle %08xh: %s (%08xh)", handle, Tss2_RC_Decode(code), code);
}

bool tpm_client_load_ak(struct tpm_client *client, TPM2_HANDLE handle, struct blob *public, struct error *error)
{
	TPM2B_PUBLIC *area = NULL;
	TPM2B_NAME *name = NULL, *qualified = NULL;
	TSS2_RC code;
	bool ok;

	if (!load(client, handle, &client->ak, error))
		return false;
	code = Esys_ReadPublic(client->esys, client->ak, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &area, &name,
			       &qualified);
	ok = code == TSS2_RC_SUCCESS ? keep_public(area, public, error) : failed(error, "cannot read the AK", code);
	Esys_Free(area);
	Esys_Free(name);
	Esys_Free(qualified);
	return ok;
}

/* A policy session that satisfies PolicyA */
static bool open_session(struct tpm_client *client, ESYS_TR *session, struct error *error)
{
	static const TPMT_SYM_DEF none = {.algorithm = TPM2_ALG_NULL};
	TSS2_RC code = Esys_StartAuthSession(client->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
					     ESYS_TR_NONE, NULL, TPM2_SE_POLICY, &none, TPM2_ALG_SHA256, session);

	if (code != TSS2_RC_SUCCESS)
		return failed(error, "cannot open a policy session", code);
	code = Esys_PolicySecret(client->esys, ESYS_TR_RH_ENDORSEMENT, *session, ESYS_TR_PASSWORD, ESYS_TR_NONE,
				 ESYS_TR_NONE, NULL, NULL, NULL, 0, NULL, NULL);
	if (code == TSS2_RC_SUCCESS)
		return true;
	Esys_FlushContext(client->esys, *session);
	return failed(error, "cannot satisfy the EK's policy", code);
}

bool tpm_client_activate(struct tpm_client *client, const struct blob *credential, const struct blob *secret,
			 struct blob *recovered, struct error *error)
{
	TPM2B_ENCRYPTED_SECRET encrypted = {.size = 0};
	TPM2B_ID_OBJECT id = {.size = 0};
	TPM2B_DIGEST *value = NULL;
	size_t used = 0, secret_used = 0;
	ESYS_TR session = ESYS_TR_NONE;
	TSS2_RC code;
	bool ok;

	if (Tss2_MU_TPM2B_ID_OBJECT_Unmarshal(credential->data, credential->size, &used, &id) != TSS2_RC_SUCCESS ||
	    used != credential->size ||
	    Tss2_MU_TPM2B_ENCRYPTED_SECRET_Unmarshal(secret->data, secret->size, &secret_used, &encrypted) !=
		    TSS2_RC_SUCCESS ||
	    secret_used != secret->size)
		return error_refuse(error, "the credential is not a TPM2B_ID_OBJECT and a TPM2B_ENCRYPTED_SECRET");
	if (!open_session(client, &session, error))
		return false;
	code = Esys_ActivateCredential(client->esys, client->ak, client->ek, ESYS_TR_PASSWORD, session, ESYS_TR_NONE,
				       &id, &encrypted, &value);
	Esys_FlushContext(client->esys, session);
	ok = code == TSS2_RC_SUCCESS
		     ? blob_copy(recovered, value->buffer, value->size) || error_resources(error, "keep a secret")
		     : failed(error, "the TPM does not open the credential: it was made for another EK or AK", code);
	Esys_Free(value);
	return ok;
}

static bool keep_attest(const TPM2B_ATTEST *from, const TPMT_SIGNATURE *by, struct blob *attest, struct blob *signature,
			struct error *error)
{
	uint8_t bytes[sizeof(TPMT_SIGNATURE)];
	size_t used = 0;

	blob_free(attest);
	blob_free(signature);
	if (Tss2_MU_TPMT_SIGNATURE_Marshal(by, bytes, sizeof(bytes), &used) != TSS2_RC_SUCCESS ||
	    !blob_copy(signature, bytes, used) || !blob_copy(attest, from->attestationData, from->size))
		return error_resources(error, "keep what the TPM has signed");
	return true;
}

static TPM2B_DATA qualifying(const uint8_t nonce[EVIDENCE_NONCE_SIZE])
{
	TPM2B_DATA data = {.size = EVIDENCE_NONCE_SIZE};

	memcpy(data.buffer, nonce, EVIDENCE_NONCE_SIZE);
	return data;
}

bool tpm_client_certify(struct tpm_client *client, TPM2_HANDLE handle, const uint8_t nonce[EVIDENCE_NONCE_SIZE],
			struct blob *attest, struct blob *signature, struct error *error)
{
	const TPMT_SIG_SCHEME scheme = {.scheme = TPM2_ALG_NULL};
	const TPM2B_DATA data = qualifying(nonce);
	TPMT_SIGNATURE *by = NULL;
	TPM2B_ATTEST *from = NULL;
	ESYS_TR signer;
	TSS2_RC code;
	bool ok;

	if (!load(client, handle, &signer, error))
		return false;
	code = Esys_Certify(client->esys, client->ak, signer, ESYS_TR_PASSWORD, ESYS_TR_PASSWORD, ESYS_TR_NONE, &data,
			    &scheme, &from, &by);
	ok = code == TSS2_RC_SUCCESS ? keep_attest(from, by, attest, signature, error)
				     : failed(error, "cannot certify the AK", code);
	Esys_Free(from);
	Esys_Free(by);
	return ok;
}

static TPML_PCR_SELECTION select_pcrs(TPMI_ALG_HASH bank, uint32_t pcrs)
{
	return (TPML_PCR_SELECTION){
		.count = 1,
		.pcrSelections[0] = {.hash = bank,
				     .sizeofSelect = 3,
				     .pcrSelect = {(BYTE)pcrs, (BYTE)(pcrs >> 8), (BYTE)(pcrs >> 16)}},
	};
}

/* A TPM gives eight values at a time at most. */
static bool read_pcrs(struct tpm_client *client, TPMI_ALG_HASH bank, uint32_t pcrs, struct evidence *out,
		      uint32_t *counter, struct error *error)
{
	out->pcr_count = 0;
	for (uint32_t i = 0; i < EVIDENCE_PCR_COUNT; i++) {
		const TPML_PCR_SELECTION one = select_pcrs(bank, 1u << i);
		struct evidence_pcr *pcr = &out->pcr[out->pcr_count];
		TPML_PCR_SELECTION *read = NULL;
		TPML_DIGEST *values = NULL;
		TSS2_RC code;
		bool ok;

		if (!(pcrs >> i & 1))
			continue;
		code = Esys_PCR_Read(client->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &one, counter, &read,
				     &values);
		ok = code == TSS2_RC_SUCCESS && values->count == 1 &&
		     values->digests[0].size == evidence_bank_size(bank);
		if (ok) {
			*pcr = (struct evidence_pcr){.bank = bank, .index = i, .size = values->digests[0].size};
			memcpy(pcr->digest, values->digests[0].buffer, pcr->size);
			out->pcr_count++;
		}
		Esys_Free(read);
		Esys_Free(values);
		if (!ok)
			return code != TSS2_RC_SUCCESS ? failed(error, "cannot read PCRs", code)
						       : error_io(error, "the TPM has no PCR %u in bank %s", i,
								  evidence_bank_name(bank));
	}
	return true;
}

static bool quote_once(struct tpm_client *client, const uint8_t nonce[EVIDENCE_NONCE_SIZE], TPMI_ALG_HASH bank,
		       uint32_t pcrs, struct evidence *out, struct error *error)
{
	const TPMT_SIG_SCHEME scheme = {.scheme = TPM2_ALG_NULL};
	const TPML_PCR_SELECTION selection = select_pcrs(bank, pcrs);
	const TPM2B_DATA data = qualifying(nonce);
	TPMT_SIGNATURE *by = NULL;
	TPM2B_ATTEST *from = NULL;
	TSS2_RC code = Esys_Quote(client->esys, client->ak, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &data,
				  &scheme, &selection, &from, &by);
	bool ok = code == TSS2_RC_SUCCESS ? keep_attest(from, by, &out->quote_attest, &out->quote_signature, error)
					  : failed(error, "cannot quote", code);

	Esys_Free(from);
	Esys_Free(by);
	return ok;
}

bool tpm_client_quote(struct tpm_client *client, const uint8_t nonce[EVIDENCE_NONCE_SIZE], TPMI_ALG_HASH bank,
		      uint32_t pcrs, struct evidence *out, struct error *error)
{
	uint32_t before = 0, after = 1;

	/* A guest that extends PCRs all the time never lets values and quote agree. */
	for (int i = 0; i < QUOTE_ATTEMPTS; i++) {
		if (!read_pcrs(client, bank, pcrs, out, &before, error) ||
		    !quote_once(client, nonce, bank, pcrs, out, error) ||
		    !read_pcrs(client, bank, pcrs, out, &after, error))
			return false;
		if (before == after)
			return true;
	}
	return error_io(error, "the PCRs keep changing while they are quoted");
}
