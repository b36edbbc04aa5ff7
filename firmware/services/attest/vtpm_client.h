/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Asks the vtpm service. */
#ifndef ATTEST_VTPM_CLIENT_H
#define ATTEST_VTPM_CLIENT_H

#include "svsm/service.h"

/* Writes the vTPM's manifest of @version to @to and its bytes to *size. */
enum service_status vtpm_client_manifest(uint32_t version, uint8_t *to, uint32_t capacity, uint32_t *size);

/* The same for the key that @selector asks for. SERVICE_TPM_REFUSED: *tpm_code is the TPM's response code. */
enum service_status vtpm_client_select(const uint8_t *selector, uint32_t selector_size, uint8_t *to, uint32_t capacity,
				       uint32_t *size, uint32_t *tpm_code);

#endif
