/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Functions whose address a program holds: in data, or made by an instruction other than a call. A call through a
 * pointer can reach these and no others. What only the program's start-up uses (.init_array, _start) does not count.
 */
#ifndef STACK_CHECK_ADDRESS_TAKEN_H
#define STACK_CHECK_ADDRESS_TAKEN_H

#include "image.h"

/* Sorted, without duplicates; externs among them. */
void address_taken(struct arena *arena, const struct image *image, uint64_t **addresses, size_t *count);
/* Calls `each` for every function pointer in data objects. */
void address_taken_in_data(const struct image *image, const struct image_data *data,
			   void (*each)(void *context, uint64_t offset, uint64_t target), void *context);

#endif
