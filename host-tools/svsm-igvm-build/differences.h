/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What differs between two images in meaning, and where and why their launch digests part. */
#ifndef IGVM_BUILD_DIFFERENCES_H
#define IGVM_BUILD_DIFFERENCES_H

#include "igvm_parse.h"
#include "measure.h"

#include <jansson.h>

#define DIFFERENCES_MAX 1000u /* listed; a note tells of more */

/*
 * { "same", "differences": [{ what, where, place, a, b }], "digest": { profile, vcpus, a, b, first_divergence } }.
 * New reference; NULL and `error` on failure.
 */
json_t *differences_json(const struct igvm_file *a, const struct igvm_file *b, const struct measure_options *options,
			 struct error *error) MUST_CHECK;

#endif
