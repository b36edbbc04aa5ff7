/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tpm.h"

#include "abi.h"
#include "freestanding_string.h"
#include "tpm_wire.h"
#include "vtpm.h"

/* Part 2, constants */
#define CC_STARTUP 0x144u
#define CC_SELF_TEST 0x143u
#define CC_GET_CAPABILITY 0x17au
#define CC_GET_RANDOM 0x17bu
#define CC_PCR_READ 0x17eu
#define CC_PCR_EXTEND 0x182u
#define CC_CREATE_PRIMARY 0x131u
#define CC_FLUSH_CONTEXT 0x165u
#define CC_START_AUTH_SESSION 0x176u
#define CC_POLICY_SECRET 0x151u
#define CC_ACTIVATE_CREDENTIAL 0x147u
#define CC_QUOTE 0x158u
#define SU_CLEAR 0u
#define RH_NULL 0x40000007u
#define RS_PW 0x40000009u
#define RH_ENDORSEMENT 0x4000000bu
#define ALG_RSA 0x0001u
#define ALG_AES 0x0006u
#define ALG_SHA256 0x000bu
#define ALG_NULL 0x0010u
#define ALG_ECDSA 0x0018u
#define ALG_ECC 0x0023u
#define ALG_CFB 0x0043u
#define CURVE_P256 0x0003u
#define CAP_TPM_PROPERTIES 6u
#define SE_POLICY 1u
#define PCR_SELECT_BYTES 3u

#define NONCE_BYTES 32u
#define RSA_2048_BYTES 256u
/* fixedTPM, fixedParent, sensitiveDataOrigin, adminWithPolicy, restricted, decrypt */
#define EK_ATTRIBUTES 0x000300b2u
/* fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, restricted, sign */
#define AK_ATTRIBUTES 0x00050072u

#define COMMAND_MAX 2048u

/* EK Credential Profile: PolicySecret(endorsement hierarchy), SHA-256 */
static const uint8_t ek_policy[TPM_SHA256_BYTES] = {0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc,
						    0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52,
						    0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa};

/* One command at a time */
static uint8_t buffer[COMMAND_MAX];
static struct tpm_writer out;
static struct tpm_reader in;

static void begin(uint16_t tag, uint32_t code)
{
	tpm_command(&out, buffer, sizeof(buffer), tag, code);
}

/* Sends what was written; on success @in stands behind the response's header. */
static uint32_t transact(uint16_t tag)
{
	const uint8_t *response;
	uint32_t code;
	size_t size;

	if (!tpm_command_end(&out) || vtpm_send(buffer, out.size, &response, &size) != R_SUCCESS ||
	    !tpm_response(&in, response, size, tag, &code))
		return TPM_FAILED;
	return code;
}

/* Code to give after reading parameters */
static uint32_t read_result(void)
{
	return in.failed ? TPM_FAILED : TPM_RC_SUCCESS;
}

static void take_blob(struct tpm_blob *blob, struct tpm_reader data)
{
	blob->size = 0;
	if (data.failed || data.left > sizeof(blob->data)) {
		in.failed = true;
		return;
	}
	blob->size = data.left;
	memcpy(blob->data, data.at, data.left);
}

/* One TPMS_AUTH_COMMAND with an empty HMAC: a password session or a policy session */
static void put_session(uint32_t handle)
{
	tpm_put(&out, 4, handle);
	tpm_put_2b(&out, NULL, 0);
	tpm_put(&out, 1, 0);
	tpm_put_2b(&out, NULL, 0);
}

static void put_password(void)
{
	size_t area = tpm_open(&out, 4);

	put_session(RS_PW);
	tpm_close(&out, area, 4);
}

uint32_t tpm_startup(void)
{
	begin(TPM_ST_NO_SESSIONS, CC_STARTUP);
	tpm_put(&out, 2, SU_CLEAR);
	return transact(TPM_ST_NO_SESSIONS);
}

uint32_t tpm_self_test(void)
{
	begin(TPM_ST_NO_SESSIONS, CC_SELF_TEST);
	tpm_put(&out, 1, 1);
	return transact(TPM_ST_NO_SESSIONS);
}

