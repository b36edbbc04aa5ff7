/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What the relying party keeps between challenge, credential and verify: the nonce, and the activation secret with the
 * two keys it was made for. Private to it (mode 0600); none of it is ever taken from evidence.
 */
#ifndef SVSM_ATTEST_STATE_H
#define SVSM_ATTEST_STATE_H

#include "blob.h"

#define STATE_NONCE_SIZE 64u
#define STATE_SECRET_SIZE 32u

struct state {
	uint8_t nonce[STATE_NONCE_SIZE];
	bool has_credential;
	uint8_t secret[STATE_SECRET_SIZE];
	struct blob ek, ak; /* TPMT_PUBLIC each */
};

bool state_read(const char *path, struct state *out, struct error *error) MUST_CHECK;
bool state_write(const char *path, const struct state *state, struct error *error) MUST_CHECK;
/* Wipes secrets. */
void state_free(struct state *state);

#endif
