/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The encrypted channel to the AMD-SP under one VMPCK: AES-256-GCM guest messages (AMD 56860, "Guest messages"). The
 * sequence number is the IV, so a message is never made twice for one number: while the host throttles, the same
 * ciphertext is sent again, also when by then the client wants something else.
 */
#ifndef ATTEST_GUEST_CHANNEL_H
#define ATTEST_GUEST_CHANNEL_H

#include "abi/snp.h"
#include "svsm/service.h"

#include <stdbool.h>

/* Keeps a copy of @key. */
bool guest_channel_open(const uint8_t key[SNP_VMPCK_SIZE]);

/*
 * Asks for a report of VMPL0 over @report_data. SERVICE_OK: *report is authentic, from the AMD-SP. SERVICE_BUSY: ask
 * again. SERVICE_AMD_SP_FAILED: the AMD-SP refused or the host interfered. When the channel can then no longer know the
 * sequence number it stays closed, as any other number might repeat an IV.
 */
enum service_status guest_channel_report(const uint8_t report_data[SNP_REPORT_DATA_SIZE], struct snp_report *report);

#endif
