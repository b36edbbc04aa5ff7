/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * AMD product lines, as the key distribution service (KDS) names them, and the TCB version, whose byte order depends
 * on the line (AMD 56860, TCB_VERSION).
 */
#ifndef SVSM_ATTEST_PRODUCT_H
#define SVSM_ATTEST_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum product {
	PRODUCT_UNKNOWN = 0, /* the report does not say, or it is a line this program knows no layout for */
	PRODUCT_MILAN,
	PRODUCT_GENOA, /* Bergamo and Siena too: KDS has one name for them */
	PRODUCT_TURIN,
	PRODUCT_COUNT,
};

/* Security patch levels; `fmc` exists on Turin only and is 0 elsewhere. */
struct tcb {
	uint8_t fmc, bootloader, tee, snp, microcode;
};

#define PRODUCT_TURIN_CHIP_ID_SIZE 8u

/* KDS's name; "unknown" */
const char *product_name(enum product product);
/* In either case, and "Bergamo" and "Siena" for Genoa; PRODUCT_UNKNOWN for any other text */
enum product product_from_name(const char *name);
/* From a certificate's productName, which may carry a stepping behind a hyphen: "Milan-B0" */
enum product product_from_certificate(const char *name, size_t length);
enum product product_from_cpuid(uint8_t family, uint8_t model);

/* False when a byte that has no meaning on this product line is not 0. */
bool tcb_decode(enum product product, const uint8_t bytes[8], struct tcb *out);
/* Every component of `a` is at least that of `b`. */
bool tcb_at_least(const struct tcb *a, const struct tcb *b);

#define TCB_TEXT_MAX 128u
/* "bootloader 3, tee 0, snp 8, microcode 115", with fmc in front when it is not 0 */
void tcb_text(const struct tcb *tcb, char text[TCB_TEXT_MAX]);

/* Each component of `a` that is below `b`: "snp 25 < 27, microcode 84 < 86" */
void tcb_shortfall_text(const struct tcb *a, const struct tcb *b, char text[TCB_TEXT_MAX]);

#endif
