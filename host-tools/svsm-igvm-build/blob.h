/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Small binary files of a fixed size, raw or as base64 text, as QEMU's command line takes them. */
#ifndef IGVM_BUILD_BLOB_H
#define IGVM_BUILD_BLOB_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

/* Reads exactly `size` bytes. */
bool blob_read(const char *path, void *out, size_t size, struct error *error) MUST_CHECK;

/* Base64 of `size` bytes on one line; the caller frees. NULL: no memory. */
char *blob_base64(const void *bytes, size_t size) MUST_CHECK;

#endif
