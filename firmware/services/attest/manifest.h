/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Services manifests (AMD 58019, attestation protocol): what REPORT_DATA covers beside the nonce. */
#ifndef ATTEST_MANIFEST_H
#define ATTEST_MANIFEST_H

#include "svsm/service.h"

#define MANIFEST_MAX 8192u
#define MANIFEST_VERSION_SERVICES 0u /* version of each service's manifest inside the list of services */

struct manifest {
	uint32_t size;
	uint8_t data[MANIFEST_MAX];
};

/* The list of all services with their manifests. */
enum service_status manifest_services(struct manifest *manifest);

/* The manifest of the service @guid (wire order) in @version. */
enum service_status manifest_single_service(const uint8_t guid[16], uint32_t version, struct manifest *manifest);

/*
 * The manifest that @selector asks for: of the vTPM, the TPMT_PUBLIC of one key. SERVICE_TPM_REFUSED: *tpm_code is the
 * TPM's response code.
 */
enum service_status manifest_selected(const uint8_t guid[16], uint32_t version, const uint8_t *selector, uint32_t size,
				      struct manifest *manifest, uint32_t *tpm_code);

#endif
