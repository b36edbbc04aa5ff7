/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The default endorsement key: template L-1 (RSA 2048, SHA-256, PolicyA) of the TCG EK Credential Profile for TPM 2.0,
 * version 2.6, appendix B.3.3, made in the endorsement hierarchy with an empty password.
 */
#ifndef VTPM_ENDORSEMENT_KEY_H
#define VTPM_ENDORSEMENT_KEY_H

#include <stdbool.h>
#include <stdint.h>

#define ENDORSEMENT_KEY_PUBLIC_MAX 512u

struct endorsement_key {
	uint32_t size;
	uint8_t public_area[ENDORSEMENT_KEY_PUBLIC_MAX]; /* marshalled TPMT_PUBLIC */
};

/*
 * Starts the TPM up, makes the key, keeps its public area and returns the TPM to the state it had before: the TPM must
 * be fresh from power-on, and is again when this returns. The key can be made again from the same seed by the guest.
 */
bool endorsement_key_make(struct endorsement_key *key, const char **why);

#endif
