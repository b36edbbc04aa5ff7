/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Text to the first serial port (16550 at 3F8), through the GHCB. Silent until ghcb_init() has run. */
#ifndef KERNEL_CONSOLE_H
#define KERNEL_CONSOLE_H

#include <stddef.h>

/* Writes bytes as they are, but newline as CR LF and unprintable bytes as '?'. */
void console_write(const char *text, size_t size);

/* %s %c %u %d %x and %lu %ld %lx, with an optional zero-padded width (%016lx). */
void console_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For a panic: forgets who holds the console. */
void console_break_lock(void);

#endif
