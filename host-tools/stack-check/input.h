/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The files a run looks at. Directories are searched for ELF files, archives and compilers' notes. */
#ifndef STACK_CHECK_INPUT_H
#define STACK_CHECK_INPUT_H

#include "evidence.h"
#include "image.h"
#include "object.h"

struct input {
	struct arena *arena;
	struct object *linked; /* programs and libraries */
	size_t linked_count;
	struct object *objects;
	size_t object_count;
	struct image_archive *archives;
	size_t archive_count;
	struct evidence *evidence;
	const char **skipped; /* files passed over, and why */
	size_t skipped_count;
};

/* A file or a directory; false when it cannot be read or is broken. */
bool input_add(struct input *input, const char *path, struct error *error) MUST_CHECK;
/* One file's contents; `named` on the command line or found in a directory. */
bool input_add_bytes(struct input *input, const char *name, char *bytes, size_t size, bool named,
		     struct error *error) MUST_CHECK;
/* Reads a whole file into the arena. */
bool input_read(struct arena *arena, const char *path, char **bytes, size_t *size, struct error *error) MUST_CHECK;

#endif
