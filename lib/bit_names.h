/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Names of single bits, as the project's JSON files and its tools spell them. Tables end with a name that is NULL. */
#ifndef LIB_BIT_NAMES_H
#define LIB_BIT_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct bit_name {
	const char *name;
	uint64_t bit;
};

/* Guest policy (AMD 56860, guest policy structure); its bit 17 is always one and has no name. */
extern const struct bit_name bit_names_guest_policy[];
/* SEV_FEATURES of a VMSA (AMD 24593, table B-4), by ascending bit. */
extern const struct bit_name bit_names_sev_features[];

/* NULL: no bit of the table has that name. */
const struct bit_name *bit_names_find(const struct bit_name *table, const char *name);
/* The bits of all that have a name. */
uint64_t bit_names_all(const struct bit_name *table);

#define BIT_NAMES_TEXT_SIZE 320u
/* "snp, debug-swap, unknown bits 0x...": every name of `bits`, cut where `out` ends. Returns `out`. */
const char *bit_names_text(const struct bit_name *table, uint64_t bits, char out[BIT_NAMES_TEXT_SIZE]);

#endif
