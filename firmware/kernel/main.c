/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Boot of VMPL0 on the first CPU. Order matters: exceptions before anything can fault, page tables before the GHCB can
 * be shared, GHCB before messages, validation before allocation, the other CPUs when the kernel's mappings are
 * complete, services before the guest.
 */
#include "abi/snp.h"
#include "amd_sp.h"
#include "aps.h"
#include "boot_info.h"
#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "cpuid.h"
#include "descriptors.h"
#include "ghcb.h"
#include "guest.h"
#include "memory_map.h"
#include "page_alloc.h"
#include "paging.h"
#include "panic.h"
#include "percpu.h"
#include "rmp.h"
#include "scheduler.h"
#include "secrets.h"
#include "stack_marks.h"
#include "stacks.h"
#include "timer.h"
#include "window.h"

struct percpu percpu_table[CPU_MAX] __attribute__((aligned(64)));

static uint8_t boot_ghcb[PAGE_SIZE] __attribute__((aligned(4096), section(".bss.page_aligned")));
/* Stacks of exceptions until guarded ones can be allocated */
static uint8_t boot_ist[IST_COUNT][2048] __attribute__((aligned(16)));
static const struct boot_info *info;

void main_boot(void);

static void load_early_descriptors(void)
{
	struct percpu *cpu = &percpu_table[0];

	for (unsigned int i = 0; i < IST_COUNT; i++)
		cpu->tss.ist[i] = (uint64_t)(boot_ist[i] + sizeof(boot_ist[i]));
	descriptors_init_idt();
	descriptors_load(cpu);
}

static void enable_protections(void)
{
	uint64_t cr4 = cpu_read_cr4() | CR4_SMEP | CR4_SMAP;

	/* Every processor with SNP has both; the AMD-SP lets a host hide features, and a host that does is not
	 * followed. */
	if (!cpuid_features.smep || !cpuid_features.smap)
		panic("the host hides SMEP or SMAP");
	if (cpuid_features.umip)
		cr4 |= CR4_UMIP;
	cpu_write_cr4(cr4);
}

/* The free part of the region was not loaded by the image: it is taken from the host and validated here. */
static void validate_region(void)
{
	struct gpa_range range = {info->image_end, FW_BASE + FW_SIZE};

	if (!ghcb_set_page_state(range, false))
		panic("the host does not give the firmware its memory");
	for (uint64_t at = range.start; at < range.end; at += PAGE_SIZE) {
		if (rmp_validate_page(paging_pointer(gpa_of(at)), RMP_PAGE_4K, true) != RMP_RESULT_OK)
			panic("the firmware's memory cannot be validated");
	}
	page_alloc_init(range);
}

/* Runs on the CPU's guarded stack. */
static void boot_on_kernel_stack(void)
{
	if (!window_init(percpu_this()) || !amd_sp_init())
		panic("not enough memory");
	if (!clock_calibrate())
		console_printf("SVSM: the host has no interval timer: the clock's rate is assumed\n");
	console_printf("SVSM: clock at %lu MHz\n", clock_kilohertz() / 1000);
	(void)timer_init();
	aps_start();
	spinlock_acquire(&services_lock);
	if (!services_load(info) || !scheduler_start())
		panic("a service did not start");
	timer_disarm();
	for (unsigned int i = 0; i < SERVICE_COUNT; i++)
		console_printf("SVSM: service %s ready, %lu pages, %lu system calls, %lu CPUID traps\n",
			       services[i].name, services[i].space.pages, services[i].system_calls,
			       services[i].cpuid_traps);
	spinlock_release(&services_lock);
	if (info->guest.kind == BOOT_GUEST_NONE)
		panic("the image has no guest");
	if (!guest_prepare(info))
		panic("the guest cannot be started");
	console_printf("SVSM: entering the guest at VMPL%u, %lu KiB of the region free\n", GUEST_VMPL,
		       page_alloc_available() * (PAGE_SIZE / 1024));
	guest_run();
}

void main_boot(void)
{
	load_early_descriptors();
	ghcb_negotiate();
	info = boot_info_get();
	if (info == NULL)
		ghcb_terminate(GHCB_TERMINATE_SET_GENERAL, GHCB_TERMINATE_GENERAL);
	paging_init();
	ghcb_init(boot_ghcb);
	console_printf("SVSM: VMPL0 firmware\n");
	stack_marks_init((info->options & BOOT_OPTION_STACK_MARKS) != 0);
	if (!cpuid_init(paging_pointer(gpa_of(info->cpuid_page))))
		panic("the CPUID page is malformed");
	enable_protections();
	secrets_init(paging_pointer(gpa_of(info->secrets_page)));
	if (!memory_map_parse(&memory_map_guest, paging_pointer(gpa_of(info->memory_map)), c_bit_mask))
		panic("the host's memory map is unusable");
	validate_region();
	stacks_enter(boot_on_kernel_stack);
}
