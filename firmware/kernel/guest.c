/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest.h"

#include "abi/snp.h"
#include "calling_area.h"
#include "console.h"
#include "cpu.h"
#include "ghcb.h"
#include "guest_flat64.h"
#include "guest_linux.h"
#include "guest_ovmf.h"
#include "guest_pages.h"
#include "memory_map.h"
#include "page_alloc.h"
#include "panic.h"
#include "percpu.h"
#include "svsm_call.h"
#include "vcpus.h"
#include "window.h"

static bool prepare(const struct boot_guest *guest, void *scratch)
{
	switch (guest->kind) {
	case BOOT_GUEST_FLAT64:
		return guest_flat64_prepare(guest, scratch);
	case BOOT_GUEST_LINUX:
		return guest_linux_prepare(guest, scratch);
	case BOOT_GUEST_OVMF:
		return guest_ovmf_prepare(guest, scratch);
	default:
		console_printf("SVSM: guest of unknown kind %u\n", guest->kind);
		return false;
	}
}

bool guest_prepare(const struct boot_info *info)
{
	const struct boot_guest *guest = &info->guest;
	void *scratch;
	bool prepared;

	if (!guest_pages_init(&memory_map_guest)) {
		console_printf("SVSM: more RAM than the firmware can keep record of\n");
		return false;
	}
	scratch = page_alloc();
	if (scratch == NULL) {
		console_printf("SVSM: guest: out of memory\n");
		return false;
	}
	prepared = prepare(guest, scratch);
	page_free(scratch);
	return prepared && calling_area_set(percpu_this()->index, gpa_of(guest->calling_area));
}

uint64_t guest_sev_features(void)
{
	return cpu_read_msr(MSR_SEV_STATUS) >> SEV_STATUS_FEATURES_SHIFT;
}

/* EFER lies at an aligned offset of the packed structure. */
static uint64_t *efer_of(struct snp_vmsa *vmsa)
{
	static_assert(offsetof(struct snp_vmsa, efer) % sizeof(uint64_t) == 0, "aligned");
	return (uint64_t *)((uint8_t *)vmsa + offsetof(struct snp_vmsa, efer));
}

/* VMRUN refuses a VMSA without EFER.SVME: the host cannot run the guest's CPU elsewhere while its call is served. */
static void lock_registers(struct snp_vmsa *vmsa)
{
	__atomic_and_fetch(efer_of(vmsa), ~EFER_SVME, __ATOMIC_SEQ_CST);
}

static void unlock_registers(struct snp_vmsa *vmsa)
{
	__atomic_or_fetch(efer_of(vmsa), EFER_SVME, __ATOMIC_SEQ_CST);
}

static bool registers_locked(struct snp_vmsa *vmsa)
{
	return (__atomic_load_n(efer_of(vmsa), __ATOMIC_SEQ_CST) & EFER_SVME) == 0;
}

/* Takes the guest's registers, whichever page they are in by now. False: this CPU has no guest. */
static bool take_registers(struct percpu *cpu)
{
	struct gpa page;

	if (!vcpus_take(cpu->index, &page))
		return false;
	cpu->guest_vmsa = window_map_vmsa(page);
	(void)calling_area_get(cpu->index, &cpu->calling_area);
	lock_registers(cpu->guest_vmsa);
	return true;
}

static void release_registers(struct percpu *cpu)
{
	struct snp_vmsa *vmsa = cpu->guest_vmsa;

	/* A processor that ran it meanwhile has saved its registers, EFER with SVME among them. */
	if (!registers_locked(vmsa))
		panic("the host runs VMPL2 while its call is served");
	/* Only an exit of the guest changes this: the last call's must not look like another call. */
	vmsa->guest_exit_code = SVM_EXIT_INVALID;
	unlock_registers(vmsa);
	cpu->guest_vmsa = NULL;
	window_unmap_vmsa();
	vcpus_release(cpu->index);
}

_Noreturn void guest_run(void)
{
	struct percpu *cpu = percpu_this();

	for (;;) {
		bool ran = false;

		if (take_registers(cpu)) {
			svsm_call_serve();
			release_registers(cpu);
			/* From here on another CPU may delete or replace them. */
			ran = ghcb_run_vmpl(GUEST_VMPL);
		}
		if (ran)
			continue;
		if (cpu->index == 0)
			panic("the host refuses to run VMPL2");
		cpu_halt();
	}
}
