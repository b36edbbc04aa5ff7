/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "finish.h"

#include "clock.h"
#include "console.h"
#include "ghcb.h"

#define EXIT_PORT 0xf4u
#define EXIT_PASSED 0x10u
#define EXIT_FAILED 0x11u
#define EXIT_WAIT_MS 2000u

_Noreturn void finish(bool passed)
{
	console_drain();
	if (ghcb_ready()) {
		uint64_t deadline = clock_deadline(EXIT_WAIT_MS);

		ghcb_out(EXIT_PORT, passed ? EXIT_PASSED : EXIT_FAILED);
		/* QEMU 9 and later stop a while after the access, and a second reason would hide the first. */
		while (!clock_passed(deadline))
			__builtin_ia32_pause();
	}
	ghcb_terminate(passed ? 0 : 1);
}
