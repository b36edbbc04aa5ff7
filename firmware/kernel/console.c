/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "console.h"

#include "format.h"
#include "ghcb.h"
#include "spinlock.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#define UART_DATA 0x3f8u
#define UART_LINE_STATUS 0x3fdu
#define UART_TRANSMIT_EMPTY 0x20u
#define UART_WAIT_LIMIT 100000u /* polls; a host without the port must not stop the firmware */

static struct spinlock lock;
static bool absent;

static void put_byte(uint8_t byte)
{
	uint32_t status = 0;

	for (uint32_t i = 0; i < UART_WAIT_LIMIT; i++) {
		if (!ghcb_in(UART_LINE_STATUS, 1, &status) || status == 0xff) {
			absent = true;
			return;
		}
		if ((status & UART_TRANSMIT_EMPTY) != 0) {
			if (!ghcb_out(UART_DATA, 1, byte))
				absent = true;
			return;
		}
	}
	absent = true;
}

static void put_char(char c)
{
	if (absent || !ghcb_ready())
		return;
	if (c == '\n')
		put_byte('\r');
	else if ((c < ' ' && c != '\t' && c != '\r') || c > '~')
		c = '?';
	put_byte((uint8_t)c);
}

void console_write(const char *text, size_t size)
{
	spinlock_acquire(&lock);
	for (size_t i = 0; i < size; i++)
		put_char(text[i]);
	spinlock_release(&lock);
}

static void put_formatted(void *context, char c)
{
	(void)context;
	put_char(c);
}

void console_printf(const char *format, ...)
{
	va_list args;

	spinlock_acquire(&lock);
	va_start(args, format);
	format_print(put_formatted, NULL, format, args);
	va_end(args);
	spinlock_release(&lock);
}

void console_break_lock(void)
{
	spinlock_release(&lock);
}
