/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Writes a boot image as an IGVM file. Directive order: docs/contracts.md section 1. */
#ifndef IGVM_BUILD_IGVM_WRITE_H
#define IGVM_BUILD_IGVM_WRITE_H

#include "error.h"
#include "file.h"
#include "image.h"

/* The same image gives the same bytes. Free `out` with file_data_free. */
bool igvm_write(const struct image *image, struct file_data *out, struct error *error) MUST_CHECK;

#endif
