/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Files with key templates: key-template manifests and manifest selectors, as text or compiled. */
#ifndef IGVM_BUILD_MANIFEST_FILE_H
#define IGVM_BUILD_MANIFEST_FILE_H

#include "error.h"
#include "key_template.h"

#include <stdint.h>

bool manifest_file_read(const char *path, struct key_template_document *out, struct error *error) MUST_CHECK;

/* The module of an image: a compiled key-template manifest whose keys this libtpms can make. */
bool manifest_check_module(const char *label, const uint8_t *bytes, size_t size, struct error *error) MUST_CHECK;

#endif
