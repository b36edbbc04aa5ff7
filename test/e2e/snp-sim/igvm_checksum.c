/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "igvm_checksum.h"

#include <stddef.h>

#define POLYNOMIAL 0xedb88320u

static uint32_t update(uint32_t crc, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
	}
	return crc;
}

uint32_t igvm_checksum(const uint8_t *file, const struct igvm_fixed_header *fixed)
{
	struct igvm_fixed_header header = *fixed;
	uint32_t crc;

	header.checksum = 0;
	crc = update(0xffffffffu, &header, sizeof(header));
	return ~update(crc, file + fixed->variable_header_offset, fixed->variable_header_size);
}
