/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Standard base64 with padding (RFC 4648, section 4). */
#ifndef CONFORMANCE_BASE64_H
#define CONFORMANCE_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Characters that @size bytes become */
#define BASE64_LENGTH(size) (((size) + 2) / 3 * 4)

/* Writes BASE64_LENGTH(size) characters without an ending zero; 0 when @capacity is too small, else the number. */
size_t base64_encode(char *out, size_t capacity, const uint8_t *data, size_t size);

#endif
