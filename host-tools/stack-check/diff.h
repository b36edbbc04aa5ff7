/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What changed between two results that --json wrote. */
#ifndef STACK_CHECK_DIFF_H
#define STACK_CHECK_DIFF_H

#include "arena.h"
#include "error.h"

#include <jansson.h>
#include <stdio.h>

/* Checks that a text is such a result; NULL with `error` when it is not. Owned by the caller. */
json_t *diff_load(const char *name, const char *text, size_t size, struct error *error);
/* Writes the differences; returns whether an entry grew, became unknown, or went over its budget. */
bool diff_print(struct arena *arena, const json_t *old, const json_t *new, FILE *out);

#endif
