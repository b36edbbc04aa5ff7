/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What the payloads of a split IGVM file must satisfy, alone and together. */
#ifndef IGVM_BUILD_IGVM_RULES_H
#define IGVM_BUILD_IGVM_RULES_H

#include "igvm_parse.h"

#define IGVM_AREA_MAX 1024u /* parameter areas in one file; bounds every search for one */

/*
 * `data_start` is where the variable headers end and file data begins. Adds every finding to `findings` (may be NULL);
 * false and the first error when one is among them.
 */
bool igvm_rules_check(const struct igvm_file *file, size_t data_start, struct findings *findings,
		      struct error *error) MUST_CHECK;

#endif
