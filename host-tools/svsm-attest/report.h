/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* ATTESTATION_REPORT (AMD 56860): strict parsing. Nothing here says who made the report. */
#ifndef SVSM_ATTEST_REPORT_H
#define SVSM_ATTEST_REPORT_H

#include "abi/snp.h"
#include "bit_names.h"
#include "finding.h"
#include "product.h"

struct report {
	uint8_t raw[SNP_REPORT_SIZE]; /* signatures are checked over these bytes */
	struct snp_report fields;     /* the same bytes; the project's machines are little-endian */
	enum product product;	      /* from the CPUID fields; PRODUCT_UNKNOWN in a version 2 report */
};

#define REPORT_VERSION_MIN 2u
#define REPORT_VERSION_MAX 5u
#define REPORT_VERSION_WITH_CPUID 3u
#define REPORT_VERSION_WITH_MITIGATIONS 5u
#define REPORT_VMPL_HOST 0xffffffffu

/*
 * Number of bytes, version, product line, reserved fields, signature algorithm and signing key must be right; every
 * violation is recorded. False when `out` must not be looked at, since its layout is not known.
 */
bool report_parse(const uint8_t *bytes, size_t size, struct report *out, struct findings *findings) MUST_CHECK;

/* SNP_SIGNING_KEY_* */
uint32_t report_signing_key(const struct snp_report *fields);
/* The host hides the chip's id (MASK_CHIP_ID). */
bool report_chip_id_masked(const struct snp_report *fields);
/* 0x010203 for release 1.2 build 3 */
uint32_t report_firmware_current(const struct snp_report *fields);
uint32_t report_firmware_committed(const struct snp_report *fields);

/* Bits of PLATFORM_INFO by the name policies and verdicts use; ends with a NULL name */
extern const struct bit_name report_platform_info_bits[];

/* Guest policy bits that weaken a guest; the others (but for the ABI version) restrict it. */
#define REPORT_GUEST_POLICY_LOOSE (SNP_POLICY_SMT | SNP_POLICY_MIGRATE_MA | SNP_POLICY_DEBUG | SNP_POLICY_CXL_ALLOW)

#endif
