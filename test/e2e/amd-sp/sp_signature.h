/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * ECDSA P-384 with SHA-384 in AMD's form: r and s little-endian in 72 bytes each, public keys as curve id and
 * little-endian coordinates (AMD 56860, "Digital Signatures" formats). The top 24 bytes of each number are zero.
 */
#ifndef AMD_SP_SIGNATURE_H
#define AMD_SP_SIGNATURE_H

#include "sp_error.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#define SP_NUMBER_SIZE 72u
#define SP_CURVE_P384 2u

struct sp_signature {
	uint8_t r[SP_NUMBER_SIZE];
	uint8_t s[SP_NUMBER_SIZE];
	uint8_t reserved[368];
};
static_assert(sizeof(struct sp_signature) == 512, "ECDSA signature");

struct sp_public_key {
	uint32_t curve;
	uint8_t qx[SP_NUMBER_SIZE];
	uint8_t qy[SP_NUMBER_SIZE];
	uint8_t reserved[880];
};
static_assert(sizeof(struct sp_public_key) == 0x404, "ECDSA public key");

/* Fills all of `out`. */
bool sp_signature_make(EVP_PKEY *key, const void *data, size_t size, struct sp_signature *out) MUST_CHECK;
/* True when the signature is of `data` by `key`; any malformed signature is just false. */
bool sp_signature_check(EVP_PKEY *key, const void *data, size_t size, const struct sp_signature *signature) MUST_CHECK;
/* A key the caller frees; NULL when it is not a point of P-384. */
EVP_PKEY *sp_signature_key(const struct sp_public_key *key);
/* The public half of a P-384 key in AMD's form. */
bool sp_signature_export(EVP_PKEY *key, struct sp_public_key *out) MUST_CHECK;

#endif
