/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "blob.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

bool blob_copy(struct blob *blob, const void *data, size_t size)
{
	blob->size = 0;
	blob->data = malloc(size ? size : 1);
	if (!blob->data)
		return false;
	if (size)
		memcpy(blob->data, data, size);
	blob->size = size;
	return true;
}

bool blob_equal(const struct blob *a, const struct blob *b)
{
	return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

void blob_free(struct blob *blob)
{
	if (blob->data)
		OPENSSL_cleanse(blob->data, blob->size);
	free(blob->data);
	*blob = (struct blob){NULL, 0};
}

bool blob_from_base64(struct blob *blob, const char *text, size_t max)
{
	size_t length = strlen(text), padding = 0;
	char *again;
	bool same;
	int size;

	*blob = (struct blob){NULL, 0};
	if (length % 4 != 0 || length > INT_MAX || length / 4 * 3 > max + 2)
		return false;
	if (length == 0)
		return blob_copy(blob, NULL, 0);
	while (padding < 2 && text[length - 1 - padding] == '=')
		padding++;
	blob->data = malloc(length / 4 * 3);
	if (!blob->data)
		return false;
	size = EVP_DecodeBlock(blob->data, (const unsigned char *)text, (int)length);
	if (size < (int)padding || (size_t)size != length / 4 * 3 || (size_t)size - padding > max) {
		blob_free(blob);
		return false;
	}
	blob->size = (size_t)size - padding;
	/* The decoder forgives spaces and spare bits: only the text it would write itself is taken. */
	again = blob_base64(blob->data, blob->size);
	same = again && strcmp(again, text) == 0;
	free(again);
	if (!same)
		blob_free(blob);
	return same;
}

char *blob_base64(const void *data, size_t size)
{
	char *text;

	if (size > INT_MAX / 2)
		return NULL;
	text = calloc(1, (size + 2) / 3 * 4 + 1);
	if (text && size)
		EVP_EncodeBlock((unsigned char *)text, data, (int)size);
	return text;
}

bool blob_from_hex(struct blob *blob, const char *text, size_t max)
{
	size_t length = strlen(text), size;

	*blob = (struct blob){NULL, 0};
	if (length % 2 != 0 || length / 2 > max)
		return false;
	blob->data = malloc(length / 2 + 1);
	if (!blob->data)
		return false;
	if (!OPENSSL_hexstr2buf_ex(blob->data, length / 2 + 1, &size, text, '\0') || size != length / 2) {
		blob_free(blob);
		return false;
	}
	blob->size = size;
	return true;
}

bool blob_hex_exact(uint8_t *out, size_t size, const char *text)
{
	struct blob blob;
	bool ok = blob_from_hex(&blob, text, size) && blob.size == size;

	if (ok)
		memcpy(out, blob.data, size);
	blob_free(&blob);
	return ok;
}

char *blob_hex(const void *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *bytes = data;
	char *text;

	if (size > INT_MAX / 2)
		return NULL;
	text = malloc(2 * size + 1);
	if (!text)
		return NULL;
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * size] = 0;
	return text;
}
