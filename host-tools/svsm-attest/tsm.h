/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Reports by way of Linux's configfs-tsm (Documentation/ABI/testing/configfs-tsm-report). */
#ifndef SVSM_ATTEST_TSM_H
#define SVSM_ATTEST_TSM_H

#include "blob.h"
#include "evidence.h"

#define TSM_ROOT "/sys/kernel/config/tsm/report"

struct tsm_request {
	const char *root; /* folder of report entries */
	uint8_t nonce[EVIDENCE_NONCE_SIZE];
	bool no_svsm;	  /* a plain report, whose REPORT_DATA is the nonce */
	bool services;	  /* manifest of all services; otherwise of the vTPM alone */
	uint32_t version; /* of the vTPM's manifest, where it stands alone */
};

struct tsm_answer {
	struct blob report, certificates, manifest; /* empty when there is none */
	bool has_svsm;				    /* the kernel runs below an SVSM and got its manifest */
};

/* Makes an entry of its own, asks, and removes it again. Free `out` in any case. */
bool tsm_collect(const struct tsm_request *request, struct tsm_answer *out, struct error *error) MUST_CHECK;
void tsm_answer_free(struct tsm_answer *answer);

#endif
