/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "console.h"

#include "format.h"
#include "ghcb.h"
#include "uart.h"

#include <stdbool.h>

#define BUFFER_BYTES 2048u

static uint8_t buffer[BUFFER_BYTES];
static size_t used;
static bool started;

void console_start(void)
{
	started = ghcb_ready();
	if (!started)
		return;
	uart_enable_fifo(UART_COM1);
	console_flush();
}

void console_flush(void)
{
	if (!started)
		return;
	uart_write(UART_COM1, buffer, used, UART_FIFO_BYTES);
	used = 0;
}

void console_drain(void)
{
	console_flush();
	if (started)
		uart_drain(UART_COM1);
}

static void put(void *context, char c)
{
	(void)context;
	if (used == BUFFER_BYTES)
		console_flush();
	if (used < BUFFER_BYTES)
		buffer[used++] = (uint8_t)c;
	if (c == '\n')
		console_flush();
}

void console_printf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	format_print(put, NULL, format, args);
	va_end(args);
}
