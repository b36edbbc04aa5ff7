/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "link.h"

#include "clock.h"
#include "freestanding_string.h"
#include "uart.h"

#define LINE_MAX 2048u
#define HEX_CHUNK 64u

static char buffer[LINE_MAX];

bool link_start(void)
{
	/* The FIFO setting stays as it is: changing it would lose what has arrived */
	return uart_present(UART_COM2);
}

bool link_read_line(struct hex_line *line, uint64_t milliseconds)
{
	uint64_t deadline = clock_deadline(milliseconds);
	size_t used = 0;

	for (;;) {
		int byte = uart_read(UART_COM2);

		if (byte == '\n')
			break;
		if (byte >= 0) {
			if (used == sizeof(buffer))
				return false;
			buffer[used++] = (char)byte;
		} else if (clock_passed(deadline)) {
			return false;
		}
	}
	*line = (struct hex_line){buffer, buffer + used};
	return true;
}

void link_write(const char *text, size_t size)
{
	uart_write(UART_COM2, (const uint8_t *)text, size, 1);
}

void link_drain(void)
{
	uart_drain(UART_COM2);
}

void link_text(const char *text)
{
	link_write(text, strlen(text));
}

void link_hex(const char *word, const uint8_t *data, size_t size)
{
	char text[2 * HEX_CHUNK];

	link_text(word);
	link_text(" ");
	while (size > 0) {
		size_t now = size < HEX_CHUNK ? size : HEX_CHUNK;

		hex_encode(text, data, now);
		link_write(text, 2 * now);
		data += now;
		size -= now;
	}
	link_text("\n");
}
