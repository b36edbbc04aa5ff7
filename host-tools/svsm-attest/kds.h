/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Where certificates come from: AMD's key distribution service, or a folder. Nothing that comes is trusted here. */
#ifndef SVSM_ATTEST_KDS_H
#define SVSM_ATTEST_KDS_H

#include "blob.h"
#include "report.h"

#define KDS_RESPONSE_MAX 65536u

struct kds {
	const char *url;       /* "https://kdsintf.amd.com"; NULL: use the folder */
	const char *folder;    /* vcek.der, cert_chain.pem, crl.der */
	unsigned int attempts; /* at each request, 1 or more */
	unsigned int wait_ms;  /* before the second attempt; doubles, plus up to a quarter at random */
};
#define KDS_ATTEMPTS 6u
#define KDS_WAIT_MS 1000u

/*
 * ERROR_IO when nothing could be got; ERROR_REFUSED when the service answers that it does not know this (404). Waits
 * and tries again on 429, on 5xx and where the connection fails.
 */
bool kds_cert_chain(const struct kds *kds, enum product product, struct blob *out, struct error *error) MUST_CHECK;
bool kds_vcek(const struct kds *kds, enum product product, const struct report *report, struct blob *out,
	      struct error *error) MUST_CHECK;
bool kds_crl(const struct kds *kds, enum product product, struct blob *out, struct error *error) MUST_CHECK;

#endif
