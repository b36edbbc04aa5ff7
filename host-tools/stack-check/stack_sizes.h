/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The section .stack_sizes that clang -fstack-size-section writes: evidence beside .su files. */
#ifndef STACK_CHECK_STACK_SIZES_H
#define STACK_CHECK_STACK_SIZES_H

#include "evidence.h"
#include "image.h"

/* Adds a row for each function that the image's sections tell of; false when one is broken. */
bool stack_sizes_parse(struct evidence *evidence, const struct image *image, struct error *error) MUST_CHECK;

#endif
