/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What each virtual CPU of this guest has for itself. GS points to it. */
#ifndef CONFORMANCE_CPU_LOCAL_H
#define CONFORMANCE_CPU_LOCAL_H

#include <stdint.h>

struct cpu_local {
	struct cpu_local *self;
	uint8_t *ghcb;
	uint8_t *calling_area;
	uint64_t retries; /* answers of the SVSM that were BUSY or INCOMPLETE */
};

/* Makes @local the current CPU's. */
void cpu_local_use(struct cpu_local *local);

static inline struct cpu_local *cpu_local(void)
{
	struct cpu_local *local;

	__asm__("mov %%gs:0, %0" : "=r"(local));
	return local;
}

#endif
