/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tpm_store.h"

#include <libtpms/tpm_error.h>
#include <libtpms/tpm_library.h>
#include <libtpms/tpm_memory.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORE_BLOBS 4u
#define STORE_NAME_MAX 32u
#define STORE_BLOB_MAX (1024u * 1024u)

struct blob {
	char name[STORE_NAME_MAX];
	uint8_t *data;
	uint32_t size;
};

static struct blob live[STORE_BLOBS];

static struct blob *find(const char *name)
{
	for (size_t i = 0; i < STORE_BLOBS; i++) {
		if (live[i].data != NULL && strcmp(live[i].name, name) == 0)
			return &live[i];
	}
	return NULL;
}

static void drop(struct blob *blob)
{
	/* Seeds and private keys are in here. */
	OPENSSL_clear_free(blob->data, blob->size);
	*blob = (struct blob){0};
}

static TPM_RESULT store_init(void)
{
	return TPM_SUCCESS;
}

static TPM_RESULT store_load(unsigned char **data, uint32_t *length, uint32_t tpm_number, const char *name)
{
	const struct blob *blob = find(name);
	TPM_RESULT result;

	(void)tpm_number;
	if (blob == NULL)
		return TPM_RETRY; /* libtpms: there is none, manufacture one */
	result = TPM_Malloc(data, blob->size);
	if (result != TPM_SUCCESS)
		return result;
	memcpy(*data, blob->data, blob->size);
	*length = blob->size;
	return TPM_SUCCESS;
}

bool tpm_store_put(const char *name, const uint8_t *data, uint32_t size)
{
	struct blob fresh = {.size = size}, *blob = find(name);

	if (size == 0 || size > STORE_BLOB_MAX || strlen(name) >= sizeof(fresh.name))
		return false;
	for (size_t i = 0; blob == NULL && i < STORE_BLOBS; i++) {
		if (live[i].data == NULL)
			blob = &live[i];
	}
	if (blob == NULL)
		return false;
	fresh.data = OPENSSL_memdup(data, size);
	if (fresh.data == NULL)
		return false;
	(void)snprintf(fresh.name, sizeof(fresh.name), "%s", name);
	drop(blob);
	*blob = fresh;
	return true;
}

void tpm_store_remove(const char *name)
{
	struct blob *blob = find(name);

	if (blob != NULL)
		drop(blob);
}

static TPM_RESULT store_save(const unsigned char *data, uint32_t length, uint32_t tpm_number, const char *name)
{
	(void)tpm_number;
	return tpm_store_put(name, data, length) ? TPM_SUCCESS : TPM_FAIL;
}

static TPM_RESULT store_delete(uint32_t tpm_number, const char *name, TPM_BOOL must_exist)
{
	bool exists = find(name) != NULL;

	(void)tpm_number;
	tpm_store_remove(name);
	return exists || !must_exist ? TPM_SUCCESS : TPM_FAIL;
}

void tpm_store_callbacks(struct libtpms_callbacks *callbacks)
{
	callbacks->tpm_nvram_init = store_init;
	callbacks->tpm_nvram_loaddata = store_load;
	callbacks->tpm_nvram_storedata = store_save;
	callbacks->tpm_nvram_deletename = store_delete;
}
