/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* X.509 certificates from files, services and hosts: reading, and the little text this program shows of them. */
#ifndef SVSM_ATTEST_CERTIFICATE_H
#define SVSM_ATTEST_CERTIFICATE_H

#include "blob.h"

#include <openssl/x509.h>
#include <time.h>

#define CERTIFICATE_LIST_MAX 16u

struct certificate_list {
	X509 *item[CERTIFICATE_LIST_MAX];
	size_t count;
};

/*
 * All certificates of a PEM file (LF or CRLF), or the one of a DER file; nothing may be left over. At least one, at
 * most CERTIFICATE_LIST_MAX. Free `out` in any case.
 */
bool certificate_list_parse(struct certificate_list *out, const struct blob *bytes) MUST_CHECK;
void certificate_list_free(struct certificate_list *list);

/* A CRL in DER or PEM form, NULL when it is anything else; X509_CRL_free() it. */
X509_CRL *certificate_crl_parse(const struct blob *bytes);

/* RFC 3339 in UTC: "2026-11-24T12:00:00Z" */
void certificate_time_text(time_t when, char text[32]);
/* False when the certificate's time is malformed */
bool certificate_time(const ASN1_TIME *from, time_t *out) MUST_CHECK;
/* Common name of a subject, made printable; "" when there is not exactly one */
void certificate_common_name(const X509_NAME *name, char text[64]);
bool certificate_sha256(const X509 *certificate, uint8_t out[32]) MUST_CHECK;

#endif
