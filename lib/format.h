/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A small printf for code without an operating system: %s %c %u %d %x, %lu %ld %lx, zero-padded width, %%. */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdarg.h>

typedef void (*format_put)(void *context, char c);

/* Gives each character to @put. */
void format_print(format_put put, void *context, const char *format, va_list args);

#endif
