/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_encode(char *out, size_t capacity, const uint8_t *data, size_t size)
{
	size_t at = 0;

	if (size > capacity || BASE64_LENGTH(size) > capacity)
		return 0;
	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		uint32_t group = (uint32_t)data[i] << 16;

		if (left > 1)
			group |= (uint32_t)data[i + 1] << 8;
		if (left > 2)
			group |= data[i + 2];
		out[at++] = alphabet[group >> 18 & 63];
		out[at++] = alphabet[group >> 12 & 63];
		out[at++] = left > 1 ? alphabet[group >> 6 & 63] : '=';
		out[at++] = left > 2 ? alphabet[group & 63] : '=';
	}
	return at;
}
