/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* ID blocks: a key's digest as others publish it, good and broken signatures, and the copy of a file that carries one.
 */
#include "fixture.h"

#include "accept.h"
#include "id_block.h"
#include "measure.h"
#include "snp_key.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

static EVP_PKEY *new_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-384");

	assert_non_null(key);
	return key;
}

/* Signed by `id_key` and, when not NULL, `author_key`. */
static void make(struct id_block *id, EVP_PKEY *id_key, EVP_PKEY *author_key)
{
	struct error error;

	memset(id, 0, sizeof(*id));
	memset(id->block.ld, 0x11, sizeof(id->block.ld));
	memset(id->block.image_id, 0x22, sizeof(id->block.image_id));
	id->block.version = 1;
	id->block.guest_svn = 9;
	id->block.policy = 0x30000;
	id->auth.id_key_algo = id->auth.author_key_algo = author_key ? 1 : 0;
	id->auth.id_key_algo = 1;
	assert_true(snp_key_public(id_key, &id->auth.id_key, &error));
	assert_true(snp_key_sign(id_key, &id->block, sizeof(id->block), &id->auth.id_block_signature, &error));
	if (!author_key)
		return;
	assert_true(snp_key_public(author_key, &id->auth.author_key, &error));
	assert_true(snp_key_sign(author_key, &id->auth.id_key, sizeof(id->auth.id_key), &id->auth.id_key_signature,
				 &error));
}

/* The public half of the ID key in sev-snp-measure's tests, and the digest that its documentation has for it. */
static void published_key_digest(void **state)
{
	static const uint8_t x[] = {0xb2, 0x0f, 0xd1, 0xa1, 0xc2, 0xbd, 0x2b, 0x65, 0x18, 0x3a, 0x76, 0xe2,
				    0x39, 0x0a, 0xc8, 0x05, 0xf6, 0xd8, 0xe5, 0xe2, 0xaf, 0x72, 0x5e, 0x5a,
				    0x8e, 0x93, 0xcf, 0x87, 0xec, 0x02, 0x9f, 0x9d, 0x45, 0xeb, 0x32, 0x6b,
				    0x04, 0xb9, 0x2b, 0xeb, 0x71, 0x4e, 0x14, 0xfa, 0x98, 0x6f, 0x8a, 0x9a};
	static const uint8_t y[] = {0x2c, 0x94, 0xa0, 0xb8, 0xab, 0x30, 0xcc, 0x76, 0x35, 0x26, 0x75, 0x94,
				    0x48, 0x76, 0x89, 0x1e, 0x95, 0x4f, 0xf6, 0xef, 0x58, 0x26, 0xa6, 0x23,
				    0x1b, 0xa6, 0xd6, 0xd7, 0xf6, 0xeb, 0xfb, 0x68, 0xce, 0x33, 0x0e, 0x1e,
				    0x59, 0x39, 0x4e, 0xfb, 0x70, 0x80, 0x88, 0x3d, 0xdc, 0x69, 0x36, 0x4b};
	static const uint8_t wanted[] = {0x87, 0x0b, 0x7e, 0x35, 0xc5, 0x3f, 0x8a, 0x72, 0xd0, 0xd3, 0x22, 0xf7,
					 0x5a, 0xb2, 0xaf, 0x82, 0x62, 0x79, 0x2a, 0xaf, 0x65, 0x79, 0x62, 0x2c,
					 0xe4, 0x13, 0x1c, 0x3f, 0x21, 0xf2, 0x89, 0xe7, 0x7c, 0xb0, 0x56, 0x0a,
					 0x5e, 0x3b, 0x90, 0xb3, 0x93, 0x2e, 0x67, 0x4e, 0xc7, 0x09, 0xcb, 0x14};
	struct snp_ecc_public_key key = {.curve = 2};
	uint8_t digest[48];

	(void)state;
	for (size_t i = 0; i < 48; i++) {
		key.qx[i] = x[47 - i];
		key.qy[i] = y[47 - i];
	}
	assert_true(snp_key_digest(&key, digest));
	assert_memory_equal(digest, wanted, 48);
}

