/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Whole files: bounded reads, and writes that appear under their name complete or not at all. */
#ifndef SVSM_ATTEST_FILE_H
#define SVSM_ATTEST_FILE_H

#include "blob.h"

#include <sys/types.h>

/* A regular file or pipe of at most `max` bytes. ERROR_IO when it cannot be read or is larger. */
bool file_read(const char *path, size_t max, struct blob *out, struct error *error) MUST_CHECK;

/* Replaces `path` by way of a temporary file beside it. `mode` is taken as it is, whatever the umask. */
bool file_write(const char *path, const void *data, size_t size, mode_t mode, struct error *error) MUST_CHECK;

#endif
