/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Debug information of linked files: source lines of code addresses. */
#ifndef STACK_CHECK_SOURCE_LINE_H
#define STACK_CHECK_SOURCE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct Dwfl_Module;

/* The file as elfutils reads it; NULL when it cannot. */
struct Dwfl_Module *source_module(const char *file);
/* Writes "path:line:column"; false when the file tells nothing about the address. Files stay open until
 * source_line_close. */
bool source_line(const char *file, uint64_t address, char *location, size_t size);
void source_line_close(void);

#endif
