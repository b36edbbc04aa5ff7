/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Names of single bits, as the project's JSON files and its tools spell them. Tables end with a name that is NULL. */
#ifndef LIB_BIT_NAMES_H
#define LIB_BIT_NAMES_H

#include <stdint.h>

struct bit_name {
	const char *name;
	uint64_t bit;
};

/* Guest policy (AMD 56860, guest policy structure); its bit 17 is always one and has no name. */
extern const struct bit_name bit_names_guest_policy[];

#endif
