/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "exceptions.h"

#include "cpu.h"
#include "panic.h"

#include <stdbool.h>

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
	if (!repair_access(frame))
		panic_exception(frame, cpu_read_cr2());
}
