/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stages svsm, keys and quote: other kinds, templates, keys and quotes than the manifest and the policy allow. */
#include "fixture.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#define SVSM 17
#define KEYS 18
#define QUOTE 19

static void set_ek(struct scene *scene, EVP_PKEY *key, fixture_change *change)
{
	blob_free(&scene->ek);
	blob_free(&scene->manifest);
	scene->ek_key = key;
	scene->ek = fixture_ek(key, change);
	assert_true(blob_copy(&scene->manifest, scene->ek.data, scene->ek.size));
}

static void set_ak(struct scene *scene, EVP_PKEY *key, fixture_change *change)
{
	blob_free(&scene->ak);
	scene->ak_key = scene->quote_signer = key;
	scene->ak = fixture_ak(key, change);
}

#define EK_CHANGE(name, statement)                                                                                     \
	static void name##_area(TPMT_PUBLIC *area)                                                                     \
	{                                                                                                              \
		statement;                                                                                             \
	}                                                                                                              \
	static void name(struct scene *scene)                                                                          \
	{                                                                                                              \
		set_ek(scene, fixture_keys()->ek_rsa, name##_area);                                                    \
	}
#define AK_CHANGE(name, statement)                                                                                     \
	static void name##_area(TPMT_PUBLIC *area)                                                                     \
	{                                                                                                              \
		statement;                                                                                             \
	}                                                                                                              \
	static void name(struct scene *scene)                                                                          \
	{                                                                                                              \
		set_ak(scene, fixture_keys()->ak_ecc, name##_area);                                                    \
	}
EK_CHANGE(ek_not_fixed, area->objectAttributes &= ~TPMA_OBJECT_FIXEDTPM)
EK_CHANGE(ek_not_fixed_parent, area->objectAttributes &= ~TPMA_OBJECT_FIXEDPARENT)
EK_CHANGE(ek_imported, area->objectAttributes &= ~TPMA_OBJECT_SENSITIVEDATAORIGIN)
EK_CHANGE(ek_user_auth, area->objectAttributes |= TPMA_OBJECT_USERWITHAUTH)
EK_CHANGE(ek_unrestricted, area->objectAttributes &= ~TPMA_OBJECT_RESTRICTED)
EK_CHANGE(ek_signs, area->objectAttributes |= TPMA_OBJECT_SIGN_ENCRYPT)
EK_CHANGE(ek_policy, area->authPolicy.buffer[31] ^= 1)
EK_CHANGE(ek_no_policy, area->authPolicy.size = 0)
EK_CHANGE(ek_aes_256, area->parameters.rsaDetail.symmetric.keyBits.aes = 256)
EK_CHANGE(ek_exponent, area->parameters.rsaDetail.exponent = 3)
EK_CHANGE(ek_sha384, area->nameAlg = TPM2_ALG_SHA384)
AK_CHANGE(ak_not_fixed, area->objectAttributes &= ~TPMA_OBJECT_FIXEDTPM)
AK_CHANGE(ak_not_fixed_parent, area->objectAttributes &= ~TPMA_OBJECT_FIXEDPARENT)
AK_CHANGE(ak_imported, area->objectAttributes &= ~TPMA_OBJECT_SENSITIVEDATAORIGIN)
AK_CHANGE(ak_unrestricted, area->objectAttributes &= ~TPMA_OBJECT_RESTRICTED)
AK_CHANGE(ak_no_sign, area->objectAttributes &= ~TPMA_OBJECT_SIGN_ENCRYPT)
AK_CHANGE(ak_decrypts, area->objectAttributes |= TPMA_OBJECT_DECRYPT)
AK_CHANGE(ak_sha1, area->parameters.eccDetail.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA1)

static void ecc_ek(struct scene *scene)
{
	set_ek(scene, fixture_keys()->ek_ecc, NULL);
	scene->policy.ek_profiles = 1u << TPM_EK_L2;
}

static void ecc_ek_not_taken(struct scene *scene)
{
	set_ek(scene, fixture_keys()->ek_ecc, NULL);
}

static void rsa_ak(struct scene *scene)
{
	set_ak(scene, fixture_keys()->ak_rsa, NULL);
}

static void kind_not_taken(struct scene *scene)
{
	scene->policy.manifest_form = MANIFEST_FORM_SERVICES;
}

static void version_not_taken(struct scene *scene)
{
	scene->policy.manifest_form = MANIFEST_FORM_LIST;
}

static void no_manifest(struct scene *scene)
{
	json_object_set_new(scene->bundle, "manifest", json_null());
}

/* Bound to no manifest: REPORT_DATA is the nonce. */
static void nonce_only(struct scene *scene)
{
	scene->keep_report_data = true;
	memcpy(scene->report.report_data, scene->state.nonce, 64);
}

static void no_tpm_and_no_manifest(struct scene *scene)
{
	scene_drop_tpm(scene);
	no_manifest(scene);
}

static void other_ek(struct scene *scene)
{
	struct blob ek = fixture_ek(fixture_keys()->ek_ecc, NULL);

	json_array_append_new(json_object_get(scene->bundle, "eks"), fixture_base64(ek.data, ek.size));
	blob_free(&ek);
}

static void other_ak(struct scene *scene)
{
	struct blob ak = fixture_ak(fixture_keys()->ak_rsa, NULL);

	json_object_set_new(scene->bundle, "ak", fixture_base64(ak.data, ak.size));
	blob_free(&ak);
}

static void no_ak(struct scene *scene)
{
	json_object_set_new(scene->bundle, "ak", json_null());
}

static void no_binding(struct scene *scene)
{
	json_object_set_new(scene->bundle, "ak_binding", json_null());
}

static void binding_is(struct scene *scene, json_t *binding)
{
	json_object_set_new(scene->bundle, "ak_binding", binding);
}

static void claims_manifest(struct scene *scene)
{
	binding_is(scene, json_pack("{s:s}", "method", "manifest"));
}

static void activation_not_taken(struct scene *scene)
{
	scene->policy.ak_bindings = 1u << AK_BINDING_MANIFEST;
}

static void recovered_wrong(struct scene *scene)
{
	uint8_t secret[STATE_SECRET_SIZE];

	memcpy(secret, scene->state.secret, sizeof(secret));
	secret[31] ^= 1;
	json_object_set_new(json_object_get(scene->bundle, "ak_binding"), "recovered",
			    fixture_base64(secret, sizeof(secret)));
}

static void recovered_short(struct scene *scene)
{
	json_object_set_new(json_object_get(scene->bundle, "ak_binding"), "recovered",
			    fixture_base64(scene->state.secret, STATE_SECRET_SIZE - 1));
}

static void never_challenged(struct scene *scene)
{
	scene->state.has_credential = false;
}

static void credential_for_other_ek(struct scene *scene)
{
	blob_free(&scene->state.ek);
	scene->state.ek = fixture_ek(fixture_keys()->ek_ecc, NULL);
}

/* Version 1 of the manifest: the EK, and a key that signs */
static void list_manifest(struct scene *scene, EVP_PKEY *signer)
{
	struct blob key = fixture_ak(signer, NULL);
	uint8_t bytes[4096];
	size_t used = 0;

	assert_int_equal(Tss2_MU_UINT32_Marshal(1, bytes, sizeof(bytes), &used), 0);
	assert_int_equal(Tss2_MU_UINT32_Marshal(2, bytes, sizeof(bytes), &used), 0);
	assert_int_equal(Tss2_MU_UINT16_Marshal((UINT16)scene->ek.size, bytes, sizeof(bytes), &used), 0);
	memcpy(bytes + used, scene->ek.data, scene->ek.size);
	used += scene->ek.size;
	assert_int_equal(Tss2_MU_UINT16_Marshal((UINT16)key.size, bytes, sizeof(bytes), &used), 0);
	memcpy(bytes + used, key.data, key.size);
	used += key.size;
	blob_free(&scene->manifest);
	assert_true(blob_copy(&scene->manifest, bytes, used));
	blob_free(&key);
	scene->policy.manifest_form = MANIFEST_FORM_LIST;
}

static void ak_listed(struct scene *scene)
{
	list_manifest(scene, scene->ak_key);
}

static void signer_listed(struct scene *scene)
{
	list_manifest(scene, fixture_keys()->ak_rsa);
}

static void signing_key_not_taken(struct scene *scene)
{
	signer_listed(scene);
	scene->policy.ak_bindings = 1u << AK_BINDING_ACTIVATION;
}

static void as_version_1(struct scene *scene)
{
	json_object_set_new(json_object_get(scene->bundle, "manifest"), "version", json_integer(1));
}

static void in_manifest(struct scene *scene)
{
	as_version_1(scene);
	claims_manifest(scene);
}

/* TPM2_Certify of the AK, by `signer`, with a change */
static void certify(struct scene *scene, EVP_PKEY *signer, void (*change)(TPMS_ATTEST *attest))
{
	TPMS_ATTEST attest = {.magic = TPM2_GENERATED_VALUE, .type = TPM2_ST_ATTEST_CERTIFY};
	struct tpm_public ak;
	struct blob bytes, signature;
	struct error error;

	as_version_1(scene);
	assert_true(tpm_public_parse(&ak, "ak", scene->ak.data, scene->ak.size, &error));
	attest.extraData.size = 64;
	memcpy(attest.extraData.buffer, scene->state.nonce, 64);
	attest.attested.certify.name.size = (UINT16)ak.name_size;
	memcpy(attest.attested.certify.name.name, ak.name, ak.name_size);
	tpm_public_free(&ak);
	if (change)
		change(&attest);
	fixture_sign_attest(&attest, signer, TPM2_ALG_SHA256, &bytes, &signature);
	binding_is(scene, json_pack("{s:s, s:o, s:o}", "method", "certification", "attest",
				    fixture_base64(bytes.data, bytes.size), "signature",
				    fixture_base64(signature.data, signature.size)));
	blob_free(&bytes);
	blob_free(&signature);
}

static void certified(struct scene *scene)
{
	certify(scene, fixture_keys()->ak_rsa, NULL);
}

static void certified_by_stranger(struct scene *scene)
{
	certify(scene, fixture_keys()->ek_rsa, NULL);
}

static void certify_nonce(TPMS_ATTEST *attest)
{
	attest->extraData.buffer[0] ^= 1;
}

static void certify_name(TPMS_ATTEST *attest)
{
	attest->attested.certify.name.name[5] ^= 1;
}

static void certify_magic(TPMS_ATTEST *attest)
{
	attest->magic ^= 1;
}

static void certified_before(struct scene *scene)
{
	certify(scene, fixture_keys()->ak_rsa, certify_nonce);
}

static void certified_another(struct scene *scene)
{
	certify(scene, fixture_keys()->ak_rsa, certify_name);
}

static void certified_no_tpm(struct scene *scene)
{
	certify(scene, fixture_keys()->ak_rsa, certify_magic);
}

static const struct refusal keys[] = {
	{"svsm: manifest kind", kind_not_taken, NULL, SVSM,
	 "the evidence has a single-service manifest; a services manifest is asked for", 0},
	{"svsm: manifest version", version_not_taken, NULL, SVSM, "the evidence has version 0 of the manifest", 0},
	{"svsm: no manifest", nonce_only, no_manifest, SVSM, "has no manifest", ALSO(VERIFY_KEYS)},
	{"svsm: no manifest and no TPM", nonce_only, no_tpm_and_no_manifest, SVSM, "has no manifest", 0},
	{"keys: no TPM", NULL, scene_drop_tpm, KEYS, "no attestation key", 0},
	{"keys: ECC EK", ecc_ek, NULL, 0, NULL, 0},
	{"keys: ECC EK that is not taken", ecc_ek_not_taken, NULL, KEYS, "template L-2", 0},
	{"keys: EK not fixedTPM", ek_not_fixed, NULL, KEYS, "attributes", 0},
	{"keys: EK not fixedParent", ek_not_fixed_parent, NULL, KEYS, "attributes", 0},
	{"keys: EK imported", ek_imported, NULL, KEYS, "attributes", 0},
	{"keys: EK with a password", ek_user_auth, NULL, KEYS, "attributes", 0},
	{"keys: EK not restricted", ek_unrestricted, NULL, KEYS, "attributes", 0},
	{"keys: EK that signs", ek_signs, NULL, KEYS, "attributes", 0},
	{"keys: EK with another policy", ek_policy, NULL, KEYS, "PolicyA", 0},
	{"keys: EK without policy", ek_no_policy, NULL, KEYS, "PolicyA", 0},
	{"keys: EK with AES-256", ek_aes_256, NULL, KEYS, "symmetric is aes 256 cfb", 0},
	{"keys: EK with exponent 3", ek_exponent, NULL, KEYS, "exponent is 3", 0},
	{"keys: EK named by SHA-384", ek_sha384, NULL, KEYS, "name algorithm", 0},
	{"keys: EK of another TPM", NULL, other_ek, KEYS, "is not in the manifest", 0},
	{"keys: AK of another TPM", NULL, other_ak, KEYS, "not the one the credential was made for",
	 ALSO(VERIFY_QUOTE)},
	{"keys: RSA AK", rsa_ak, NULL, 0, NULL, 0},
	{"keys: no AK", NULL, no_ak, KEYS, "no attestation key", 0},
	{"keys: AK not fixedTPM", ak_not_fixed, NULL, KEYS, "fixedTPM", 0},
	{"keys: AK not fixedParent", ak_not_fixed_parent, NULL, KEYS, "fixedParent", 0},
	{"keys: AK imported", ak_imported, NULL, KEYS, "sensitiveDataOrigin", 0},
	{"keys: AK not restricted", ak_unrestricted, NULL, KEYS, "restricted", 0},
	{"keys: AK that does not sign", ak_no_sign, NULL, KEYS, "sign", 0},
	{"keys: AK that decrypts", ak_decrypts, NULL, KEYS, "must not decrypt", 0},
	{"keys: AK with SHA-1", ak_sha1, NULL, KEYS, "scheme", 0},
	{"keys: AK bound by nothing", NULL, no_binding, KEYS, "ak_binding is null", 0},
	{"keys: AK said to be in the manifest", NULL, claims_manifest, KEYS, "does not stand in the manifest", 0},
	{"keys: activation is not taken", activation_not_taken, NULL, KEYS, "bound by activation", 0},
	{"keys: recovered secret wrong", NULL, recovered_wrong, KEYS, "recovered secret", 0},
	{"keys: recovered secret short", NULL, recovered_short, KEYS, "recovered secret", 0},
	{"keys: no credential was made", NULL, never_challenged, KEYS, "no activation secret", 0},
	{"keys: credential was for another EK", NULL, credential_for_other_ek, KEYS, "is not in the evidence", 0},
	{"keys: AK in the manifest", ak_listed, in_manifest, 0, NULL, 0},
	{"keys: AK certified by the manifest's key", signer_listed, certified, 0, NULL, 0},
	{"keys: signing key in the manifest not taken", signing_key_not_taken, as_version_1, KEYS,
	 "EK 1 of the manifest", 0},
	{"keys: AK certified by another key", signer_listed, certified_by_stranger, KEYS, "has signed it", 0},
	{"keys: certification of another challenge", signer_listed, certified_before, KEYS, "nonce", 0},
	{"keys: certification of another key", signer_listed, certified_another, KEYS, "another key", 0},
	{"keys: certification without magic", signer_listed, certified_no_tpm, KEYS, "magic", 0},
};

#define QUOTE_CHANGE(name, statement)                                                                                  \
	static void name(struct scene *scene)                                                                          \
	{                                                                                                              \
		TPMS_ATTEST *a = &scene->attest;                                                                       \
		TPMS_PCR_SELECTION *s = &a->attested.quote.pcrSelect.pcrSelections[0];                                 \
                                                                                                                       \
		(void)s;                                                                                               \
		statement;                                                                                             \
	}
QUOTE_CHANGE(quote_magic, a->magic = 0xff544346)
QUOTE_CHANGE(quote_type, a->type = TPM2_ST_ATTEST_TIME)
QUOTE_CHANGE(quote_nonce, a->extraData.buffer[63] ^= 1)
QUOTE_CHANGE(quote_nonce_short, a->extraData.size--)
QUOTE_CHANGE(quote_nonce_none, a->extraData.size = 0)
QUOTE_CHANGE(selection_less, s->pcrSelect[0] = 0x7f)
QUOTE_CHANGE(selection_more, s->pcrSelect[2] = 0x80)
QUOTE_CHANGE(selection_none, memset(s->pcrSelect, 0, sizeof(s->pcrSelect)))
QUOTE_CHANGE(selection_bank, s->hash = TPM2_ALG_SHA384)
QUOTE_CHANGE(selection_sha1, s->hash = TPM2_ALG_SHA1)
QUOTE_CHANGE(selection_two, a->attested.quote.pcrSelect.count = 2; a->attested.quote.pcrSelect.pcrSelections[1] = *s)
QUOTE_CHANGE(quote_hash, scene->quote_hash = TPM2_ALG_SHA384)
QUOTE_CHANGE(quote_stranger, scene->quote_signer = fixture_keys()->ek_ecc)
QUOTE_CHANGE(digest_wrong, scene->keep_pcr_digest = true; a->attested.quote.pcrDigest.size = 32)
QUOTE_CHANGE(digest_none, scene->keep_pcr_digest = true)

static json_t *pcr(struct scene *scene, size_t index)
{
	return json_array_get(json_object_get(scene->bundle, "pcrs"), index);
}

static void value_edited(struct scene *scene)
{
	uint8_t value[32] = {1};

	json_object_set_new(pcr(scene, 8), "digest", fixture_base64(value, 32));
}

static void value_missing(struct scene *scene)
{
	json_array_remove(json_object_get(scene->bundle, "pcrs"), 8);
}

static void value_extra(struct scene *scene)
{
	uint8_t value[32] = {1};

	json_array_append_new(
		json_object_get(scene->bundle, "pcrs"),
		json_pack("{s:s, s:i, s:o}", "bank", "sha256", "index", 11, "digest", fixture_base64(value, 32)));
}

static void no_quote(struct scene *scene)
{
	json_object_set_new(scene->bundle, "quote", json_null());
}

static void attest_tail(struct scene *scene)
{
	json_object_set_new(json_object_get(scene->bundle, "quote"), "attest", json_string("/1RDR4AYAAA="));
}

static void signature_garbage(struct scene *scene)
{
	json_object_set_new(json_object_get(scene->bundle, "quote"), "signature", json_string("AAAA"));
}

static void want_value(struct scene *scene, uint8_t last)
{
	struct evidence_pcr *value = &scene->policy.pcr_value[scene->policy.pcr_value_count++];

	*value = (struct evidence_pcr){.bank = TPM2_ALG_SHA256, .index = 8, .size = 32};
	memset(value->digest, 0x88, 32);
	value->digest[31] = last;
}

static void value_wanted(struct scene *scene)
{
	want_value(scene, 0x88);
}

static void other_value_wanted(struct scene *scene)
{
	want_value(scene, 0x87);
}

static void either_value_wanted(struct scene *scene)
{
	want_value(scene, 0x87);
	want_value(scene, 0x88);
}

static const struct refusal quotes[] = {
	{"quote: magic", quote_magic, NULL, QUOTE, "magic", 0},
	{"quote: type", quote_type, NULL, QUOTE, "", 0},
	{"quote: nonce", quote_nonce, NULL, QUOTE, "extraData", 0},
	{"quote: nonce cut", quote_nonce_short, NULL, QUOTE, "extraData", 0},
	{"quote: no nonce", quote_nonce_none, NULL, QUOTE, "extraData", 0},
	{"quote: PCR left out", selection_less, NULL, QUOTE, "the policy wants", 0},
	{"quote: PCR added", selection_more, NULL, QUOTE, "the policy wants", 0},
	{"quote: no PCR", selection_none, NULL, QUOTE, "exactly one bank", 0},
	{"quote: another bank", selection_bank, NULL, QUOTE, "the policy wants", 0},
	{"quote: SHA-1 bank", selection_sha1, NULL, QUOTE, "exactly one bank", 0},
	{"quote: two banks", selection_two, NULL, QUOTE, "exactly one bank", 0},
	{"quote: another hash", quote_hash, NULL, QUOTE, "scheme", 0},
	{"quote: another signer", quote_stranger, NULL, QUOTE, "not signed by this key", 0},
	{"quote: digest wrong", digest_wrong, NULL, QUOTE, "not those that were quoted", 0},
	{"quote: digest empty", digest_none, NULL, QUOTE, "not those that were quoted", 0},
	{"quote: value edited", NULL, value_edited, QUOTE, "not those that were quoted", 0},
	{"quote: value missing", NULL, value_missing, QUOTE, "PCR 8 is quoted", 0},
	{"quote: value of a PCR that is not quoted", NULL, value_extra, QUOTE, "not quoted", 0},
	{"quote: none", NULL, no_quote, QUOTE, "has none", 0},
	{"quote: cut short", NULL, attest_tail, QUOTE, "exactly one TPMS_ATTEST", 0},
	{"quote: signature is garbage", NULL, signature_garbage, QUOTE, "TPMT_SIGNATURE", 0},
	{"quote: value the policy wants", value_wanted, NULL, 0, NULL, 0},
	{"quote: another value than the policy wants", other_value_wanted, NULL, QUOTE, "PCR 8 does not have", 0},
	{"quote: one of two values", either_value_wanted, NULL, 0, NULL, 0},
};

int test_tpm_run(void)
{
	return RUN_REFUSALS("svsm and keys", keys) + RUN_REFUSALS("quote", quotes);
}
