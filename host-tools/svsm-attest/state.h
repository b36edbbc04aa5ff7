/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What the relying party keeps between challenge, credential and verify: the nonce, and the activation secret with the
 * two keys it was made for. Private to it (mode 0600); none of it is ever taken from evidence. A state ends after a
 * time, and with the first verdict.
 */
#ifndef SVSM_ATTEST_STATE_H
#define SVSM_ATTEST_STATE_H

#include "blob.h"

#include <time.h>

#define STATE_NONCE_SIZE 64u
#define STATE_SECRET_SIZE 32u
#define STATE_VALID_SECONDS 600
#define STATE_VALID_SECONDS_MAX 86400

struct state {
	uint8_t nonce[STATE_NONCE_SIZE];
	time_t expires;
	bool has_credential;
	uint8_t secret[STATE_SECRET_SIZE];
	struct blob ek, ak; /* TPMT_PUBLIC each */
};

/* Refuses a state that has ended. */
bool state_read(const char *path, struct state *out, struct error *error) MUST_CHECK;
/*
 * The same for the one use there is: holds a lock on the file, which others cannot take meanwhile, until
 * state_release(). `used`: the file is removed, before anything is said about the outcome.
 */
bool state_take(const char *path, struct state *out, int *lock, struct error *error) MUST_CHECK;
bool state_release(const char *path, int lock, bool used, struct error *error) MUST_CHECK;
bool state_write(const char *path, const struct state *state, struct error *error) MUST_CHECK;
/* Wipes secrets. */
void state_free(struct state *state);

#endif
