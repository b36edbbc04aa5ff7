/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Which SEV features (bit_names.h has their names) this project's firmware can run with. */
#ifndef IGVM_BUILD_SEV_FEATURES_H
#define IGVM_BUILD_SEV_FEATURES_H

#include <stdint.h>

/* Why the firmware cannot run with the feature of this one bit; NULL: it can. */
const char *sev_features_refusal(uint64_t bit);

#endif
