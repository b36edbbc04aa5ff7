/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* From a description and the files it names to the bytes of an IGVM file. */
#ifndef IGVM_BUILD_BUILD_H
#define IGVM_BUILD_BUILD_H

#include "description.h"
#include "error.h"
#include "file.h"
#include "igvm_parse.h"
#include "image.h"

struct build_request {
	const char *description; /* path */
	const char *input_dir;	 /* where relative names start; NULL: beside the description */
	const char *output;	 /* name of the result in messages */
};

/* Everything a build owns; build_free frees it. */
struct build {
	struct description description;
	struct file_data firmware, module[BOOT_MODULE_MAX], guest, initrd;
	struct image_inputs inputs;
	struct image image;
	struct file_data igvm;
	struct igvm_file parsed; /* of igvm */
};

/*
 * Reads, lays out and writes into memory. The result has passed the strict reader without an error, and the
 * description's profile takes it; warnings go to standard error. Call build_free also after a failure.
 */
bool build_image(const struct build_request *request, struct build *out, struct error *error) MUST_CHECK;
void build_free(struct build *build);

#endif
