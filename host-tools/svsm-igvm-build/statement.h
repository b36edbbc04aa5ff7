/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * in-toto statement about an image: the image and its launch digests as subjects, all inputs as materials. Unsigned;
 * what signs attestations wraps it. Source: in-toto Attestation Framework, Statement v1; ResourceDescriptor.
 */
#ifndef IGVM_BUILD_STATEMENT_H
#define IGVM_BUILD_STATEMENT_H

#include "reference.h"

/* New reference; NULL and `error` when something failed. */
json_t *statement(const struct reference_source *source, const struct reference_options *options,
		  struct error *error) MUST_CHECK;

#endif
