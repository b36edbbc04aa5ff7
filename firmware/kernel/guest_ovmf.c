/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest_ovmf.h"

#include "abi/snp.h"
#include "console.h"
#include "guest_handover.h"
#include "guest_ram.h"
#include "guest_vcpu.h"
#include "memory_map.h"

/* State after reset: APM 2, 14.1.3, table 14-1 */
#define RESET_CR0 0x60000010ull
#define RESET_RIP 0xfff0ull
#define RESET_CS_SELECTOR 0xf000
#define RESET_CS_BASE 0xffff0000ull
#define RESET_CODE 0x9b
#define RESET_DATA 0x93
#define RESET_LIMIT 0xffffu

static bool fail(const char *what)
{
	console_printf("SVSM: guest: %s\n", what);
	return false;
}

static bool take_pages(const struct boot_guest *guest)
{
	for (uint32_t i = 0; i < guest->range_count; i++) {
		const struct boot_range *loaded = &guest->range[i];

		if (!guest_ram_grant((struct gpa_range){loaded->gpa, loaded->gpa + loaded->size}))
			return false;
	}
	for (uint32_t i = 0; i < guest->section_count; i++) {
		const struct boot_range *section = &guest->section[i];

		if (!memory_map_contains(&memory_map_guest, gpa_of(section->gpa), section->size))
			return fail("a page its metadata names is not RAM");
		if (!guest_ram_take((struct gpa_range){section->gpa, section->gpa + section->size}))
			return false;
	}
	return true;
}

static void set_registers(struct snp_vmsa *vmsa)
{
	const struct vmsa_segment data = {.attributes = RESET_DATA, .limit = RESET_LIMIT};

	vmsa->cs = (struct vmsa_segment){
		.selector = RESET_CS_SELECTOR, .attributes = RESET_CODE, .limit = RESET_LIMIT, .base = RESET_CS_BASE};
	vmsa->ds = vmsa->es = vmsa->ss = vmsa->fs = vmsa->gs = data;
	vmsa->gdtr = vmsa->idtr = (struct vmsa_segment){.limit = RESET_LIMIT};
	vmsa->cr0 = RESET_CR0;
	vmsa->rip = RESET_RIP;
}

bool guest_ovmf_prepare(const struct boot_guest *guest, void *scratch)
{
	struct snp_vmsa *vmsa;

	if (!take_pages(guest))
		return false;
	if (!guest_handover_write(guest, scratch))
		return fail("its pages cannot be written");
	vmsa = guest_vcpu_new();
	if (vmsa == NULL)
		return false;
	set_registers(vmsa);
	return guest_vcpu_register(vmsa);
}
