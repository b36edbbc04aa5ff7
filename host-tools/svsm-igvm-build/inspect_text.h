/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Description of an IGVM file for people, made from the JSON, so both always say the same. Numbers are hexadecimal. */
#ifndef IGVM_BUILD_INSPECT_TEXT_H
#define IGVM_BUILD_INSPECT_TEXT_H

#include <jansson.h>

void inspect_text_print(const char *name, const json_t *summary);

#endif
