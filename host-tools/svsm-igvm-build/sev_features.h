/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The SEV features of a VMSA by name, and which of them this project's firmware can run with. */
#ifndef IGVM_BUILD_SEV_FEATURES_H
#define IGVM_BUILD_SEV_FEATURES_H

#include <stddef.h>
#include <stdint.h>

struct sev_feature {
	const char *name; /* as descriptions write it */
	uint64_t bit;
	const char *refusal; /* why the firmware cannot run with it; NULL: it can */
};

/* NULL: unknown name. */
const struct sev_feature *sev_feature_find(const char *name);
/* Feature number `index` by ascending bit, NULL behind the last. */
const struct sev_feature *sev_feature_at(size_t index);
/* The bits of all that have a name. */
uint64_t sev_features_all(void);

#define SEV_FEATURES_TEXT_SIZE 256u
/* "snp, debug-swap": the features in `bits`, with the bits that have no name as one number. */
const char *sev_features_text(uint64_t bits, char out[SEV_FEATURES_TEXT_SIZE]);

#endif
