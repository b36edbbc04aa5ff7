/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Asks the vtpm service. */
#ifndef ATTEST_VTPM_CLIENT_H
#define ATTEST_VTPM_CLIENT_H

#include "svsm/service.h"

/* Writes the vTPM's manifest of @version to @to and its bytes to *size. */
enum service_status vtpm_client_manifest(uint32_t version, uint8_t *to, uint32_t capacity, uint32_t *size);

#endif
