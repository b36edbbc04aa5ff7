/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Time to make each key of the conformance image's key-template manifest, in TPMs with fresh seeds, with the guest's
 * TPM put aside and resumed; beside it OpenSSL's time for a key of the same kind in the same run. RSA takes luck:
 * medians.
 */
#include "key_maker.h"
#include "key_templates.h"
#include "tpm_engine.h"
#include "tpm_store.h"

#include <libtpms/tpm_nvfilename.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEYS_FILE "build/keys/conformance.keys"
#define ROUNDS 15
#define TYPE_RSA 0x0001u

static double now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double times[ROUNDS])
{
	qsort(times, ROUNDS, sizeof(times[0]), order);
	return times[ROUNDS / 2];
}

static unsigned int be16(const uint8_t *at)
{
	return (unsigned int)at[0] << 8 | at[1];
}

/* A key as OpenSSL makes it; parameters of RSA and ECC lie behind the same fields of the template. */
static EVP_PKEY *openssl_key(const struct key_template_view *key)
{
	static const char *const curves[] = {[3] = "P-256", [4] = "P-384", [5] = "P-521"};
	const uint8_t *parameters = key->bytes + 8 + 2 + be16(key->bytes + 8);
	bool has_symmetric = be16(parameters) != 0x0010;
	unsigned int value;

	parameters += has_symmetric ? 6 : 2;
	parameters += be16(parameters) != 0x0010 ? 4 : 2;
	value = be16(parameters);
	if (be16(key->bytes) == TYPE_RSA)
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)value);
	return value < sizeof(curves) / sizeof(curves[0]) ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", curves[value]) : NULL;
}

static bool fresh_tpm(void)
{
	const char *why;

	tpm_engine_power_off();
	tpm_store_remove(TPM_PERMANENT_ALL_NAME);
	return tpm_engine_power_on(&why) && key_maker_start() && primary_key_startup() == PRIMARY_KEY_RC_SUCCESS;
}

static bool measure(const struct key_template_view *key)
{
	struct primary_key_template template = {.size = key->size};
	double tpm[ROUNDS], openssl[ROUNDS], start, ours, theirs;
	struct primary_key made;
	uint32_t code;

	memcpy(template.bytes, key->bytes, key->size);
	for (int i = 0; i < ROUNDS; i++) {
		EVP_PKEY *other;

		if (!fresh_tpm())
			return false;
		start = now_ms();
		if (!key_maker_make(KEY_MAKER_MANUFACTURED, &template, &made, &code) || code != PRIMARY_KEY_RC_SUCCESS)
			return false;
		tpm[i] = now_ms() - start;
		start = now_ms();
		other = openssl_key(key);
		openssl[i] = now_ms() - start;
		if (other == NULL)
			return false;
		EVP_PKEY_free(other);
	}
	ours = median(tpm);
	theirs = median(openssl);
	printf("%-18s %8.1f ms   OpenSSL %8.1f ms   ratio %6.2f\n", key->name, ours, theirs, ours / theirs);
	return true;
}

int main(void)
{
	static uint8_t file[KEY_TEMPLATES_SIZE_MAX];
	FILE *in = fopen(KEYS_FILE, "rb");
	size_t size = in != NULL ? fread(file, 1, sizeof(file), in) : 0;
	struct key_templates templates;
	uint32_t index;

	if (in != NULL)
		(void)fclose(in);
	if (key_templates_parse(&templates, file, size, &index) != NULL) {
		fprintf(stderr, "%s: not there or malformed; make images\n", KEYS_FILE);
		return EXIT_FAILURE;
	}
	printf("keys of the vTPM, median of %d\n", ROUNDS);
	for (uint32_t i = 0; i < templates.count; i++) {
		if (!measure(&templates.key[i])) {
			fprintf(stderr, "%s: cannot be made\n", templates.key[i].name);
			return EXIT_FAILURE;
		}
	}
	tpm_engine_power_off();
	return EXIT_SUCCESS;
}
