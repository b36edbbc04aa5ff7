/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "panic.h"

#include "console.h"
#include "ghcb.h"
#include "stack_marks.h"

#include <stdbool.h>

static bool panicking;

/* The first panic speaks, over a CPU that may hold the console. One that happens meanwhile only ends the guest. */
static void begin(void)
{
	if (__atomic_exchange_n(&panicking, true, __ATOMIC_SEQ_CST))
		ghcb_terminate(GHCB_TERMINATE_SET_GENERAL, GHCB_TERMINATE_GENERAL);
	console_break_lock();
}

static _Noreturn void end(const char *reason)
{
	console_printf("SVSM: panic: %s\n", reason);
	stack_marks_update();
	ghcb_terminate(GHCB_TERMINATE_SET_GENERAL, GHCB_TERMINATE_GENERAL);
}

_Noreturn void panic(const char *reason)
{
	begin();
	end(reason);
}

_Noreturn void panic_exception(const struct trap_frame *frame, uint64_t address)
{
	begin();
	console_printf("SVSM: exception %lu error %lx at %lx stack %lx address %lx\n", frame->vector, frame->error,
		       frame->rip, frame->rsp, address);
	end("unexpected exception in ring 0");
}
