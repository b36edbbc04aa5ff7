/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "panic.h"

#include "console.h"
#include "ghcb.h"

_Noreturn void panic(const char *reason)
{
	console_printf("SVSM: panic: %s\n", reason);
	ghcb_terminate(GHCB_TERMINATE_SET_GENERAL, GHCB_TERMINATE_GENERAL);
}
