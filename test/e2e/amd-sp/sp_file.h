/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Small files: read whole, and written so that a reader sees all of one or none. */
#ifndef AMD_SP_FILE_H
#define AMD_SP_FILE_H

#include "sp_error.h"

#include <stddef.h>
#include <sys/types.h>

#define SP_FILE_MAX (1u << 20) /* bytes; larger files are refused */

/* "DIR/NAME" in new memory the caller frees; NULL without memory */
char *sp_file_path(const char *dir, const char *name);
/* Content in new memory the caller frees, a zero byte behind it; NULL after saying why. `size` may be NULL. */
char *sp_file_read(const char *dir, const char *name, size_t *size);
/* Written under a temporary name, then renamed. `dir` may be NULL: `name` is then the whole path. Says why not. */
bool sp_file_write(const char *dir, const char *name, const void *bytes, size_t size, mode_t mode) MUST_CHECK;

#endif
