/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Strict reading of JSON: no key twice, no unknown key, no conversion. `where` names the object in messages
 * ("pcrs[2]"). The json_t arguments are borrowed; strings live as long as the document.
 */
#ifndef SVSM_ATTEST_JSON_READ_H
#define SVSM_ATTEST_JSON_READ_H

#include "blob.h"

#include <jansson.h>

/* To be called first: secrets pass through JSON documents, so their memory is wiped before it is freed. */
void json_read_wipe_memory(void);

/* One document; new reference. */
bool json_read_bytes(const char *name, const struct blob *bytes, json_t **out, struct error *error) MUST_CHECK;
bool json_read_file(const char *path, size_t max, json_t **out, struct error *error) MUST_CHECK;

/* An object with all of `required` and any of `optional` (names separated by one space) */
bool json_read_shape(const json_t *object, const char *where, const char *required, const char *optional,
		     struct error *error) MUST_CHECK;
/* There, and not null */
bool json_read_given(const json_t *object, const char *key);
/* "format" and "version" */
bool json_read_format(const json_t *object, const char *where, const char *format, struct error *error) MUST_CHECK;

bool json_read_string(const json_t *object, const char *where, const char *key, const char **out,
		      struct error *error) MUST_CHECK;
/* 0 to `max` */
bool json_read_number(const json_t *object, const char *where, const char *key, uint64_t max, uint64_t *out,
		      struct error *error) MUST_CHECK;
bool json_read_boolean(const json_t *object, const char *where, const char *key, bool *out,
		       struct error *error) MUST_CHECK;
/* "0x" and up to 16 digits, or a number */
bool json_read_bits(const json_t *object, const char *where, const char *key, uint64_t *out,
		    struct error *error) MUST_CHECK;
/* An array of at most `max` items */
bool json_read_array(const json_t *object, const char *where, const char *key, size_t max, const json_t **out,
		     struct error *error) MUST_CHECK;
/* Base64 of `min` to `max` bytes; caller owns the blob. */
bool json_read_blob(const json_t *object, const char *where, const char *key, size_t min, size_t max, struct blob *out,
		    struct error *error) MUST_CHECK;
/* Hexadecimal digits of exactly `size` bytes */
bool json_read_hex(const json_t *object, const char *where, const char *key, uint8_t *out, size_t size,
		   struct error *error) MUST_CHECK;

#endif
