/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Description of an IGVM file's contents. */
#ifndef IGVM_BUILD_INSPECT_H
#define IGVM_BUILD_INSPECT_H

#include "igvm_parse.h"

#include <jansson.h>

/* New reference; NULL when memory runs out. */
json_t *inspect_json(const struct igvm_file *file) MUST_CHECK;
/* Its "boot_info": an object, or null for a file of others. New reference. */
json_t *inspect_boot_info_json(const struct igvm_file *file) MUST_CHECK;

#endif
