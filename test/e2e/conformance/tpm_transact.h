/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * One TPM command at a time: begin, write parameters to tpm_out, transact, read from tpm_in. Used by the files that
 * implement tpm.h and tpm_key.h.
 */
#ifndef CONFORMANCE_TPM_TRANSACT_H
#define CONFORMANCE_TPM_TRANSACT_H

#include "tpm.h"
#include "tpm_wire.h"

#define TPM_RH_NULL 0x40000007u
#define TPM_RS_PW 0x40000009u

extern struct tpm_writer tpm_out;
extern struct tpm_reader tpm_in;

void tpm_begin(uint16_t tag, uint32_t code);

/* Sends what was written; on success tpm_in stands behind the response's header. */
uint32_t tpm_transact(uint16_t tag);

/* Code to give after reading parameters */
uint32_t tpm_read_result(void);

/* Copies a slice of the response; too much of it fails the reading. */
void tpm_take_blob(struct tpm_blob *blob, struct tpm_reader data);

/* One TPMS_AUTH_COMMAND with an empty HMAC: a password session or a policy session */
void tpm_put_session(uint32_t handle);
/* The authorisation area with an empty password */
void tpm_put_password(void);

#endif
