/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "blob.h"

#include "file.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define BLOB_MAX 65536u

/* Base64 with line ends anywhere. */
static bool decode(const struct file_data *text, uint8_t *out, size_t size)
{
	EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
	uint8_t *decoded = malloc(text->size + 3);
	int length = 0, rest = 0;
	bool ok = false;

	if (context && decoded) {
		EVP_DecodeInit(context);
		ok = EVP_DecodeUpdate(context, decoded, &length, text->bytes, (int)text->size) >= 0 &&
		     EVP_DecodeFinal(context, decoded + length, &rest) == 1 && (size_t)(length + rest) == size;
	}
	if (ok)
		memcpy(out, decoded, size);
	free(decoded);
	EVP_ENCODE_CTX_free(context);
	return ok;
}

bool blob_read(const char *path, void *out, size_t size, struct error *error)
{
	struct file_data data;
	bool ok = true;

	if (!file_read(path, BLOB_MAX, &data, error))
		return false;
	if (data.size == size)
		memcpy(out, data.bytes, size);
	else if (!decode(&data, out, size))
		ok = error_set(error, ERROR_INVALID, "%s: neither %zu bytes nor their base64", path, size);
	file_data_free(&data);
	return ok;
}

char *blob_base64(const void *bytes, size_t size)
{
	char *text = malloc(4 * ((size + 2) / 3) + 1);

	if (text)
		EVP_EncodeBlock((unsigned char *)text, bytes, (int)size);
	return text;
}
