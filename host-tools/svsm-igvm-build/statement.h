/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* in-toto statement, unsigned: the image, its launch digests and its inputs as subjects.
 * https://in-toto.io/Statement/v1 */
#ifndef IGVM_BUILD_STATEMENT_H
#define IGVM_BUILD_STATEMENT_H

#include "file.h"

#include <jansson.h>

/* From the reference values of the image. New reference, NULL and `error` when something failed. */
json_t *statement(const json_t *values, const struct file_data *image, struct error *error) MUST_CHECK;

#endif
