/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "console.h"

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

static void put_number(uint64_t value, unsigned int base, unsigned int width)
{
	char digits[24];
	unsigned int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	while (n < width && n < sizeof(digits))
		digits[n++] = '0';
	while (n > 0)
		put_char(digits[--n]);
}

static void format_to_console(const char *format, va_list args)
{
	for (; *format != 0; format++) {
		unsigned int width = 0;
		bool wide = false;
		int64_t value;

		if (*format != '%') {
			put_char(*format);
			continue;
		}
		for (format++; *format >= '0' && *format <= '9'; format++)
			width = width * 10 + (unsigned int)(*format - '0');
		if (*format == 'l' || *format == 'z') {
			wide = true;
			format++;
		}
		switch (*format) {
		case 's':
			for (const char *s = va_arg(args, const char *); *s != 0; s++)
				put_char(*s);
			break;
		case 'c':
			put_char((char)va_arg(args, int));
			break;
		case 'u':
			put_number(wide ? va_arg(args, uint64_t) : va_arg(args, uint32_t), 10, width);
			break;
		case 'x':
			put_number(wide ? va_arg(args, uint64_t) : va_arg(args, uint32_t), 16, width);
			break;
		case 'd':
			value = wide ? va_arg(args, int64_t) : va_arg(args, int32_t);
			if (value < 0)
				put_char('-');
			put_number(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, width);
			break;
		case 0:
			return;
		default:
			put_char(*format);
		}
	}
}

void console_printf(const char *format, ...)
{
	va_list args;

	spinlock_acquire(&lock);
	va_start(args, format);
	format_to_console(format, args);
	va_end(args);
	spinlock_release(&lock);
}
