/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Whole files in memory, and output that appears complete or not at all. */
#ifndef IGVM_BUILD_FILE_H
#define IGVM_BUILD_FILE_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

struct file_data {
	uint8_t *bytes; /* owned; free with file_data_free */
	size_t size;
};

#define FILE_IMAGE_MAX (512u << 20)   /* largest IGVM or ELF file read */
#define FILE_INITRD_MAX (2047u << 20) /* largest initrd hashed */
#define FILE_TEXT_MAX (1u << 20)      /* largest description read */

/* Reads all of `path`, or refuses when it is larger than `limit` bytes. `-` is not special. */
bool file_read(const char *path, size_t limit, struct file_data *out, struct error *error) MUST_CHECK;
void file_data_free(struct file_data *data);

/*
 * An output file that exists under a temporary name until file_output_commit. What is no file, a device or a pipe such
 * as /dev/stdout, is written then, in place: nothing may take its place.
 */
struct file_output {
	char *path;	 /* owned; NULL: not prepared. Links are followed */
	char *temporary; /* NULL: written in place, or committed */
	int fd;		 /* in place: open for writing */
	uint8_t *bytes;	 /* in place: owned */
	size_t size;
};

/* Writes and syncs the bytes under a temporary name beside `path`, or keeps a copy for what is written in place. */
bool file_output_prepare(struct file_output *output, const char *path, const void *bytes, size_t size,
			 struct error *error) MUST_CHECK;
/* Gives the file its name. */
bool file_output_commit(struct file_output *output, struct error *error) MUST_CHECK;
/* Removes what was not committed; always call it. Works on a zeroed struct, and leaves one. */
void file_output_cleanup(struct file_output *output);

#endif
