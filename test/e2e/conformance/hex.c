/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "hex.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* A field or word ends at a space that something follows, or with the line. */
static bool take_separator(struct hex_line *line)
{
	if (line->at == line->end)
		return true;
	if (*line->at != ' ' || line->end - line->at < 2)
		return false;
	line->at++;
	return true;
}

bool hex_take_word(struct hex_line *line, const char *word)
{
	const char *at = line->at;

	for (; *word != 0; word++, at++) {
		if (at == line->end || *at != *word)
			return false;
	}
	line->at = at;
	return take_separator(line);
}

bool hex_take_field(struct hex_line *line, uint8_t *out, size_t capacity, size_t *size)
{
	size_t count = 0;

	while (line->at != line->end && *line->at != ' ') {
		int high, low;

		if (line->end - line->at < 2 || count == capacity)
			return false;
		high = digit(line->at[0]);
		low = digit(line->at[1]);
		if (high < 0 || low < 0)
			return false;
		out[count++] = (uint8_t)(high << 4 | low);
		line->at += 2;
	}
	*size = count;
	return count != 0 && take_separator(line);
}

bool hex_at_end(const struct hex_line *line)
{
	return line->at == line->end;
}

void hex_encode(char *out, const uint8_t *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		out[2 * i] = digits[data[i] >> 4];
		out[2 * i + 1] = digits[data[i] & 15];
	}
}
