/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* 16550 ports, polled, through the GHCB. */
#ifndef CONFORMANCE_UART_H
#define CONFORMANCE_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UART_COM1 0x3f8u
#define UART_COM2 0x2f8u

bool uart_present(uint16_t base);

/* Sends all of @data, at most @burst bytes for each time the port says it is empty. */
void uart_write(uint16_t base, const uint8_t *data, size_t size, size_t burst);

/* Waits until the last byte has left: what is in the port is lost when the machine ends. */
void uart_drain(uint16_t base);

/* One received byte, or -1. */
int uart_read(uint16_t base);

/* Turns the FIFOs on. Loses what was received, so not for ports that are read. */
void uart_enable_fifo(uint16_t base);
#define UART_FIFO_BYTES 16u

#endif
