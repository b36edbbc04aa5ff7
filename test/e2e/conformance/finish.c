/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "finish.h"

#include "console.h"
#include "ghcb.h"

#define EXIT_PORT 0xf4u
#define EXIT_PASSED 0x10u
#define EXIT_FAILED 0x11u

_Noreturn void finish(bool passed)
{
	console_drain();
	if (ghcb_ready())
		ghcb_out(EXIT_PORT, passed ? EXIT_PASSED : EXIT_FAILED);
	ghcb_terminate(passed ? 0 : 1);
}
