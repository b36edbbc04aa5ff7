/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest_long_mode.h"

#include "abi/snp.h"
#include "cpu.h"
#include "freestanding_string.h"
#include "guest_memory.h"
#include "guest_vcpu.h"
#include "paging.h"

#define GIB (1ull << 30)
#define IDENTITY_GIB 4u
#define TABLE_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_USER)
#define GUEST_CODE 0x10
#define GUEST_DATA 0x18
#define SEGMENT_CODE 0x00af9b000000ffffull
#define SEGMENT_DATA 0x00cf93000000ffffull
#define CR0_GUEST (CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG)
#define CR4_GUEST (CR4_PAE | CR4_MCE | CR4_OSFXSR | CR4_OSXMMEXCPT)

/* PML4, PDPT, four page directories, GDT: seven pages from guest->page_tables. */
bool guest_long_mode_write(const struct boot_guest *guest, void *scratch)
{
	uint64_t *entry = scratch;
	uint64_t at = guest->page_tables;

	memset(scratch, 0, PAGE_SIZE);
	entry[0] = (at + PAGE_SIZE) | c_bit_mask | TABLE_FLAGS;
	if (!guest_memory_write(gpa_of(at), scratch, PAGE_SIZE))
		return false;
	for (unsigned int i = 0; i < IDENTITY_GIB; i++)
		entry[i] = (at + (2 + i) * PAGE_SIZE) | c_bit_mask | TABLE_FLAGS;
	if (!guest_memory_write(gpa_of(at + PAGE_SIZE), scratch, PAGE_SIZE))
		return false;
	for (unsigned int i = 0; i < IDENTITY_GIB; i++) {
		for (unsigned int j = 0; j < PAGE_SIZE / sizeof(*entry); j++)
			entry[j] = (i * GIB + (uint64_t)j * LARGE_PAGE_SIZE) | c_bit_mask | PTE_PRESENT | PTE_WRITE |
				   PTE_LARGE;
		if (!guest_memory_write(gpa_of(at + (2 + i) * PAGE_SIZE), scratch, PAGE_SIZE))
			return false;
	}
	memset(scratch, 0, PAGE_SIZE);
	entry[GUEST_CODE / 8] = SEGMENT_CODE;
	entry[GUEST_DATA / 8] = SEGMENT_DATA;
	return guest_memory_write(gpa_of(at + (2 + IDENTITY_GIB) * PAGE_SIZE), scratch, PAGE_SIZE);
}

static void set_registers(struct snp_vmsa *vmsa, const struct boot_guest *guest)
{
	const struct vmsa_segment data = {.selector = GUEST_DATA, .attributes = 0xc93, .limit = 0xffffffff};
	uint64_t gdt = guest->page_tables + (2 + IDENTITY_GIB) * PAGE_SIZE;

	vmsa->cs = (struct vmsa_segment){.selector = GUEST_CODE, .attributes = 0xa9b, .limit = 0xffffffff};
	vmsa->ds = vmsa->es = vmsa->ss = vmsa->fs = vmsa->gs = data;
	vmsa->gdtr = (struct vmsa_segment){.limit = GUEST_DATA + 7, .base = gdt};
	vmsa->efer |= EFER_LME | EFER_LMA | EFER_NXE;
	vmsa->cr0 = CR0_GUEST;
	vmsa->cr3 = guest->page_tables | c_bit_mask;
	vmsa->cr4 = CR4_GUEST;
	vmsa->rip = guest->entry;
	vmsa->rsp = guest->stack_top;
	vmsa->rsi = guest->boot_params;
}

bool guest_long_mode_enter(const struct boot_guest *guest)
{
	struct snp_vmsa *vmsa = guest_vcpu_new();

	if (vmsa == NULL)
		return false;
	set_registers(vmsa, guest);
	return guest_vcpu_register(vmsa);
}
