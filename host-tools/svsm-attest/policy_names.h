/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The kinds of values that policies are made of: lists of names, of numbers and of digests. */
#ifndef SVSM_ATTEST_POLICY_NAMES_H
#define SVSM_ATTEST_POLICY_NAMES_H

#include "report.h"

#include <jansson.h>

#define POLICY_LIST_MAX 1024u

/* A list of names as bits */
bool policy_names_read(const json_t *object, const char *where, const char *key, const struct bit_name *names,
		       uint64_t *out, struct error *error) MUST_CHECK;
/* The same for masks of 32 bits; an empty list is refused. */
bool policy_names_choice(const json_t *object, const char *where, const char *key, const struct bit_name *names,
			 uint32_t *out, struct error *error) MUST_CHECK;
/* A list of numbers from 0 to `max` (below 32) as bits */
bool policy_names_numbers(const json_t *object, const char *where, const char *key, uint32_t max, uint32_t *out,
			  struct error *error) MUST_CHECK;

struct policy_digests {
	uint8_t (*digest)[64]; /* shorter values are zero-padded */
	size_t count;
	bool asked;
};
/* Missing or null: not asked for. Otherwise at least one value of `size` bytes, or of `other` bytes when not 0. */
bool policy_digests_read(const json_t *object, const char *where, const char *key, size_t size, size_t other,
			 struct policy_digests *out, struct error *error) MUST_CHECK;
void policy_digests_free(struct policy_digests *digests);
bool policy_digests_have(const struct policy_digests *digests, const uint8_t *value, size_t size);

#endif
