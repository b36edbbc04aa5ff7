/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The identity of one simulated chip: test root and intermediate CA, VCEK, chip id, TCB, and the secret its derived
 * keys come from. Kept in a directory, because RSA-4096 keys are slow to make.
 */
#ifndef AMD_SP_STATE_H
#define AMD_SP_STATE_H

#include "abi/snp.h"
#include "sp_certs.h"

#define SP_RSA_BITS 4096u
#define SP_SECRET_SIZE 48u
static_assert(SP_CHIP_ID_SIZE == SNP_CHIP_ID_SIZE, "chip id");

struct sp_state {
	EVP_PKEY *ark_key, *ask_key, *vcek_key;
	X509 *ark, *ask;
	uint8_t chip_id[SP_CHIP_ID_SIZE];
	struct sp_tcb tcb;
	uint8_t secret[SP_SECRET_SIZE];
};

/*
 * Makes keys and certificates and writes them to `dir`, which is created when it does not exist. `rsa_bits`:
 * SP_RSA_BITS; tests may take fewer. ark.pem is written last: a directory that has it is complete.
 */
bool sp_state_create(const char *dir, unsigned int rsa_bits) MUST_CHECK;
/* The caller frees with sp_state_free. NULL after saying why. Read-only afterwards: threads may share it. */
struct sp_state *sp_state_load(const char *dir);
void sp_state_free(struct sp_state *state);
/* True when sp_state_create has finished in `dir` once; an empty ark.pem does not count. */
bool sp_state_exists(const char *dir);
/* The TCB as reports carry it: Milan's byte order */
void sp_state_tcb(const struct sp_tcb *tcb, uint8_t bytes[8]);

#endif
