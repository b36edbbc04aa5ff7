/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Primary keys of the endorsement hierarchy, made with an empty password: what TPM2_CreatePrimary derives from the
 * endorsement seed and a template, so that the guest gets the same key from the same template.
 */
#ifndef VTPM_PRIMARY_KEY_H
#define VTPM_PRIMARY_KEY_H

#include "svsm/key_templates.h"

#include <stdbool.h>
#include <stdint.h>

#define PRIMARY_KEY_PUBLIC_MAX 1024u
#define PRIMARY_KEY_RC_SUCCESS 0u
#define PRIMARY_KEY_RC_FAILURE 0x101u /* TPM_RC_FAILURE */

struct primary_key {
	uint32_t size;				     /* 0: not made */
	uint8_t public_area[PRIMARY_KEY_PUBLIC_MAX]; /* marshalled TPMT_PUBLIC */
};

/* A marshalled TPMT_PUBLIC; what is in it is the TPM's to judge. */
struct primary_key_template {
	uint32_t size;
	uint8_t bytes[KEY_TEMPLATE_SIZE_MAX];
};

/* Template L-1 (RSA 2048) of the TCG EK Credential Profile 2.6, B.3.3: the default endorsement key */
extern const struct primary_key_template primary_key_default;

/* TPM2_Startup(CLEAR). Gives the TPM's response code; TPM_RC_INITIALIZE when it was started before. */
uint32_t primary_key_startup(void);

/* The TPM has failed: it makes no keys any more, and a failed TPM cannot be put aside. */
bool primary_key_tpm_failed(void);

/*
 * Makes the key of @template and flushes it again: only its public area stays. False when the TPM gave no answer that
 * makes sense. Otherwise *code is the TPM's response code, and with PRIMARY_KEY_RC_SUCCESS the key is in *key. All
 * transient objects of the TPM are flushed first, so that there is room: the TPM must be put aside (key_maker.h).
 */
bool primary_key_create(const struct primary_key_template *template, struct primary_key *key, uint32_t *code);

#endif
