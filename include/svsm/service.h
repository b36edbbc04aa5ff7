/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Messages between the firmware kernel and its ring-3 services. Contract: docs/contracts.md section 2. */
#ifndef SVSM_SERVICE_H
#define SVSM_SERVICE_H

#include <assert.h>
#include <stdint.h>

#define SERVICE_FD_REQUEST 3
#define SERVICE_FD_VTPM 4
#define SERVICE_FD_AMD_SP 5
#define SERVICE_FD_VMPCK 6
#define SERVICE_FD_KEY_TEMPLATES                                                                                       \
	7 /* vtpm: the image's key-template manifest (svsm/key_templates.h), then end of file */

#define SERVICE_MESSAGE_MAX 16384u

struct service_message {
	uint32_t op;	   /* request: enum service_op; reply: the same value */
	uint32_t status;   /* request: 0; reply: enum service_status */
	uint32_t size;	   /* of the payload that follows */
	uint32_t reserved; /* 0 */
};
static_assert(sizeof(struct service_message) == 16, "service message");

enum service_op {
	VTPM_OP_COMMAND = 1,  /* payload: TPM command (locality 0); reply: TPM response */
	VTPM_OP_MANIFEST = 2, /* payload: u32 LE manifest version; reply: manifest bytes */
	VTPM_OP_SELECT = 3,   /* payload: manifest selector; reply: manifest bytes; TPM_REFUSED: u32 LE response code */
	ATTEST_OP_SERVICES = 16, /* payload: struct attest_request; reply: struct attest_reply + report + manifest */
	ATTEST_OP_SINGLE_SERVICE = 17,
	ATTEST_OP_SINGLE_SERVICE_EX = 18, /* struct attest_request, then selector_size bytes of selector */
};

enum service_status {
	SERVICE_OK = 0,
	SERVICE_MALFORMED = 1, /* the request breaks this contract */
	SERVICE_UNKNOWN_GUID = 2,
	SERVICE_UNKNOWN_VERSION = 3,
	SERVICE_TOO_SMALL = 4, /* attest_reply gives the sizes needed; no AMD-SP request was made */
	SERVICE_BUSY = 5,      /* AMD-SP throttles: call again with the same request */
	SERVICE_AMD_SP_FAILED = 6,
	SERVICE_INTERNAL = 7,
	SERVICE_BAD_SELECTOR = 8, /* its size or kind */
	SERVICE_TPM_REFUSED = 9,  /* attest_reply and VTPM_OP_SELECT's reply hold the TPM's response code */
};

/* Largest selector the services take: more than any TPMT_PUBLIC with its kind (RSA 4096 has 612 bytes) */
#define ATTEST_SELECTOR_MAX 1024u

struct attest_request {
	uint8_t guid[16]; /* zero with ATTEST_OP_SERVICES */
	uint32_t manifest_version;
	uint32_t report_capacity;
	uint32_t manifest_capacity;
	uint32_t selector_size; /* ATTEST_OP_SINGLE_SERVICE_EX only, else 0 */
	uint8_t nonce[64];
};
static_assert(sizeof(struct attest_request) == 96, "attest request");

struct attest_reply {
	uint32_t report_size; /* needed, also with SERVICE_TOO_SMALL */
	uint32_t manifest_size;
	uint32_t tpm_code; /* with SERVICE_TPM_REFUSED */
};

/* Read from SERVICE_FD_AMD_SP after a message was written: what SNP_GUEST_REQUEST answered, then the response page */
struct sp_result {
	uint64_t exit_info_2; /* 63:32 hypervisor, 31:0 firmware; 0 = success */
};
#define SERVICE_AMD_SP_READ_SIZE (sizeof(struct sp_result) + 4096u)

#endif
