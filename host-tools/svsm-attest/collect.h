/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* In the guest: gathers what there is of evidence. */
#ifndef SVSM_ATTEST_COLLECT_H
#define SVSM_ATTEST_COLLECT_H

#include "evidence.h"

#include <stdio.h>
#include <tss2/tss2_tpm2_types.h>

#define COLLECT_EVENT_LOG "/sys/kernel/security/tpm0/binary_bios_measurements"

struct collect_request {
	uint8_t nonce[EVIDENCE_NONCE_SIZE];
	const char *tsm_root, *tcti; /* tcti NULL: the TPM at /dev/tpmrm0 */
	bool no_svsm, no_tpm, services;
	uint32_t manifest_version;
	enum tpm_ek_profile ek;
	TPM2_HANDLE ak_handle, certify_with; /* 0: make an AK; nobody certifies */
	TPMI_ALG_HASH bank;
	uint32_t pcrs;
	const char *event_log;		/* NULL: COLLECT_EVENT_LOG, when it is there */
	struct blob credential, secret; /* from the relying party, or empty */
};

/*
 * What a guest does not have (no SVSM, no TPM, no log) is left out, and a line on `notes` says so. Free `out` in any
 * case.
 */
bool collect(const struct collect_request *request, struct evidence *out, FILE *notes, struct error *error) MUST_CHECK;
/* Only EK and AK, for a relying party that makes a credential */
bool collect_keys(const struct collect_request *request, struct blob *ek, struct blob *ak,
		  struct error *error) MUST_CHECK;

#endif
