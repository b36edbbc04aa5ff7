/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The keys a relying party expects the SVSM to vouch for: a key-template manifest (--manifest) or a manifest selector
 * (--selector), the same files that go into an image or into a call. With one of them the form of the SVSM's manifest
 * is settled before evidence is looked at, and what REPORT_DATA must cover too.
 */
#ifndef SVSM_ATTEST_EXPECTATION_H
#define SVSM_ATTEST_EXPECTATION_H

#include "key_template.h"
#include "manifest.h"

#include "abi/snp.h"

struct expectation {
	const char *path;			/* of the file, for messages; borrowed */
	struct key_template_document templates; /* its kind says which form is expected */
	size_t selector_size;			/* 0 for a list */
	uint8_t selector[KEY_TEMPLATE_SELECTOR_MAX];
};

/* Reads the file of the option; false when it is of the other kind, too. */
bool expectation_read_manifest(struct expectation *out, const char *path, struct error *error) MUST_CHECK;
bool expectation_read_selector(struct expectation *out, const char *path, struct error *error) MUST_CHECK;
/* The same from text that was read elsewhere; a list. */
bool expectation_read_text(struct expectation *out, const char *path, const char *text, struct error *error) MUST_CHECK;

/* How the manifest is read; a selected key has the form of a single one. */
enum manifest_form expectation_form(const struct expectation *expectation);

/* What REPORT_DATA is, for a nonce of 64 bytes and a manifest; without selector when `expectation` is NULL. */
bool expectation_report_data(const struct expectation *expectation, const uint8_t nonce[64],
			     const struct blob *manifest, uint8_t out[SNP_REPORT_DATA_SIZE]) MUST_CHECK;

/* True when key `index` of a manifest is of the template that it must be of; otherwise `error` names key and field. */
bool expectation_key(const struct expectation *expectation, size_t index, const struct tpm_public *key,
		     struct error *error) MUST_CHECK;

#endif
