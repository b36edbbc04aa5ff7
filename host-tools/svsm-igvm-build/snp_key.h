/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * P-384 keys and signatures, between OpenSSL and the AMD-SP's form (abi/snp.h). A key is named by a file (PEM or DER:
 * SEC 1, PKCS #8, encrypted or not, SubjectPublicKeyInfo, certificate) or by the URI of an OpenSSL provider
 * (pkcs11:...).
 */
#ifndef IGVM_BUILD_SNP_KEY_H
#define IGVM_BUILD_SNP_KEY_H

#include "abi/snp.h"
#include "error.h"

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

/* Loads a provider by name, and keeps the default one. For the rest of the process. */
bool snp_key_provider(const char *name, struct error *error) MUST_CHECK;

/*
 * NULL and `error`: cannot be loaded, or not P-384. With `secret` it must be able to sign, and the name must not stand
 * for two such keys. A passphrase or PIN is the first line of `passphrase_file`; without one it is asked for, when
 * standard input is a terminal.
 */
EVP_PKEY *snp_key_load(const char *name, bool secret, const char *passphrase_file, struct error *error) MUST_CHECK;

/* Always false; `error` says what OpenSSL has to say about `what`. */
bool snp_key_openssl_failed(const char *what, struct error *error);

bool snp_key_public(EVP_PKEY *key, struct snp_ecc_public_key *out, struct error *error) MUST_CHECK;

/* ECDSA with SHA-384 over `size` bytes. */
bool snp_key_sign(EVP_PKEY *key, const void *bytes, size_t size, struct snp_ecdsa_signature *out,
		  struct error *error) MUST_CHECK;

/* A signature as other tools write it: DER, 96 bytes R and S big-endian, or the AMD-SP's form of 512 bytes. */
bool snp_key_signature(const char *name, const uint8_t *bytes, size_t size, struct snp_ecdsa_signature *out,
		       struct error *error) MUST_CHECK;

/* True: the curve is P-384, the point is on it, reserved bytes are 0 and the signature is good. */
bool snp_key_verify(const struct snp_ecc_public_key *key, const void *bytes, size_t size,
		    const struct snp_ecdsa_signature *signature) MUST_CHECK;

/* SHA-384 of the key in the AMD-SP's form: ID_KEY_DIGEST and AUTHOR_KEY_DIGEST of a report. */
bool snp_key_digest(const struct snp_ecc_public_key *key, uint8_t out[SNP_DIGEST_SIZE]) MUST_CHECK;

#endif
