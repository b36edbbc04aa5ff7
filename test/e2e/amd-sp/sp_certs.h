/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Certificates and revocation list with the names, extensions and algorithms of AMD's (57230, "VCEK Certificate and
 * KDS Interface Specification"). Verifiers compare the names, so they are AMD's; only the keys tell a test from AMD.
 */
#ifndef AMD_SP_CERTS_H
#define AMD_SP_CERTS_H

#include "sp_error.h"

#include <openssl/x509.h>
#include <stdint.h>

#define SP_PRODUCT "Milan"
#define SP_CHIP_ID_SIZE 64u

/* Security patch levels of a Milan part */
struct sp_tcb {
	uint8_t bootloader, tee, snp, microcode;
};

struct sp_crl_options {
	bool revoke_ask; /* list the ASK as revoked */
	bool stale;	 /* nextUpdate has passed */
};

/* All return an object the caller frees, or NULL after saying why. Keys are borrowed. */
X509 *sp_certs_ark(EVP_PKEY *ark_key);
X509 *sp_certs_ask(EVP_PKEY *ask_key, X509 *ark, EVP_PKEY *ark_key);
X509 *sp_certs_vcek(EVP_PKEY *vcek_key, X509 *ask, EVP_PKEY *ask_key, const uint8_t chip_id[SP_CHIP_ID_SIZE],
		    const struct sp_tcb *tcb);
X509_CRL *sp_certs_crl(X509 *ark, EVP_PKEY *ark_key, X509 *ask, const struct sp_crl_options *options);

#endif
