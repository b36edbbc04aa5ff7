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
static struct blob saved[STORE_BLOBS];

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

static bool copy(struct blob *to, const struct blob *from)
{
	uint8_t *data;

	if (from->data == NULL) {
		drop(to);
		return true;
	}
	data = OPENSSL_memdup(from->data, from->size);
	if (data == NULL)
		return false;
	drop(to);
	*to = *from;
	to->data = data;
	return true;
}

bool tpm_store_snapshot(void)
{
	for (size_t i = 0; i < STORE_BLOBS; i++) {
		if (!copy(&saved[i], &live[i]))
			return false;
	}
	return true;
}

bool tpm_store_restore(void)
{
	for (size_t i = 0; i < STORE_BLOBS; i++) {
		if (!copy(&live[i], &saved[i]))
			return false;
	}
	return true;
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

static TPM_RESULT store_save(const unsigned char *data, uint32_t length, uint32_t tpm_number, const char *name)
{
	struct blob fresh = {.size = length}, *blob = find(name);

	(void)tpm_number;
	if (length == 0 || length > STORE_BLOB_MAX || strlen(name) >= sizeof(fresh.name))
		return TPM_FAIL;
	for (size_t i = 0; blob == NULL && i < STORE_BLOBS; i++) {
		if (live[i].data == NULL)
			blob = &live[i];
	}
	if (blob == NULL)
		return TPM_FAIL;
	fresh.data = OPENSSL_memdup(data, length);
	if (fresh.data == NULL)
		return TPM_FAIL;
	(void)snprintf(fresh.name, sizeof(fresh.name), "%s", name);
	drop(blob);
	*blob = fresh;
	return TPM_SUCCESS;
}

static TPM_RESULT store_delete(uint32_t tpm_number, const char *name, TPM_BOOL must_exist)
{
	struct blob *blob = find(name);

	(void)tpm_number;
	if (blob == NULL)
		return must_exist ? TPM_FAIL : TPM_SUCCESS;
	drop(blob);
	return TPM_SUCCESS;
}

void tpm_store_callbacks(struct libtpms_callbacks *callbacks)
{
	callbacks->tpm_nvram_init = store_init;
	callbacks->tpm_nvram_loaddata = store_load;
	callbacks->tpm_nvram_storedata = store_save;
	callbacks->tpm_nvram_deletename = store_delete;
}
