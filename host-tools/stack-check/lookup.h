/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Functions of an image by the names that people write: "f", "file.c:f", or "table[]" for those a data object holds. */
#ifndef STACK_CHECK_LOOKUP_H
#define STACK_CHECK_LOOKUP_H

#include "evidence.h"
#include "image.h"
#include "name.h"

/* The source file of a function: by its symbols, else by the compiler's rows of that name when all agree */
const char *lookup_source_file(const struct evidence *evidence, const struct image *image,
			       const struct image_function *function);
/* Appends the addresses of functions that match at least as well as `wanted`. */
void lookup_functions(struct arena *arena, const struct evidence *evidence, const struct image *image, const char *name,
		      enum name_match wanted, uint64_t **targets, size_t *count);
/*
 * Appends the addresses a callee's name stands for: functions, exact names before clones; functions without code; for
 * "table[]" all functions that the data object holds, and for "table[][]" those of the objects it points to; for
 * "table[264]" the one at that offset; for "table[.]" the one at `field`, the displacement of the call's pointer, or
 * all where that is not known (-1). False when the image holds nothing of that name.
 */
bool lookup_callees(struct arena *arena, const struct evidence *evidence, const struct image *image, const char *name,
		    int64_t field, uint64_t **targets, size_t *count);
/* Whether one of the names is a table's: the list then gains what the table gains. */
bool lookup_has_table(const char *const *names, size_t count);

#endif
