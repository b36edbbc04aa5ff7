/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tpm_key.h"

#include "tpm_transact.h"

/* Part 2, constants */
#define CC_CREATE_PRIMARY 0x131u
#define CC_ACTIVATE_CREDENTIAL 0x147u
#define CC_POLICY_SECRET 0x151u
#define CC_FLUSH_CONTEXT 0x165u
#define CC_LOAD_EXTERNAL 0x167u
#define CC_MAKE_CREDENTIAL 0x168u
#define CC_START_AUTH_SESSION 0x176u
#define CC_VERIFY_SIGNATURE 0x177u
#define CC_HASH 0x17du
#define RH_ENDORSEMENT 0x4000000bu
#define ALG_SHA256 0x000bu
#define ALG_NULL 0x0010u
#define SE_POLICY 1u
#define NONCE_BYTES 32u

uint32_t tpm_create_primary(const struct tpm_blob *template, struct tpm_key *key)
{
	size_t place;
	uint32_t code;

	tpm_begin(TPM_ST_SESSIONS, CC_CREATE_PRIMARY);
	tpm_put(&tpm_out, 4, RH_ENDORSEMENT);
	tpm_put_password();
	place = tpm_open(&tpm_out, 2);
	tpm_put_2b(&tpm_out, NULL, 0); /* authorisation value */
	tpm_put_2b(&tpm_out, NULL, 0); /* data */
	tpm_close(&tpm_out, place, 2);
	tpm_put_2b(&tpm_out, template->data, template->size);
	tpm_put_2b(&tpm_out, NULL, 0); /* outside information */
	tpm_put(&tpm_out, 4, 0);       /* no creation PCRs */
	code = tpm_transact(TPM_ST_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	key->handle = tpm_get(&tpm_in, 4);
	(void)tpm_get(&tpm_in, 4); /* parameter size */
	tpm_take_blob(&key->public, tpm_get_2b(&tpm_in));
	(void)tpm_get_2b(&tpm_in); /* creation data */
	(void)tpm_get_2b(&tpm_in); /* their hash */
	(void)tpm_get(&tpm_in, 2); /* ticket: tag, hierarchy, digest */
	(void)tpm_get(&tpm_in, 4);
	(void)tpm_get_2b(&tpm_in);
	tpm_take_blob(&key->name, tpm_get_2b(&tpm_in));
	return tpm_read_result();
}

uint32_t tpm_load_public(const struct tpm_blob *public, uint32_t *handle)
{
	uint32_t code;

	tpm_begin(TPM_ST_NO_SESSIONS, CC_LOAD_EXTERNAL);
	tpm_put_2b(&tpm_out, NULL, 0); /* no private part */
	tpm_put_2b(&tpm_out, public->data, public->size);
	tpm_put(&tpm_out, 4, TPM_RH_NULL);
	code = tpm_transact(TPM_ST_NO_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	*handle = tpm_get(&tpm_in, 4);
	return tpm_read_result();
}

uint32_t tpm_flush(uint32_t handle)
{
	tpm_begin(TPM_ST_NO_SESSIONS, CC_FLUSH_CONTEXT);
	tpm_put(&tpm_out, 4, handle);
	return tpm_transact(TPM_ST_NO_SESSIONS);
}

/* A sized buffer with its size, as it goes into another command */
static void take_sized(struct tpm_blob *blob)
{
	struct tpm_reader whole = tpm_in, inner = tpm_get_2b(&tpm_in);

	whole.left = inner.left + 2;
	whole.failed = inner.failed;
	tpm_take_blob(blob, whole);
}

uint32_t tpm_make_credential(uint32_t ek, const struct tpm_blob *name, const uint8_t *secret, size_t secret_size,
			     struct tpm_blob *credential, struct tpm_blob *encrypted)
{
	uint32_t code;

	tpm_begin(TPM_ST_NO_SESSIONS, CC_MAKE_CREDENTIAL);
	tpm_put(&tpm_out, 4, ek);
	tpm_put_2b(&tpm_out, secret, secret_size);
	tpm_put_2b(&tpm_out, name->data, name->size);
	code = tpm_transact(TPM_ST_NO_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	take_sized(credential);
	take_sized(encrypted);
	return tpm_read_result();
}

/* A policy session in which the endorsement hierarchy's authorisation was given */
static uint32_t endorsement_session(uint32_t *session)
{
	uint8_t nonce[NONCE_BYTES];
	uint32_t code = tpm_random(nonce, sizeof(nonce));

	if (code != TPM_RC_SUCCESS)
		return code;
	tpm_begin(TPM_ST_NO_SESSIONS, CC_START_AUTH_SESSION);
	tpm_put(&tpm_out, 4, TPM_RH_NULL);
	tpm_put(&tpm_out, 4, TPM_RH_NULL);
	tpm_put_2b(&tpm_out, nonce, sizeof(nonce));
	tpm_put_2b(&tpm_out, NULL, 0); /* no salt */
	tpm_put(&tpm_out, 1, SE_POLICY);
	tpm_put(&tpm_out, 2, ALG_NULL);
	tpm_put(&tpm_out, 2, ALG_SHA256);
	code = tpm_transact(TPM_ST_NO_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	*session = tpm_get(&tpm_in, 4);
	if (tpm_in.failed)
		return TPM_FAILED;
	tpm_begin(TPM_ST_SESSIONS, CC_POLICY_SECRET);
	tpm_put(&tpm_out, 4, RH_ENDORSEMENT);
	tpm_put(&tpm_out, 4, *session);
	tpm_put_password();
	tpm_put_2b(&tpm_out, NULL, 0); /* TPM nonce */
	tpm_put_2b(&tpm_out, NULL, 0); /* command parameters */
	tpm_put_2b(&tpm_out, NULL, 0); /* policy reference */
	tpm_put(&tpm_out, 4, 0);       /* no expiration */
	return tpm_transact(TPM_ST_SESSIONS);
}

uint32_t tpm_activate(uint32_t ak, uint32_t ek, bool with_policy, const struct tpm_blob *credential,
		      const struct tpm_blob *secret, struct tpm_blob *recovered)
{
	uint32_t session = TPM_RS_PW, code = TPM_RC_SUCCESS;
	size_t area;

	if (with_policy)
		code = endorsement_session(&session);
	if (code != TPM_RC_SUCCESS)
		return code;
	tpm_begin(TPM_ST_SESSIONS, CC_ACTIVATE_CREDENTIAL);
	tpm_put(&tpm_out, 4, ak);
	tpm_put(&tpm_out, 4, ek);
	area = tpm_open(&tpm_out, 4);
	tpm_put_session(TPM_RS_PW);
	tpm_put_session(session); /* ends with this command */
	tpm_close(&tpm_out, area, 4);
	tpm_put_bytes(&tpm_out, credential->data, credential->size);
	tpm_put_bytes(&tpm_out, secret->data, secret->size);
	code = tpm_transact(TPM_ST_SESSIONS);
	if (code != TPM_RC_SUCCESS) {
		if (with_policy)
			(void)tpm_flush(session);
		return code;
	}
	(void)tpm_get(&tpm_in, 4); /* parameter size */
	tpm_take_blob(recovered, tpm_get_2b(&tpm_in));
	return tpm_read_result();
}

uint32_t tpm_hash(const struct tpm_blob *data, struct tpm_blob *digest)
{
	uint32_t code;

	tpm_begin(TPM_ST_NO_SESSIONS, CC_HASH);
	tpm_put_2b(&tpm_out, data->data, data->size);
	tpm_put(&tpm_out, 2, ALG_SHA256);
	tpm_put(&tpm_out, 4, TPM_RH_NULL);
	code = tpm_transact(TPM_ST_NO_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	tpm_take_blob(digest, tpm_get_2b(&tpm_in));
	return tpm_read_result();
}

uint32_t tpm_verify(uint32_t key, const struct tpm_blob *digest, const struct tpm_blob *signature)
{
	tpm_begin(TPM_ST_NO_SESSIONS, CC_VERIFY_SIGNATURE);
	tpm_put(&tpm_out, 4, key);
	tpm_put_2b(&tpm_out, digest->data, digest->size);
	tpm_put_bytes(&tpm_out, signature->data, signature->size);
	return tpm_transact(TPM_ST_NO_SESSIONS);
}