static void signatures(void **state)
{
	EVP_PKEY *id_key = new_key(), *author_key = new_key();
	struct id_block_verdict verdict;
	struct id_block id, broken;
	struct error error;

	(void)state;
	make(&id, id_key, NULL);
	assert_true(id_block_verify(&id, &verdict, &error));
	assert_true(verdict.valid);
	assert_false(verdict.has_author);
	make(&id, id_key, author_key);
	assert_true(id_block_verify(&id, &verdict, &error));
	assert_true(verdict.valid);
	assert_true(verdict.has_author);
	/* Every byte matters; those that are not signed are reserved or parts of keys and signatures. */
	for (size_t i = 0; i < sizeof(id); i += i < sizeof(id.block) + 0x100 ? 1 : 61) {
		broken = id;
		((uint8_t *)&broken)[i] ^= 1;
		assert_true(id_block_verify(&broken, &verdict, &error));
		if (verdict.valid)
			fail_msg("byte 0x%zx can be changed", i);
		assert_non_null(verdict.reason);
	}
	/* The author's part taken away leaves a valid block without author, but not half of it. */
	broken = id;
	memset(&broken.auth.author_key, 0, sizeof(broken.auth.author_key));
	assert_true(id_block_verify(&broken, &verdict, &error));
	assert_false(verdict.valid);
	EVP_PKEY_free(id_key);
	EVP_PKEY_free(author_key);
}

static void signature_forms(void **state)
{
	static const uint8_t noise[96] = {1};
	struct snp_ecdsa_signature signature, again;
	EVP_PKEY *key = new_key();
	uint8_t raw[96], der[9] = {0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x07, 0x00};
	struct error error;

	(void)state;
	assert_true(snp_key_sign(key, noise, sizeof(noise), &signature, &error));
	for (size_t i = 0; i < 48; i++) {
		raw[i] = signature.r[47 - i];
		raw[48 + i] = signature.s[47 - i];
	}
	assert_true(snp_key_signature("t", raw, sizeof(raw), &again, &error));
	assert_memory_equal(&again, &signature, sizeof(again));
	assert_true(snp_key_signature("t", (const uint8_t *)&signature, sizeof(signature), &again, &error));
	assert_memory_equal(&again, &signature, sizeof(again));
	assert_true(snp_key_signature("t", der, 8, &again, &error));
	assert_int_equal(again.r[0] | again.s[0] << 8, 0x705);
	assert_false(snp_key_signature("t", der, 9, &again, &error)); /* a byte behind it */
	assert_false(snp_key_signature("t", der, 7, &again, &error));
	assert_false(snp_key_signature("t", der, 0, &again, &error));
	EVP_PKEY_free(key);
}

/* A copy with ID block reads clean, measures the same and gives the block back; so does one that replaces it. */
static void inserted(void **state)
{
	const struct measure_options options = {.profile = profile_at(0), .vcpus = 1};
	EVP_PKEY *id_key = new_key(), *author_key = new_key();
	static struct findings findings;
	struct measurement before, after;
	struct igvm_file file, with;
	struct fixture fixture;
	struct file_data copy;
	struct id_block id, out;
	struct igvm_snp_id_block payload;
	uint64_t policy = 0;

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	assert_true(igvm_parse("t", fixture.igvm.bytes, fixture.igvm.size, &file, NULL, &fixture.error));
	assert_true(measure_igvm(&file, &options, &before, &fixture.error));
	assert_null(id_block_find(&file));
	for (int round = 0; round < 2; round++) {
		make(&id, id_key, round ? NULL : author_key);
		assert_true(id_block_insert(&file, &id, &copy, &fixture.error));
		memset(&findings, 0, sizeof(findings));
		if (!igvm_parse("t", copy.bytes, copy.size, &with, &findings, &fixture.error))
			fail_msg("%s", fixture.error.text);
		for (size_t i = 0; profile_at(i); i++)
			accept_check(&with, profile_at(i), &findings);
		/* OpenVMM wants long mode, Cloud Hypervisor leaves the ID block out: both are told as notes. */
		assert_int_equal(findings.count, 2);
		for (size_t i = 0; i < findings.count; i++)
			assert_string_equal(profile_find(findings.item[i].scope)->note, findings.item[i].rule);
		assert_true(measure_igvm(&with, &options, &after, &fixture.error));
		assert_memory_equal(after.digest[0], before.digest[0], 48);
		assert_true(id_block_policy(&with, &policy));
		igvm_record_read(&with, id_block_find(&with), &payload, sizeof(payload));
		id_block_from_igvm(&payload, policy, &out);
		assert_memory_equal(&out, &id, sizeof(id));
		measurement_free(&after);
		igvm_file_free(&file);
		if (round)
			free((void *)(uintptr_t)file.bytes);
		file = with;
	}
	free((void *)(uintptr_t)file.bytes);
	igvm_file_free(&file);
	measurement_free(&before);
	fixture_close(&fixture);
	EVP_PKEY_free(id_key);
	EVP_PKEY_free(author_key);
}

int test_id_block_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_key_digest),
		cmocka_unit_test(signatures),
		cmocka_unit_test(signature_forms),
		cmocka_unit_test(inserted),
	};

	return cmocka_run_group_tests_name("ID blocks", tests, NULL, NULL);
}
