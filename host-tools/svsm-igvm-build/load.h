/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* An IGVM file from disk, read and checked. */
#ifndef IGVM_BUILD_LOAD_H
#define IGVM_BUILD_LOAD_H

#include "file.h"
#include "findings.h"
#include "igvm_parse.h"

struct loaded {
	struct file_data data;
	struct igvm_file file;
	struct findings *findings; /* of the format; owned */
};

/* False: cannot be read, or has format errors (in `error`, and in out->findings). Call loaded_free in any case. */
bool load_igvm(const char *path, struct loaded *out, struct error *error) MUST_CHECK;
void loaded_free(struct loaded *loaded);

#endif
