/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Description of an IGVM file's contents. The text is made from the JSON, so both always say the same. */
#ifndef IGVM_BUILD_INSPECT_H
#define IGVM_BUILD_INSPECT_H

#include "igvm_parse.h"

#include <jansson.h>
#include <stdbool.h>

/* New reference; NULL when memory runs out. */
json_t *inspect_json(const struct igvm_file *file) MUST_CHECK;

/* Prints it as indented text. False: cannot write. */
bool inspect_print(const json_t *summary) MUST_CHECK;

#endif
