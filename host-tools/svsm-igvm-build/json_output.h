/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A JSON document as an output file. */
#ifndef IGVM_BUILD_JSON_OUTPUT_H
#define IGVM_BUILD_JSON_OUTPUT_H

#include "error.h"
#include "file.h"

#include <jansson.h>

/* Prepares it like file_output_prepare. With `json` NULL, `error` already says why; the caller keeps its reference. */
bool json_output_prepare(struct file_output *output, const char *path, const json_t *json,
			 struct error *error) MUST_CHECK;

#endif
