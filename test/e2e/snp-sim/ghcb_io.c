/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Port and memory-mapped I/O: forwarded to QEMU's devices. */
#include "cpu.h"
#include "freestanding_string.h"
#include "ghcb_nae.h"
#include "memory.h"
#include "report.h"
#include "summary.h"

#define PORT_RANGE_COUNT (sizeof(ports) / sizeof(ports[0]))
#define MMIO_SIZE_MAX 8u
#define PORT_END 0xf4 /* QEMU's isa-debug-exit */
#define KEYBOARD_COMMAND 0x64u
#define PULSE_RESET                                                                                                    \
	0xfeu /* the keyboard controller's output to the processor's reset line; QEMU ends with status 0               \
	       */

/* Devices of QEMU the guest may use: PICs, PIT, keyboard controller (for its reset line), RTC, POST code, exit, UARTs
 */
static const struct {
	uint16_t first, last;
} ports[] = {{0x20, 0x21}, {0x40, 0x43}, {0x60, 0x61}, {0x64, 0x64},   {0x70, 0x71},
	     {0x80, 0x80}, {0xa0, 0xa1}, {0xf4, 0xf4}, {0x2f8, 0x2ff}, {0x3f8, 0x3ff}};

static bool port_known(uint16_t port, unsigned int size)
{
	for (size_t i = 0; i < PORT_RANGE_COUNT; i++) {
		if (port >= ports[i].first && port + size - 1 <= ports[i].last)
			return true;
	}
	return false;
}

static uint32_t port_in(uint16_t port, unsigned int size)
{
	return port_known(port, size) ? cpu_in(port, size) : size == 4 ? 0xffffffffu : (1u << size * 8) - 1;
}

static void port_out(uint16_t port, unsigned int size, uint32_t value)
{
	if (port == PORT_END)
		summary_print();
	if (port == KEYBOARD_COMMAND && (uint8_t)value == PULSE_RESET) {
		report_log("snp-sim: the guest resets the machine\n");
		summary_print();
	}
	if (port_known(port, size))
		cpu_out(port, size, value);
}

static void io_string(struct ghcb *ghcb, uint64_t info, unsigned int size, uint64_t count)
{
	uint16_t port = (uint16_t)(info >> IOIO_PORT_SHIFT);
	uint8_t *buffer = count <= PAGE_SIZE ? ghcb_shared(ghcb->scratch, count * size) : 0;

	if (!VALID(ghcb, scratch) || buffer == 0) {
		ghcb_refuse(ghcb, GHCB_BAD_SCRATCH);
		return;
	}
	for (uint64_t i = 0; i < count; i++, buffer += size) {
		uint32_t value = 0;

		if ((info & IOIO_IN) != 0) {
			value = port_in(port, size);
			memcpy(buffer, &value, size);
		} else {
			memcpy(&value, buffer, size);
			port_out(port, size, value);
		}
	}
	ghcb_answer(ghcb, 0, 0);
}

void ghcb_io(struct ghcb *ghcb, uint64_t info, uint64_t count)
{
	unsigned int size = (unsigned int)(info >> 4 & 7);
	uint16_t port = (uint16_t)(info >> IOIO_PORT_SHIFT);

	if (size != 1 && size != 2 && size != 4) {
		ghcb_refuse(ghcb, GHCB_BAD_INPUT);
		return;
	}
	if ((info & IOIO_STRING) != 0) {
		io_string(ghcb, info, size, count);
		return;
	}
	if (!VALID(ghcb, rax)) {
		ghcb_refuse(ghcb, GHCB_BAD_MISSING_INPUT);
		return;
	}
	if ((info & IOIO_IN) != 0)
		PUT(ghcb, rax, port_in(port, size));
	else
		port_out(port, size, (uint32_t)ghcb->rax);
	ghcb_answer(ghcb, 0, 0);
}

/* No device of this machine is memory-mapped for the guest: reads find an empty bus, writes are lost. */
void ghcb_mmio(struct ghcb *ghcb, uint64_t gpa, uint64_t size, bool write)
{
	uint8_t *buffer = size <= MMIO_SIZE_MAX ? ghcb_shared(ghcb->scratch, size) : 0;

	if (!VALID(ghcb, scratch) || buffer == 0) {
		ghcb_refuse(ghcb, GHCB_BAD_SCRATCH);
		return;
	}
	if (memory_has(gpa, 1)) {
		ghcb_refuse(ghcb, GHCB_BAD_INPUT);
		return;
	}
	report_log("snp-sim: mmio %s of %lu bytes at %lx: no device\n", write ? "write" : "read", size, gpa);
	if (!write)
		memset(buffer, 0xff, size);
	ghcb_answer(ghcb, 0, 0);
}
