/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * AMD's key distribution service (AMD 57230, section 4), or a replica of it. What comes is bytes: TLS protects
 * availability and privacy here, trust comes from the certificates alone.
 */
#ifndef SVSM_ATTEST_KDS_H
#define SVSM_ATTEST_KDS_H

#include "blob.h"
#include "report.h"

#include <stdio.h>

#define KDS_AMD "https://kdsintf.amd.com"
#define KDS_RESPONSE_MAX 65536u
#define KDS_PATH_MAX (2u * SNP_CHIP_ID_SIZE + 160u)
#define KDS_LIMIT_SECONDS 120u
#define KDS_WAIT_MS 1000u

struct kds {
	const char *url;	    /* without the path; a slash at the end is forgiven */
	unsigned int limit_seconds; /* for one request, with all repetitions and waits, also for other processes */
	unsigned int wait_ms;	    /* upper bound of the first wait; doubles each time */
	FILE *notes;		    /* told when there is a wait; NULL: nobody is */
};

/* "vcek" or "vlek" decides about ASK or ASVK. */
void kds_path_chain(char path[KDS_PATH_MAX], enum product product, bool vlek);
void kds_path_crl(char path[KDS_PATH_MAX], enum product product, bool vlek);
/* The VCEK of this chip at this TCB; the chip id must not be masked. */
void kds_path_vcek(char path[KDS_PATH_MAX], enum product product, const uint8_t chip_id[SNP_CHIP_ID_SIZE],
		   const struct tcb *tcb);

/*
 * ERROR_NETWORK when nothing could be got, ERROR_REFUSED when the service answers that it does not know this (404).
 * Waits at random and tries again on 429 and 5xx as long as the limit allows, and a few times where no connection comes
 * about.
 */
bool kds_get(const struct kds *kds, const char *path, struct blob *out, struct error *error) MUST_CHECK;

#endif
