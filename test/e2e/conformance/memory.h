/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Test memory: a run of 2 MiB blocks of guest RAM that the image does not use. Identity-mapped, private, validated at
 * the start. Addresses are guest-physical and virtual at once.
 */
#ifndef CONFORMANCE_MEMORY_H
#define CONFORMANCE_MEMORY_H

#include "svsm/boot_info.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Finds the test memory in the RAM list; false when the list is malformed or has no place. */
bool memory_start(const struct flat64_boot *boot);

/* @count zeroed pages, NULL when there are no more. Never given back. */
uint8_t *memory_pages(size_t count);

/* A whole 2 MiB block, not zeroed, NULL when there are no more. */
uint8_t *memory_block(void);

/* First address after all RAM of the guest */
uint64_t memory_end(void);

#endif
