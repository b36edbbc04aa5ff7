/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The guest's own page tables: the identity map the firmware made, split where single pages become shared. */
#ifndef CONFORMANCE_PAGING_H
#define CONFORMANCE_PAGING_H

#include <stdbool.h>
#include <stdint.h>

/* @c_bit_mask: the bit that makes a mapping private */
void paging_start(uint64_t c_bit_mask);

/* Maps the page at @at private or shared; false when the map is not as promised or no table page is left. */
bool paging_set_private(const void *at, bool make_private);

#endif
