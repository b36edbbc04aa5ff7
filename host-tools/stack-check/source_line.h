/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Source lines of code addresses, by the debug information of linked files. */
#ifndef STACK_CHECK_SOURCE_LINE_H
#define STACK_CHECK_SOURCE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes "path:line:column"; false when the file tells nothing about the address. Files stay open until
 * source_line_close. */
bool source_line(const char *file, uint64_t address, char *location, size_t size);
void source_line_close(void);

#endif
