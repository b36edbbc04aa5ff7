/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "uart.h"

#include "ghcb.h"

#define REG_DATA 0u
#define REG_FIFO_CONTROL 2u
#define REG_LINE_CONTROL 3u
#define REG_LINE_STATUS 5u
#define REG_SCRATCH 7u
#define LINE_8N1 0x03u
#define FIFO_ENABLE_CLEAR 0x07u
#define STATUS_RECEIVED 0x01u
#define STATUS_EMPTY 0x20u
#define STATUS_IDLE 0x40u
#define STATUS_NO_PORT 0xffu
#define POLL_MAX 2000000u /* a port that never empties must not hold the run for ever */

static uint16_t port(uint16_t base, unsigned int reg)
{
	return (uint16_t)(base + reg);
}

bool uart_present(uint16_t base)
{
	ghcb_out(port(base, REG_SCRATCH), 0x5a);
	if (ghcb_in(port(base, REG_SCRATCH)) != 0x5a)
		return false;
	ghcb_out(port(base, REG_LINE_CONTROL), LINE_8N1);
	return ghcb_in(port(base, REG_LINE_STATUS)) != STATUS_NO_PORT;
}

void uart_enable_fifo(uint16_t base)
{
	ghcb_out(port(base, REG_FIFO_CONTROL), FIFO_ENABLE_CLEAR);
}

static bool wait_for(uint16_t base, uint8_t status)
{
	for (unsigned int polls = 0; polls < POLL_MAX; polls++) {
		if ((ghcb_in(port(base, REG_LINE_STATUS)) & status) == status)
			return true;
	}
	return false;
}

void uart_drain(uint16_t base)
{
	(void)wait_for(base, STATUS_EMPTY | STATUS_IDLE);
}

void uart_write(uint16_t base, const uint8_t *data, size_t size, size_t burst)
{
	while (size > 0) {
		size_t now = size < burst ? size : burst;

		if (!wait_for(base, STATUS_EMPTY))
			return;
		ghcb_out_string(port(base, REG_DATA), data, now);
		data += now;
		size -= now;
	}
}

int uart_read(uint16_t base)
{
	uint8_t status = ghcb_in(port(base, REG_LINE_STATUS));

	if (status == STATUS_NO_PORT || (status & STATUS_RECEIVED) == 0)
		return -1;
	return ghcb_in(port(base, REG_DATA));
}
