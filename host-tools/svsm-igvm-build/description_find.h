/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The image description in a folder of inputs. */
#ifndef IGVM_BUILD_DESCRIPTION_FIND_H
#define IGVM_BUILD_DESCRIPTION_FIND_H

#include "error.h"

/* True for a folder; false for anything else, also when it cannot be looked at. */
bool description_is_folder(const char *path) MUST_CHECK;

/*
 * Path of the only file *.json in `folder` (not below it) whose format is svsm-image; the caller frees it. NULL and
 * `error`: none, or several, which are named.
 */
char *description_find(const char *folder, struct error *error) MUST_CHECK;

#endif
