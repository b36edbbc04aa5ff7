/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Little-endian fields at any address, and comparisons of memory with one byte. */
#ifndef CONFORMANCE_BYTES_H
#define CONFORMANCE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t bytes_get(const uint8_t *at, unsigned int size)
{
	uint64_t value = 0;

	while (size > 0)
		value = value << 8 | at[--size];
	return value;
}

static inline void bytes_put(uint8_t *at, unsigned int size, uint64_t value)
{
	for (unsigned int i = 0; i < size; i++, value >>= 8)
		at[i] = (uint8_t)value;
}

static inline uint32_t bytes_get32(const uint8_t *at)
{
	return (uint32_t)bytes_get(at, 4);
}

static inline uint64_t bytes_get64(const uint8_t *at)
{
	return bytes_get(at, 8);
}

static inline bool bytes_all(const uint8_t *at, size_t size, uint8_t value)
{
	for (size_t i = 0; i < size; i++) {
		if (at[i] != value)
			return false;
	}
	return true;
}

#endif
