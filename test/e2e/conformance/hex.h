/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Lines of the evidence link (docs/contracts.md, section 5): a word, then lower-case hex fields, one space between. */
#ifndef CONFORMANCE_HEX_H
#define CONFORMANCE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rest of a line being read */
struct hex_line {
	const char *at;
	const char *end;
};

/* Takes @word from the start of the line. */
bool hex_take_word(struct hex_line *line, const char *word);

/* Takes one field of 1 to @capacity bytes. */
bool hex_take_field(struct hex_line *line, uint8_t *out, size_t capacity, size_t *size);

/* Nothing is left. */
bool hex_at_end(const struct hex_line *line);

/* Two characters for each byte, no ending zero; @out has room for twice @size. */
void hex_encode(char *out, const uint8_t *data, size_t size);

#endif
