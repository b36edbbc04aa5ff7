/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The vTPM's endorsement keys in the three forms in which the SVSM attests them: manifest version 0, version 1, and by
 * a selector. Each is the key that the guest makes itself from the same template, and its private part is in the TPM:
 * credentials made for the attested public part open, signatures verify with it.
 */
#include "abi.h"
#include "attest.h"
#include "bytes.h"
#include "check.h"
#include "checks.h"
#include "console.h"
#include "freestanding_string.h"
#include "keys.h"
#include "memory.h"
#include "tpm_key.h"
#include "tpm_wire.h"

#define UNTOUCHED 0xd3
#define NONCE 0x33
#define OTHER_UNIQUE 0x5a
#define SLOTS 3u /* transient objects that this TPM holds */
#define TPM_RC_SIGNATURE_P2 0x2dbu

static struct attest attest;
static uint8_t *selector;
static struct tpm_blob listed[KEY_COUNT];
static struct tpm_blob single; /* version 0 */
static uint64_t list_size;

static struct attest_result call(uint32_t function, uint32_t version)
{
	attest_default(&attest, NONCE);
	bytes_put(attest.request + ATT_MANIFEST_VERSION, 4, version);
	memset(attest.manifest, UNTOUCHED, PAGE_BYTES);
	memset(attest.report, UNTOUCHED, PAGE_BYTES);
	return attest_call(function, (uint64_t)attest.request);
}

/* The manifest of a call that went well */
static bool take_manifest(const char *name, struct attest_result result, struct tpm_blob *out)
{
	out->size = 0;
	if (!check_equal(name, result.rax, R_SUCCESS) || result.manifest_size > sizeof(out->data))
		return false;
	out->size = result.manifest_size;
	memcpy(out->data, attest.manifest, out->size);
	return true;
}

static struct attest_result call_selected(const struct tpm_blob *template)
{
	bytes_put(selector + SELECTOR_KIND, 8, SELECTOR_KIND_TEMPLATE);
	memcpy(selector + SELECTOR_TEMPLATE, template->data, template->size);
	attest_default(&attest, NONCE);
	attest_select(&attest, (uint64_t)selector, (uint32_t)(SELECTOR_TEMPLATE + template->size));
	memset(attest.manifest, UNTOUCHED, PAGE_BYTES);
	return attest_call(ATTEST_SINGLE_SERVICE_EX, (uint64_t)attest.request);
}

