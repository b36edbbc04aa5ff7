/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tpm.h"

#include "freestanding_string.h"
#include "tpm_transact.h"

/* Part 2, constants */
#define CC_STARTUP 0x144u
#define CC_SELF_TEST 0x143u
#define CC_GET_CAPABILITY 0x17au
#define CC_GET_RANDOM 0x17bu
#define CC_PCR_READ 0x17eu
#define CC_PCR_EXTEND 0x182u
#define CC_QUOTE 0x158u
#define SU_CLEAR 0u
#define ALG_SHA256 0x000bu
#define ALG_NULL 0x0010u
#define CAP_HANDLES 1u
#define CAP_TPM_PROPERTIES 6u
#define PCR_SELECT_BYTES 3u

uint32_t tpm_startup(void)
{
	tpm_begin(TPM_ST_NO_SESSIONS, CC_STARTUP);
	tpm_put(&tpm_out, 2, SU_CLEAR);
	return tpm_transact(TPM_ST_NO_SESSIONS);
}

uint32_t tpm_self_test(void)
{
	tpm_begin(TPM_ST_NO_SESSIONS, CC_SELF_TEST);
	tpm_put(&tpm_out, 1, 1);
	return tpm_transact(TPM_ST_NO_SESSIONS);
}

uint32_t tpm_property(uint32_t property, uint32_t *value)
{
	uint32_t code, capability, count, name;

	tpm_begin(TPM_ST_NO_SESSIONS, CC_GET_CAPABILITY);
	tpm_put(&tpm_out, 4, CAP_TPM_PROPERTIES);
	tpm_put(&tpm_out, 4, property);
	tpm_put(&tpm_out, 4, 1);
	code = tpm_transact(TPM_ST_NO_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	(void)tpm_get(&tpm_in, 1); /* more data */
	capability = tpm_get(&tpm_in, 4);
	count = tpm_get(&tpm_in, 4);
	name = tpm_get(&tpm_in, 4);
	*value = tpm_get(&tpm_in, 4);
	return tpm_in.left == 0 && capability == CAP_TPM_PROPERTIES && count == 1 && name == property
		       ? tpm_read_result()
		       : TPM_FAILED;
}

uint32_t tpm_count_handles(uint32_t first, uint32_t *count)
{
	uint32_t code, capability;

	tpm_begin(TPM_ST_NO_SESSIONS, CC_GET_CAPABILITY);
	tpm_put(&tpm_out, 4, CAP_HANDLES);
	tpm_put(&tpm_out, 4, first);
	tpm_put(&tpm_out, 4, 64);
	code = tpm_transact(TPM_ST_NO_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	(void)tpm_get(&tpm_in, 1); /* more data */
	capability = tpm_get(&tpm_in, 4);
	*count = tpm_get(&tpm_in, 4);
	return capability == CAP_HANDLES && tpm_in.left == 4 * *count ? tpm_read_result() : TPM_FAILED;
}

uint32_t tpm_random(uint8_t *data, size_t size)
{
	struct tpm_reader bytes;
	uint32_t code;

	tpm_begin(TPM_ST_NO_SESSIONS, CC_GET_RANDOM);
	tpm_put(&tpm_out, 2, (uint32_t)size);
	code = tpm_transact(TPM_ST_NO_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	bytes = tpm_get_2b(&tpm_in);
	if (bytes.failed || bytes.left != size || tpm_in.left != 0)
		return TPM_FAILED;
	memcpy(data, bytes.at, size);
	return TPM_RC_SUCCESS;
}

uint32_t tpm_pcr_extend(uint32_t index, const uint8_t digest[TPM_SHA256_BYTES])
{
	tpm_begin(TPM_ST_SESSIONS, CC_PCR_EXTEND);
	tpm_put(&tpm_out, 4, index);
	tpm_put_password();
	tpm_put(&tpm_out, 4, 1);
	tpm_put(&tpm_out, 2, ALG_SHA256);
	tpm_put_bytes(&tpm_out, digest, TPM_SHA256_BYTES);
	return tpm_transact(TPM_ST_SESSIONS);
}

/* TPML_PCR_SELECTION of one bank; bit n of @mask selects PCR n */
static void put_selection(uint32_t mask)
{
	tpm_put(&tpm_out, 4, 1);
	tpm_put(&tpm_out, 2, ALG_SHA256);
	tpm_put(&tpm_out, 1, PCR_SELECT_BYTES);
	for (unsigned int i = 0; i < PCR_SELECT_BYTES; i++)
		tpm_put(&tpm_out, 1, mask >> 8 * i & 0xff);
}

/* False unless the response names exactly the bank and PCRs that were asked for */
static bool selection_is(uint32_t mask)
{
	bool same = tpm_get(&tpm_in, 4) == 1 && tpm_get(&tpm_in, 2) == ALG_SHA256 &&
		    tpm_get(&tpm_in, 1) == PCR_SELECT_BYTES;

	for (unsigned int i = 0; same && i < PCR_SELECT_BYTES; i++)
		same = tpm_get(&tpm_in, 1) == (mask >> 8 * i & 0xff);
	return same && !tpm_in.failed;
}

uint32_t tpm_pcr_read(uint32_t index, uint8_t digest[TPM_SHA256_BYTES])
{
	struct tpm_reader value;
	uint32_t code;

	tpm_begin(TPM_ST_NO_SESSIONS, CC_PCR_READ);
	put_selection(1u << index);
	code = tpm_transact(TPM_ST_NO_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	(void)tpm_get(&tpm_in, 4); /* update counter */
	if (!selection_is(1u << index) || tpm_get(&tpm_in, 4) != 1)
		return TPM_FAILED;
	value = tpm_get_2b(&tpm_in);
	if (value.failed || value.left != TPM_SHA256_BYTES || tpm_in.left != 0)
		return TPM_FAILED;
	memcpy(digest, value.at, TPM_SHA256_BYTES);
	return TPM_RC_SUCCESS;
}

uint32_t tpm_quote(uint32_t ak, uint32_t pcr_count, const uint8_t *nonce, size_t nonce_size, struct tpm_blob *attest,
		   struct tpm_blob *signature)
{
	struct tpm_reader parameters;
	uint32_t code, size;

	tpm_begin(TPM_ST_SESSIONS, CC_QUOTE);
	tpm_put(&tpm_out, 4, ak);
	tpm_put_password();
	tpm_put_2b(&tpm_out, nonce, nonce_size);
	tpm_put(&tpm_out, 2, ALG_NULL); /* the key has a scheme */
	put_selection((1u << pcr_count) - 1);
	code = tpm_transact(TPM_ST_SESSIONS);
	if (code != TPM_RC_SUCCESS)
		return code;
	size = tpm_get(&tpm_in, 4);
	parameters = (struct tpm_reader){.at = tpm_get_bytes(&tpm_in, size), .left = size, .failed = tpm_in.failed};
	if (parameters.failed)
		return TPM_FAILED;
	tpm_take_blob(attest, tpm_get_2b(&parameters));
	/* What is left of the parameters is the signature, to the last byte */
	tpm_take_blob(signature, parameters);
	return tpm_read_result();
}
