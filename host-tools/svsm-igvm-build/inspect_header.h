/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* One header of an IGVM file, with everything in it by name. */
#ifndef IGVM_BUILD_INSPECT_HEADER_H
#define IGVM_BUILD_INSPECT_HEADER_H

#include "igvm_parse.h"
#include "svsm/boot_info.h"

#include <jansson.h>

/*
 * Fields of header `index`; page data headers that follow each other with equal attributes are one, *count of them.
 * `info` tells what pages hold, NULL: not known. New reference; NULL when memory runs out.
 */
json_t *inspect_header_json(const struct igvm_file *file, size_t index, const struct boot_info *info,
			    size_t *count) MUST_CHECK;

#endif
