/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "aps.h"

#include "abi/ghcb.h"
#include "abi/snp.h"
#include "abi/x2apic.h"
#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "cpuid.h"
#include "descriptors.h"
#include "ghcb.h"
#include "guest.h"
#include "page_alloc.h"
#include "paging.h"
#include "percpu.h"
#include "rmp.h"
#include "shared_page.h"
#include "stacks.h"
#include "timer.h"
#include "vmsa_reset.h"
#include "window.h"

#define START_US 5000000u /* for all of them together */
#define APIC_ID_MAX ((PAGE_SIZE - sizeof(struct ghcb_apic_ids)) / sizeof(uint32_t))

static uint32_t used = 1; /* entries of percpu_table */
static struct snp_vmsa *vmsas[CPU_MAX];

static void give_up(const char *reason)
{
	console_printf("SVSM: %s: one CPU only\n", reason);
}

/* Where a CPU begins, on its own stack. @ghcb_page is shared already. */
static _Noreturn void ap_main(void *ghcb_page)
{
	struct percpu *cpu = percpu_this();
	uint32_t starting = CPU_STARTING;

	if (ghcb_register(ghcb_page)) {
		(void)timer_init();
		if (__atomic_compare_exchange_n(&cpu->state, &starting, CPU_RUNS, false, __ATOMIC_ACQ_REL,
						__ATOMIC_ACQUIRE))
			guest_run();
	}
	for (;;)
		cpu_halt();
}

static void set_registers(struct percpu *cpu, struct snp_vmsa *vmsa, void *ghcb_page)
{
	vmsa_reset(vmsa);
	descriptors_preset(cpu, vmsa);
	vmsa->efer |= cpu_read_msr(MSR_EFER);
	vmsa->cr0 = cpu_read_cr0();
	vmsa->cr3 = paging_kernel_cr3();
	vmsa->cr4 = cpu_read_cr4();
	vmsa->rip = (uint64_t)ap_main;
	vmsa->rsp = stacks_top(cpu) - sizeof(uint64_t); /* as behind a call */
	vmsa->rdi = (uint64_t)ghcb_page;
}

/* Everything the CPU needs. The pages stay with it, whether it comes up or not. */
static bool prepare(struct percpu *cpu, struct snp_vmsa **vmsa)
{
	void *ghcb_page = shared_page_alloc();

	*vmsa = page_alloc_vmsa();
	if (*vmsa == NULL || ghcb_page == NULL || !stacks_make(cpu) || !window_init(cpu))
		return false;
	set_registers(cpu, *vmsa, ghcb_page);
	__atomic_store_n(&cpu->state, CPU_STARTING, __ATOMIC_RELEASE);
	/* A VMSA is made by taking rights from a lower VMPL, here those that VMPL1 does not have. */
	return rmp_adjust_page(*vmsa, RMP_PAGE_4K, 1, 0, true) == RMP_RESULT_OK;
}

static void start(struct percpu *cpu, struct snp_vmsa *vmsa)
{
	if (ghcb_create_vcpu(cpu->apic_id, 0, paging_gpa(vmsa), vmsa->sev_features))
		return;
	__atomic_store_n(&cpu->state, CPU_LOST, __ATOMIC_RELEASE);
	console_printf("SVSM: CPU %u: the host refuses to start it\n", cpu->apic_id);
}

static bool is_known(uint32_t apic_id)
{
	for (uint32_t i = 0; i < used; i++) {
		if (percpu_table[i].apic_id == apic_id)
			return true;
	}
	return false;
}

/* Waits until @cpu runs. One that comes later than @deadline finds itself given up. */
static bool wait_for(struct percpu *cpu, uint64_t deadline)
{
	uint32_t starting = CPU_STARTING;

	while (__atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE) == CPU_STARTING && !clock_passed(deadline))
		cpu_pause();
	if (!__atomic_compare_exchange_n(&cpu->state, &starting, CPU_LOST, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return starting == CPU_RUNS;
	console_printf("SVSM: CPU %u: does not start\n", cpu->apic_id);
	return false;
}

/* @ids is the host's, changing at will: each entry is read once. */
static void start_listed(const volatile struct ghcb_apic_ids *ids)
{
	uint32_t count = ids->count, first = used, running = 1;
	uint64_t deadline;

	if (count > APIC_ID_MAX) {
		give_up("the host's list of CPUs is malformed");
		return;
	}
	/* All are prepared before one is started: then the kernel's mappings change no more. */
	for (uint32_t i = 0; i < count && used < CPU_MAX; i++) {
		uint32_t apic_id = ids->apic_id[i];

		if (is_known(apic_id))
			continue;
		percpu_table[used].index = used;
		percpu_table[used].apic_id = apic_id;
		if (!prepare(&percpu_table[used], &vmsas[used])) {
			console_printf("SVSM: CPU %u: no memory for it\n", apic_id);
			__atomic_store_n(&percpu_table[used].state, CPU_LOST, __ATOMIC_RELEASE);
		}
		used++;
	}
	for (uint32_t i = first; i < used; i++) {
		if (__atomic_load_n(&percpu_table[i].state, __ATOMIC_ACQUIRE) != CPU_LOST)
			start(&percpu_table[i], vmsas[i]);
	}
	deadline = clock_deadline(START_US);
	for (uint32_t i = first; i < used; i++)
		running += wait_for(&percpu_table[i], deadline);
	console_printf("SVSM: %u of %u CPUs run\n", running, count);
}

void aps_start(void)
{
	struct percpu *first = percpu_this();
	struct ghcb_apic_ids *ids;
	uint64_t apic_id;

	first->state = CPU_RUNS;
	if (ghcb_read_msr(MSR_X2APIC_ID, &apic_id))
		first->apic_id = (uint32_t)apic_id;
	if ((ghcb_features() & GHCB_FEATURE_APIC_ID_LIST) == 0) {
		give_up("the host does not list its CPUs");
		return;
	}
	/* Without it, the guest could change registers on one CPU while they are checked on another. */
	if (!cpuid_features.invlpgb) {
		give_up("the host hides INVLPGB");
		return;
	}
	ids = shared_page_alloc();
	if (ids == NULL || !ghcb_get_apic_ids(paging_gpa(ids))) {
		give_up("the host does not list its CPUs");
		return;
	}
	start_listed(ids);
}
