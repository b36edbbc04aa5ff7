/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "name.h"

#include <string.h>

size_t name_base_length(const char *symbol)
{
	/* Assemblers allow names that start with a dot; C names hold none, so the first one begins the suffixes. */
	const char *dot = *symbol ? strchr(symbol + 1, '.') : NULL;

	return dot ? (size_t)(dot - symbol) : strlen(symbol);
}

bool name_same_file(const char *a, const char *b)
{
	size_t length_a, length_b;

	if (strncmp(a, "./", 2) == 0)
		a += 2;
	if (strncmp(b, "./", 2) == 0)
		b += 2;
	length_a = strlen(a);
	length_b = strlen(b);
	if (length_a < length_b)
		return name_same_file(b, a);
	return strcmp(a + length_a - length_b, b) == 0 && (length_a == length_b || a[length_a - length_b - 1] == '/');
}

enum name_match name_matches(const char *written, const char *symbol, const char *file)
{
	const char *colon = strrchr(written, ':');
	const char *name = colon ? colon + 1 : written;
	size_t base = name_base_length(symbol);
	enum name_match match = NAME_DIFFERS;

	if (strcmp(name, symbol) == 0)
		match = NAME_EXACT;
	else if (strlen(name) == base && strncmp(name, symbol, base) == 0)
		match = NAME_CLONE;
	if (match != NAME_DIFFERS && colon) {
		char path[512];

		if (!file || (size_t)(colon - written) >= sizeof(path))
			return NAME_DIFFERS;
		memcpy(path, written, (size_t)(colon - written));
		path[colon - written] = '\0';
		if (!name_same_file(path, file))
			return NAME_DIFFERS;
	}
	return match;
}
