/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * AMD's certificates (AMD 57230 "VCEK Certificate and KDS Interface Specification"): ARK signs ASK and the CRL, ASK
 * signs the VCEK, all with RSASSA-PSS and SHA-384. Only certificates the caller pins are trusted.
 */
#ifndef SVSM_ATTEST_CHAIN_H
#define SVSM_ATTEST_CHAIN_H

#include "blob.h"
#include "report.h"

#include <openssl/x509.h>
#include <time.h>

#define CHAIN_ROOTS_MAX 16u

/* PEM, one or more self-signed certificates */
struct chain_roots {
	X509 *root[CHAIN_ROOTS_MAX];
	size_t count;
};
bool chain_roots_parse(struct chain_roots *out, const char *name, const struct blob *pem,
		       struct error *error) MUST_CHECK;
void chain_roots_free(struct chain_roots *roots);

struct chain {
	X509 *ark, *ask, *vcek;
};

/* `pem`: ASK, then ARK, as KDS serves them. `der`: the VCEK (PEM is taken too). */
bool chain_parse(struct chain *out, const struct blob *pem, const struct blob *der, struct error *error) MUST_CHECK;
void chain_free(struct chain *chain);

/* The ARK is pinned, each signature and validity period holds at `now`, the algorithms are AMD's. */
bool chain_verify(const struct chain *chain, const struct chain_roots *roots, time_t now,
		  struct error *error) MUST_CHECK;

/* Product line in the VCEK; PRODUCT_UNKNOWN when it has none this program knows */
enum product chain_vcek_product(const X509 *vcek);
/* The VCEK was made for this chip, this reported TCB and this product line. */
bool chain_vcek_matches(const X509 *vcek, const struct report *report, enum product product,
			struct error *error) MUST_CHECK;

/* ARK's CRL in DER: its signature, its period at `now`, and that ARK, ASK and VCEK are not on it */
bool chain_check_crl(const struct chain *chain, const struct blob *der, time_t now, char until[32],
		     struct error *error) MUST_CHECK;

/* "2026-11-24T12:00:00Z" */
void chain_time_text(time_t when, char text[32]);

#endif
