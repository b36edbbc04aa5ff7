/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Attestation requests (AMD 58019, attestation protocol). */
#ifndef CONFORMANCE_ATTEST_H
#define CONFORMANCE_ATTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ATTEST_MANIFEST_CAPACITY 4096u
#define ATTEST_CERTS_CAPACITY 4096u

/* Pages of one request, all in guest memory */
struct attest {
	uint8_t *request;
	uint8_t *nonce;
	uint8_t *report;
	uint8_t *manifest;
	uint8_t *certs;
};

/* What a call gave */
struct attest_result {
	uint64_t rax;
	uint64_t manifest_size, certs_size, report_size; /* RCX, RDX, R8 */
};

/* GUID of the vTPM service, in wire order and as text */
extern const uint8_t attest_vtpm_guid[16];
#define ATTEST_VTPM_GUID_TEXT "c476f1eb-0123-45a5-9641-b4e7dde5bfe3"

bool attest_start(struct attest *attest);

/* Writes a right request for any call: 64-byte nonce of @nonce_byte, no certificates, vTPM, version 0, no selector. */
void attest_default(const struct attest *attest, uint8_t nonce_byte);

/* Calls with the request at @gpa; RDX and R8 preset as Linux does. */
struct attest_result attest_call(uint32_t function, uint64_t gpa);

/* Adds a selector to a request for SINGLE_SERVICE_EX. */
void attest_select(const struct attest *attest, uint64_t gpa, uint32_t size);

/* Length of the vTPM's manifest inside a services manifest and its place; 0 when the manifest is malformed. */
size_t attest_find_vtpm(const uint8_t *manifest, size_t size, const uint8_t **data);

#endif
