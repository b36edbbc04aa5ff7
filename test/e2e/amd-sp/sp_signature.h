/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * ECDSA P-384 with SHA-384 in AMD's form: r and s little-endian in 72 bytes each, public keys as curve id and
 * little-endian coordinates (AMD 56860, "Digital Signatures" formats). The top 24 bytes of each number are zero.
 */
#ifndef AMD_SP_SIGNATURE_H
#define AMD_SP_SIGNATURE_H

#include "abi/snp.h"
#include "sp_error.h"

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

/* Fills all of `out`. */
bool sp_signature_make(EVP_PKEY *key, const void *data, size_t size, struct snp_ecdsa_signature *out) MUST_CHECK;
/* True when the signature is of `data` by `key`; any malformed signature is just false. */
bool sp_signature_check(EVP_PKEY *key, const void *data, size_t size,
			const struct snp_ecdsa_signature *signature) MUST_CHECK;
/* A key the caller frees; NULL when it is not a point of P-384. */
EVP_PKEY *sp_signature_key(const struct snp_ecc_public_key *key);

#endif
