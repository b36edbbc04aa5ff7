/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A guest that attacks: one CPU creates another with registers in a page whose `vmpl` a second CPU turns between 0 and
 * 2 all the time. Were it ever to stand at 0 when the page is a VMSA, the guest would run at VMPL0. The firmware takes
 * the guest's rights to the page away before it reads it, and hardware ends a guest that writes then; so does snp-sim.
 */
#include "abi.h"
#include "checks.h"
#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "cpu_local.h"
#include "exceptions.h"
#include "finish.h"
#include "memory.h"
#include "second_cpu.h"
#include "vcpu.h"

#define AFTERWARDS_MS 100u

void guest_main(void);

static struct cpu_local first_cpu;
static uint8_t *page;
static volatile uint64_t writes;

/* No call and no exit, lest the CPU forget what it knows of the page. */
static void turn_vmpl(void *unused)
{
	volatile uint8_t *vmpl = page + VMSA_VMPL;

	(void)unused;
	for (;;) {
		*vmpl ^= 2;
		writes++;
	}
}

static bool bring_up(uint8_t *vmsa, uint32_t apic_id)
{
	if (vmsa == 0 || !second_cpu_prepare())
		return false;
	second_cpu_write_registers(vmsa);
	return vcpu_create((uint64_t)vmsa, second_cpu_calling_area(), apic_id) == R_SUCCESS &&
	       vcpu_host_start(apic_id, vmsa) && second_cpu_up();
}

static void attack(uint8_t *pages, uint32_t apic_id)
{
	uint64_t code, before;

	page = pages;
	vcpu_write_registers(page, second_cpu_hold, 0, page);
	second_cpu_begin(turn_vmpl, 0);
	while (writes < 1000)
		cpu_pause();
	do
		code = vcpu_create((uint64_t)page, (uint64_t)pages + PAGE_BYTES, apic_id);
	while (code == R_INVALID_PARAMETER);
	before = writes;
	for (uint64_t end = clock_deadline(AFTERWARDS_MS); !clock_passed(end);)
		cpu_pause();
	console_printf("attack: CREATE_VCPU says %lx; %lu writes to the VMSA afterwards\n", code, writes - before);
}

void guest_main(void)
{
	struct vcpu_list cpus;
	uint8_t *pages;

	cpu_local_use(&first_cpu);
	exceptions_start();
	if (!checks_entry() || !checks_ghcb())
		finish(false);
	(void)clock_start();
	pages = memory_pages(3);
	if (!vcpu_list(&cpus) || cpus.count < 3 || pages == 0 || !bring_up(pages + 2 * PAGE_BYTES, cpus.apic_id[1]))
		console_printf("attack: no second CPU to attack with\n");
	else
		attack(pages, cpus.apic_id[2]);
	finish(false);
}
