/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Reference values: what a relying party compares a report with. Format: docs/contracts.md section 7. */
#ifndef IGVM_BUILD_REFERENCE_H
#define IGVM_BUILD_REFERENCE_H

#include "image.h"
#include "measure.h"

#include <jansson.h>

/* New reference, NULL and `error` when something failed. Inputs are named as the description names them. */
json_t *reference_values(const struct description *description, const struct image_inputs *inputs,
			 const struct measurement *measurement, struct error *error) MUST_CHECK;

#endif
