/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "report.h"

#include "cpu.h"
#include "format.h"

#define DEBUG_CONSOLE 0xe9
#define DEBUG_EXIT 0xf4

bool report_trace;

static void put(void *context, char c)
{
	(void)context;
	cpu_out(DEBUG_CONSOLE, 1, (uint8_t)c);
}

void report_log(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	format_print(put, 0, format, args);
	va_end(args);
}

_Noreturn void report_exit(uint32_t value)
{
	for (;;)
		cpu_out(DEBUG_EXIT, 1, value);
}

_Noreturn void report_internal(const char *why, uint64_t value)
{
	report_log("snp-sim: internal: %s (%lx)\n", why, value);
	report_exit(EXIT_VALUE_INTERNAL);
}
