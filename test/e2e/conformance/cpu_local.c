/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "cpu_local.h"

#include "abi.h"
#include "cpu.h"

void cpu_local_use(struct cpu_local *local)
{
	local->self = local;
	cpu_write_msr(MSR_NUMBER_GS_BASE, (uint64_t)local);
}
