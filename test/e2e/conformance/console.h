/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Lines of text on COM1. Kept back until the GHCB works. */
#ifndef CONFORMANCE_CONSOLE_H
#define CONFORMANCE_CONSOLE_H

/* The ports can be used from now on. */
void console_start(void);

/* lib/format.h's conversions. A full line is sent at its end. */
void console_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void console_flush(void);

/* The same, and waits until it has left the port. */
void console_drain(void);

#endif
