/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Hexadecimal text of binary fields. */
#ifndef AMD_SP_HEX_H
#define AMD_SP_HEX_H

#include "sp_error.h"

#include <stddef.h>
#include <stdint.h>

/* Writes 2 * size lower-case digits and a terminating zero. */
void sp_hex_encode(const void *bytes, size_t size, char *text);
/* Exactly `size` bytes from exactly 2 * size digits of either case; false otherwise. */
bool sp_hex_decode(const char *text, void *bytes, size_t size) MUST_CHECK;

#endif
