/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Bytes on the heap, and their two text forms. */
#ifndef SVSM_ATTEST_BLOB_H
#define SVSM_ATTEST_BLOB_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

/* Owned by whoever holds the struct. Empty: {NULL, 0}. */
struct blob {
	uint8_t *data;
	size_t size;
};

bool blob_copy(struct blob *blob, const void *data, size_t size) MUST_CHECK;
bool blob_equal(const struct blob *a, const struct blob *b);
/* Overwrites the bytes before it frees them. */
void blob_free(struct blob *blob);

/*
 * The one canonical base64 text (RFC 4648 section 4, padded) of at most `max` bytes: no spaces, no spare bits. False
 * when it is anything else or memory is out; then the blob is empty.
 */
bool blob_from_base64(struct blob *blob, const char *text, size_t max) MUST_CHECK;
/* A new string, NULL without memory; free() it. */
char *blob_base64(const void *data, size_t size);

/* Hexadecimal digits of either case, an even number, nothing else; at most `max` bytes */
bool blob_from_hex(struct blob *blob, const char *text, size_t max) MUST_CHECK;
/* Exactly `size` bytes */
bool blob_hex_exact(uint8_t *out, size_t size, const char *text) MUST_CHECK;
/* Lower case; a new string, NULL without memory; free() it. */
char *blob_hex(const void *data, size_t size);

#endif