static bool same(const struct tpm_blob *a, const struct tpm_blob *b)
{
	return a->size != 0 && a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

static bool parse_list(size_t size)
{
	struct tpm_reader reader = {.at = attest.manifest, .left = size};

	check_equal("  starts with version 1", tpm_get(&reader, 4), 1);
	check_equal("  number of keys", tpm_get(&reader, 4), KEY_COUNT);
	for (uint32_t i = 0; i < KEY_COUNT; i++) {
		struct tpm_reader key = tpm_get_2b(&reader);

		if (key.failed || key.left > sizeof(listed[i].data))
			return false;
		listed[i].size = key.left;
		memcpy(listed[i].data, key.at, key.left);
	}
	return !reader.failed && reader.left == 0;
}

static bool list(void)
{
	struct attest_result result = call(ATTEST_SINGLE_SERVICE, 1);

	if (!check_equal("SINGLE_SERVICE, manifest version 1", result.rax, R_SUCCESS) ||
	    !check_true("  RCX is a manifest's size", result.manifest_size <= ATTEST_MANIFEST_CAPACITY))
		return false;
	check_equal("  R8 is the report's size", result.report_size, REPORT_BYTES);
	check_true("  rest of the manifest buffer is untouched",
		   bytes_all(attest.manifest + result.manifest_size, PAGE_BYTES - result.manifest_size, UNTOUCHED));
	list_size = result.manifest_size;
	if (!check_true("  holds the keys and nothing else", parse_list((size_t)list_size)) ||
	    !take_manifest("SINGLE_SERVICE, manifest version 0", call(ATTEST_SINGLE_SERVICE, 0), &single))
		return false;
	check_true("  is the first key of version 1", same(&single, &listed[KEY_DEFAULT_EK]));
	return true;
}

static void list_too_small(uint32_t function)
{
	struct attest_result result;

	attest_default(&attest, NONCE);
	bytes_put(attest.request + ATT_MANIFEST_VERSION, 4, 1);
	bytes_put(attest.request + ATT_MANIFEST_SIZE, 4, list_size - 1);
	memset(attest.manifest, UNTOUCHED, PAGE_BYTES);
	memset(attest.report, UNTOUCHED, PAGE_BYTES);
	result = attest_call(function, (uint64_t)attest.request);
	check_equal("manifest buffer 1 byte short for version 1", result.rax, R_INVALID_PARAMETER);
	check_equal("  RCX is the size needed", result.manifest_size, list_size);
	check_equal("  R8 is the size needed", result.report_size, REPORT_BYTES);
	check_true("  buffers are untouched", bytes_all(attest.manifest, PAGE_BYTES, UNTOUCHED) &&
						      bytes_all(attest.report, PAGE_BYTES, UNTOUCHED));
}

/* An EX call without selector is call 1. */
static void no_selector(void)
{
	static struct tpm_blob manifest;
	struct attest_result result;

	if (take_manifest("SINGLE_SERVICE_EX without selector", call(ATTEST_SINGLE_SERVICE_EX, 0), &manifest))
		check_true("  gives the manifest of version 0", same(&manifest, &single));
	result = call(ATTEST_SINGLE_SERVICE_EX, 1);
	check_equal("SINGLE_SERVICE_EX without selector, version 1", result.rax, R_SUCCESS);
	check_equal("  gives the manifest of version 1", result.manifest_size, list_size);
	check_true("  to the byte", parse_list((size_t)list_size));
	list_too_small(ATTEST_SINGLE_SERVICE);
	list_too_small(ATTEST_SINGLE_SERVICE_EX);
}

/* A credential for the attested public area opens with the key in the TPM. */
static void activates(const char *form, const struct tpm_blob *public, const struct tpm_key *ek, bool with_policy,
		      const struct tpm_key *ak)
{
	static struct tpm_blob credential, encrypted, recovered;
	uint8_t secret[32];
	uint32_t outside;

	console_printf("note: credential for the key from %s\n", form);
	if (!check_equal("  random secret", tpm_random(secret, sizeof(secret)), TPM_RC_SUCCESS) ||
	    !check_equal("  TPM2_LoadExternal", tpm_load_public(public, &outside), TPM_RC_SUCCESS))
		return;
	check_equal("  TPM2_MakeCredential",
		    tpm_make_credential(outside, &ak->name, secret, sizeof(secret), &credential, &encrypted),
		    TPM_RC_SUCCESS);
	check_equal("  TPM2_FlushContext", tpm_flush(outside), TPM_RC_SUCCESS);
	check_equal("  TPM2_ActivateCredential",
		    tpm_activate(ak->handle, ek->handle, with_policy, &credential, &encrypted, &recovered),
		    TPM_RC_SUCCESS);
	check_true("  gives the secret",
		   recovered.size == sizeof(secret) && memcmp(recovered.data, secret, sizeof(secret)) == 0);
}

/* What the key signs verifies with the attested public area, and with nothing changed in it. */
static void signs(const struct tpm_blob *public, const struct tpm_key *key)
{
	static const uint8_t nonce[16] = "sixteen bytes...";
	static struct tpm_blob quote, signature, digest;
	uint32_t outside;

	check_equal("  TPM2_Quote", tpm_quote(key->handle, 4, nonce, sizeof(nonce), &quote, &signature),
		    TPM_RC_SUCCESS);
	check_equal("  TPM2_Hash", tpm_hash(&quote, &digest), TPM_RC_SUCCESS);
	if (!check_equal("  TPM2_LoadExternal", tpm_load_public(public, &outside), TPM_RC_SUCCESS))
		return;
	check_equal("  TPM2_VerifySignature", tpm_verify(outside, &digest, &signature), TPM_RC_SUCCESS);
	digest.data[0] ^= 1;
	check_equal("  of another quote fails", tpm_verify(outside, &digest, &signature), TPM_RC_SIGNATURE_P2);
	check_equal("  TPM2_FlushContext", tpm_flush(outside), TPM_RC_SUCCESS);
}

static void each_key(const struct tpm_key *ak)
{
	static struct tpm_blob template, selected;
	static struct tpm_key mine;

	for (uint32_t i = 0; i < KEY_COUNT; i++) {
		const struct key_spec *spec = &key_specs[i];

		console_printf("note: key %s\n", spec->name);
		key_template(spec, 0, &template);
		if (!take_manifest("SINGLE_SERVICE_EX", call_selected(&template), &selected) ||
		    !check_equal("TPM2_CreatePrimary", tpm_create_primary(&template, &mine), TPM_RC_SUCCESS))
			continue;
		check_true("  makes the key that the selector names", same(&selected, &mine.public));
		check_true("  and the one of version 1", same(&listed[i], &mine.public));
		if (key_decrypts(spec)) {
			activates("a selector", &selected, &mine, key_needs_policy(spec), ak);
			activates("version 1", &listed[i], &mine, key_needs_policy(spec), ak);
			if (i == KEY_DEFAULT_EK)
				activates("version 0", &single, &mine, key_needs_policy(spec), ak);
		} else {
			signs(&selected, &mine);
		}
		check_equal("  TPM2_FlushContext", tpm_flush(mine.handle), TPM_RC_SUCCESS);
	}
}

static uint32_t handles(uint32_t first)
{
	uint32_t count = UINT32_MAX;

	return tpm_count_handles(first, &count) == TPM_RC_SUCCESS ? count : UINT32_MAX;
}

/* Keys that are in no list are made when they are asked for, also when the guest has used up the TPM's slots. */
static void unlisted_keys(void)
{
	static struct tpm_blob template, before, again;
	static struct tpm_key slot[SLOTS], mine;

	key_template(&key_specs[KEY_SIGNING_ECC], 0, &template);
	for (uint32_t i = 0; i < SLOTS; i++)
		check_equal("TPM2_CreatePrimary to fill a slot", tpm_create_primary(&template, &slot[i]),
			    TPM_RC_SUCCESS);
	key_template(&key_specs[1], OTHER_UNIQUE, &template);
	if (take_manifest("SINGLE_SERVICE_EX of an unlisted key, no slot free", call_selected(&template), &before)) {
		check_equal("  transient objects", handles(TPM_HANDLES_TRANSIENT), SLOTS);
		check_equal("  sessions", handles(TPM_HANDLES_LOADED_SESSIONS), 0);
	}
	for (uint32_t i = 0; i < SLOTS; i++)
		check_equal("  the guest's object is still there", tpm_flush(slot[i].handle), TPM_RC_SUCCESS);
	if (take_manifest("SINGLE_SERVICE_EX of it again", call_selected(&template), &again))
		check_true("  is the same key", same(&before, &again));
	check_equal("TPM2_CreatePrimary of it", tpm_create_primary(&template, &mine), TPM_RC_SUCCESS);
	check_true("  is the same key", same(&before, &mine.public));
	check_equal("  TPM2_FlushContext", tpm_flush(mine.handle), TPM_RC_SUCCESS);
	key_template(&key_specs[1], 0, &template);
	if (take_manifest("SINGLE_SERVICE_EX of the listed twin", call_selected(&template), &again))
		check_true("  is another key", again.size != 0 && !same(&before, &again));
}

static void ak(struct tpm_key *key)
{
	static struct tpm_blob template;

	key_template(&key_specs[KEY_SIGNING_ECC], OTHER_UNIQUE, &template);
	check_equal("TPM2_CreatePrimary of a key to bind", tpm_create_primary(&template, key), TPM_RC_SUCCESS);
}

void checks_keys(void)
{
	static struct tpm_key bound;

	selector = memory_pages(1);
	if (!check_true("test memory", selector != NULL && attest_start(&attest)) || !list())
		return;
	no_selector();
	ak(&bound);
	each_key(&bound);
	check_equal("TPM2_FlushContext of it", tpm_flush(bound.handle), TPM_RC_SUCCESS);
	unlisted_keys();
	check_equal("transient objects that are left", handles(TPM_HANDLES_TRANSIENT), 0);
	check_equal("sessions that are left", handles(TPM_HANDLES_LOADED_SESSIONS), 0);
}
