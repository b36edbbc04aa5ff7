/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The conformance guest: checks the firmware from VMPL2, then gives evidence. */
#include "check.h"
#include "checks.h"
#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "cpu_local.h"
#include "evidence.h"
#include "exceptions.h"
#include "finish.h"
#include "second_cpu.h"

void guest_main(void);

static struct cpu_local first_cpu;

void guest_main(void)
{
	uint64_t start = cpu_tsc();

	cpu_local_use(&first_cpu);
	exceptions_start();
	console_printf("conformance guest at VMPL2\n");
	/* Without a GHCB there is nowhere to print: finish() then ends the machine by the MSR protocol */
	if (!checks_entry() || !checks_ghcb())
		finish(false);
	console_printf("note: TSC rate %s\n", clock_start() ? "measured" : "assumed");
	checks_core();
	checks_remap();
	checks_pvalidate();
	checks_attest();
	checks_vtpm();
	checks_keys();
	checks_selector();
	checks_long();
	checks_vcpus();
	console_printf("note: checks took %lu ms, %lu calls were repeated\n", clock_milliseconds(cpu_tsc() - start),
		       cpu_local()->retries + second_cpu_retries());
	evidence_run();
	finish(check_summary());
}
