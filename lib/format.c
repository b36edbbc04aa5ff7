/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "format.h"

#include <stdbool.h>
#include <stdint.h>

static void put_number(format_put put, void *context, uint64_t value, unsigned int base, unsigned int width)
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
		put(context, digits[--n]);
}

void format_print(format_put put, void *context, const char *format, va_list args)
{
	for (; *format != 0; format++) {
		unsigned int width = 0;
		bool wide = false;
		int64_t value;

		if (*format != '%') {
			put(context, *format);
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
				put(context, *s);
			break;
		case 'c':
			put(context, (char)va_arg(args, int));
			break;
		case 'u':
			put_number(put, context, wide ? va_arg(args, uint64_t) : va_arg(args, uint32_t), 10, width);
			break;
		case 'x':
			put_number(put, context, wide ? va_arg(args, uint64_t) : va_arg(args, uint32_t), 16, width);
			break;
		case 'd':
			value = wide ? va_arg(args, int64_t) : va_arg(args, int32_t);
			if (value < 0)
				put(context, '-');
			put_number(put, context, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, width);
			break;
		case 0:
			return;
		default:
			put(context, *format);
		}
	}
}
