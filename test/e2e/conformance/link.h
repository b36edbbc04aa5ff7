/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Lines to and from the relying party on COM2 (docs/contracts.md, section 5). */
#ifndef CONFORMANCE_LINK_H
#define CONFORMANCE_LINK_H

#include "hex.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool link_start(void);

/* One line without its end, valid until the next call; false when none came in time or it is too long. */
bool link_read_line(struct hex_line *line, uint64_t milliseconds);

void link_write(const char *text, size_t size);
/* Waits until all of it has left the port. */
void link_drain(void);
void link_text(const char *text);
/* "<word> <hex>" and the line's end */
void link_hex(const char *word, const uint8_t *data, size_t size);

#endif
