/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "exceptions.h"

#include "console.h"
#include "cpu.h"
#include "panic.h"

#include <stdbool.h>

#define VECTOR_NMI 2u
#define VECTOR_GP 13u
#define VECTOR_PF 14u
#define VECTOR_VC 29u
#define VECTOR_HV 28u
#define VECTOR_FIRST_INTERRUPT 32u

struct repair {
	uint64_t at;
	uint64_t continue_at;
};

extern const struct repair _exception_table[], _exception_table_end[]; /* kernel.lds */

static bool repair_access(struct trap_frame *frame)
{
	if (frame->vector != VECTOR_GP && frame->vector != VECTOR_PF && frame->vector != VECTOR_VC)
		return false;
	for (const struct repair *entry = _exception_table; entry < _exception_table_end; entry++) {
		if (frame->rip == entry->at) {
			frame->rip = entry->continue_at;
			return true;
		}
	}
	return false;
}

void exception_kernel(struct trap_frame *frame)
{
	if (repair_access(frame))
		return;
	/* The host decides what it injects and when; what it injects as an interrupt or NMI means nothing here. */
	if (frame->vector >= VECTOR_FIRST_INTERRUPT || frame->vector == VECTOR_NMI || frame->vector == VECTOR_HV)
		return;
	console_printf("SVSM: exception %lu error %lx at %lx stack %lx address %lx\n", frame->vector, frame->error,
		       frame->rip, frame->rsp, cpu_read_cr2());
	panic("unexpected exception in ring 0");
}