uint32_t tpm_property(uint32_t property, uint32_t *value)
{
	uint32_t code, capability, count, name;

	begin(TPM_ST_NO_SESSIONS, CC_GET_CAPABILITY);
	tpm_put(&out, 4, CAP_TPM_PROPERTIES);
	tpm_put(&out, 4, property);
	tpm_put(&out, 4, 1);
	code = transact(TPM_ST_NO_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	(void)tpm_get(&in, 1); /* more data */
	capability = tpm_get(&in, 4);
	count = tpm_get(&in, 4);
	name = tpm_get(&in, 4);
	*value = tpm_get(&in, 4);
	return in.left == 0 && capability == CAP_TPM_PROPERTIES && count == 1 && name == property ? read_result()
												  : TPM_FAILED;
}

uint32_t tpm_random(uint8_t *data, size_t size)
{
	struct tpm_reader bytes;
	uint32_t code;

	begin(TPM_ST_NO_SESSIONS, CC_GET_RANDOM);
	tpm_put(&out, 2, (uint32_t)size);
	code = transact(TPM_ST_NO_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	bytes = tpm_get_2b(&in);
	if (bytes.failed || bytes.left != size || in.left != 0)
		return TPM_FAILED;
	memcpy(data, bytes.at, size);
	return TPM_RC_SUCCESS;
}

uint32_t tpm_pcr_extend(uint32_t index, const uint8_t digest[TPM_SHA256_BYTES])
{
	begin(TPM_ST_SESSIONS, CC_PCR_EXTEND);
	tpm_put(&out, 4, index);
	put_password();
	tpm_put(&out, 4, 1);
	tpm_put(&out, 2, ALG_SHA256);
	tpm_put_bytes(&out, digest, TPM_SHA256_BYTES);
	return transact(TPM_ST_SESSIONS);
}

/* TPML_PCR_SELECTION of one bank; bit n of @mask selects PCR n */
static void put_selection(uint32_t mask)
{
	tpm_put(&out, 4, 1);
	tpm_put(&out, 2, ALG_SHA256);
	tpm_put(&out, 1, PCR_SELECT_BYTES);
	for (unsigned int i = 0; i < PCR_SELECT_BYTES; i++)
		tpm_put(&out, 1, mask >> 8 * i & 0xff);
}

/* False unless the response names exactly the bank and PCRs that were asked for */
static bool selection_is(uint32_t mask)
{
	bool same = tpm_get(&in, 4) == 1 && tpm_get(&in, 2) == ALG_SHA256 && tpm_get(&in, 1) == PCR_SELECT_BYTES;

	for (unsigned int i = 0; same && i < PCR_SELECT_BYTES; i++)
		same = tpm_get(&in, 1) == (mask >> 8 * i & 0xff);
	return same && !in.failed;
}

uint32_t tpm_pcr_read(uint32_t index, uint8_t digest[TPM_SHA256_BYTES])
{
	struct tpm_reader value;
	uint32_t code;

	begin(TPM_ST_NO_SESSIONS, CC_PCR_READ);
	put_selection(1u << index);
	code = transact(TPM_ST_NO_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	(void)tpm_get(&in, 4); /* update counter */
	if (!selection_is(1u << index) || tpm_get(&in, 4) != 1)
		return TPM_FAILED;
	value = tpm_get_2b(&in);
	if (value.failed || value.left != TPM_SHA256_BYTES || in.left != 0)
		return TPM_FAILED;
	memcpy(digest, value.at, TPM_SHA256_BYTES);
	return TPM_RC_SUCCESS;
}

static void put_ek_template(void)
{
	static const uint8_t zero[RSA_2048_BYTES];

	tpm_put(&out, 2, ALG_RSA);
	tpm_put(&out, 2, ALG_SHA256);
	tpm_put(&out, 4, EK_ATTRIBUTES);
	tpm_put_2b(&out, ek_policy, sizeof(ek_policy));
	tpm_put(&out, 2, ALG_AES);
	tpm_put(&out, 2, 128);
	tpm_put(&out, 2, ALG_CFB);
	tpm_put(&out, 2, ALG_NULL); /* scheme */
	tpm_put(&out, 2, RSA_2048_BYTES * 8);
	tpm_put(&out, 4, 0); /* default exponent */
	tpm_put_2b(&out, zero, sizeof(zero));
}

static void put_ak_template(void)
{
	tpm_put(&out, 2, ALG_ECC);
	tpm_put(&out, 2, ALG_SHA256);
	tpm_put(&out, 4, AK_ATTRIBUTES);
	tpm_put_2b(&out, NULL, 0);
	tpm_put(&out, 2, ALG_NULL); /* symmetric */
	tpm_put(&out, 2, ALG_ECDSA);
	tpm_put(&out, 2, ALG_SHA256);
	tpm_put(&out, 2, CURVE_P256);
	tpm_put(&out, 2, ALG_NULL); /* key derivation */
	tpm_put_2b(&out, NULL, 0);  /* x */
	tpm_put_2b(&out, NULL, 0);  /* y */
}

uint32_t tpm_create_primary(enum tpm_template kind, uint32_t *handle, struct tpm_blob *public)
{
	size_t place;
	uint32_t code;

	begin(TPM_ST_SESSIONS, CC_CREATE_PRIMARY);
	tpm_put(&out, 4, RH_ENDORSEMENT);
	put_password();
	place = tpm_open(&out, 2);
	tpm_put_2b(&out, NULL, 0); /* authorisation value */
	tpm_put_2b(&out, NULL, 0); /* data */
	tpm_close(&out, place, 2);
	place = tpm_open(&out, 2);
	if (kind == TPM_TEMPLATE_EK)
		put_ek_template();
	else
		put_ak_template();
	tpm_close(&out, place, 2);
	tpm_put_2b(&out, NULL, 0); /* outside information */
	tpm_put(&out, 4, 0);	   /* no creation PCRs */
	code = transact(TPM_ST_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	*handle = tpm_get(&in, 4);
	(void)tpm_get(&in, 4); /* parameter size */
	take_blob(public, tpm_get_2b(&in));
	return read_result();
}

uint32_t tpm_flush(uint32_t handle)
{
	begin(TPM_ST_NO_SESSIONS, CC_FLUSH_CONTEXT);
	tpm_put(&out, 4, handle);
	return transact(TPM_ST_NO_SESSIONS);
}

/* A policy session in which the endorsement hierarchy's authorisation was given */
static uint32_t endorsement_session(uint32_t *session)
{
	uint8_t nonce[NONCE_BYTES];
	uint32_t code = tpm_random(nonce, sizeof(nonce));

	if (code != TPM_RC_SUCCESS)
		return code;
	begin(TPM_ST_NO_SESSIONS, CC_START_AUTH_SESSION);
	tpm_put(&out, 4, RH_NULL);
	tpm_put(&out, 4, RH_NULL);
	tpm_put_2b(&out, nonce, sizeof(nonce));
	tpm_put_2b(&out, NULL, 0); /* no salt */
	tpm_put(&out, 1, SE_POLICY);
	tpm_put(&out, 2, ALG_NULL);
	tpm_put(&out, 2, ALG_SHA256);
	code = transact(TPM_ST_NO_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	*session = tpm_get(&in, 4);
	if (in.failed)
		return TPM_FAILED;
	begin(TPM_ST_SESSIONS, CC_POLICY_SECRET);
	tpm_put(&out, 4, RH_ENDORSEMENT);
	tpm_put(&out, 4, *session);
	put_password();
	tpm_put_2b(&out, NULL, 0); /* TPM nonce */
	tpm_put_2b(&out, NULL, 0); /* command parameters */
	tpm_put_2b(&out, NULL, 0); /* policy reference */
	tpm_put(&out, 4, 0);	   /* no expiration */
	return transact(TPM_ST_SESSIONS);
}

uint32_t tpm_activate(uint32_t ak, uint32_t ek, const struct tpm_blob *credential, const struct tpm_blob *secret,
		      struct tpm_blob *recovered)
{
	uint32_t session, code;
	size_t area;

	code = endorsement_session(&session);
	if (code != TPM_RC_SUCCESS)
		return code;
	begin(TPM_ST_SESSIONS, CC_ACTIVATE_CREDENTIAL);
	tpm_put(&out, 4, ak);
	tpm_put(&out, 4, ek);
	area = tpm_open(&out, 4);
	put_session(RS_PW);
	put_session(session); /* ends with this command */
	tpm_close(&out, area, 4);
	tpm_put_bytes(&out, credential->data, credential->size);
	tpm_put_bytes(&out, secret->data, secret->size);
	code = transact(TPM_ST_SESSIONS);
	if (code != TPM_RC_SUCCESS) {
		(void)tpm_flush(session);
		return code;
	}
	(void)tpm_get(&in, 4); /* parameter size */
	take_blob(recovered, tpm_get_2b(&in));
	return read_result();
}

uint32_t tpm_quote(uint32_t ak, uint32_t pcr_count, const uint8_t *nonce, size_t nonce_size, struct tpm_blob *attest,
		   struct tpm_blob *signature)
{
	struct tpm_reader parameters;
	uint32_t code, size;

	begin(TPM_ST_SESSIONS, CC_QUOTE);
	tpm_put(&out, 4, ak);
	put_password();
	tpm_put_2b(&out, nonce, nonce_size);
	tpm_put(&out, 2, ALG_NULL); /* the key has a scheme */
	put_selection((1u << pcr_count) - 1);
	code = transact(TPM_ST_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	size = tpm_get(&in, 4);
	parameters = (struct tpm_reader){.at = tpm_get_bytes(&in, size), .left = size, .failed = in.failed};
	if (parameters.failed)
		return TPM_FAILED;
	take_blob(attest, tpm_get_2b(&parameters));
	/* What is left of the parameters is the signature, to the last byte */
	take_blob(signature, parameters);
	return read_result();
}
