/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vcpu.h"

#include "abi.h"
#include "bytes.h"
#include "cpu.h"
#include "freestanding_string.h"
#include "ghcb.h"
#include "memory.h"
#include "pvalidate.h"
#include "svsm_call.h"

#define LIST_COUNT 0u
#define LIST_FIRST_ID 4u
#define ATTRIBUTES_CODE 0xa9bu
#define ATTRIBUTES_DATA 0xc93u
#define ATTRIBUTES_LDT 0x82u
#define ATTRIBUTES_TSS_BUSY 0x8bu
#define SELECTOR_CODE 0x10u
#define SELECTOR_DATA 0x18u
#define PAT_AFTER_RESET 0x0007040600070406ull

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

static const uint32_t data_segments[] = {VMSA_ES, VMSA_SS, VMSA_DS, VMSA_FS, VMSA_GS};

bool vcpu_list(struct vcpu_list *list)
{
	uint8_t *page;

	*list = (struct vcpu_list){.count = 1};
	if ((ghcb_host.features >> GHCB_FEATURE_BIT_APIC_IDS & 1) == 0)
		return true;
	page = memory_pages(1);
	if (page == NULL || !pvalidate_share(page) || !ghcb_apic_ids(page))
		return false;
	list->count = bytes_get32(page + LIST_COUNT);
	if (list->count == 0 || list->count > VCPU_MAX)
		return false;
	for (uint32_t i = 0; i < list->count; i++)
		list->apic_id[i] = bytes_get32(page + LIST_FIRST_ID + 4 * i);
	return true;
}

static void put_segment(uint8_t *at, uint32_t selector, uint32_t attributes, uint32_t limit, uint64_t base)
{
	bytes_put(at, 2, selector);
	bytes_put(at + 2, 2, attributes);
	bytes_put(at + 4, 4, limit);
	bytes_put(at + 8, 8, base);
}

void vcpu_write_registers(uint8_t *vmsa, void (*entry)(void *), void *argument, uint8_t *stack_end)
{
	struct table_pointer gdtr, idtr;

	__asm__ volatile("sgdt %0" : "=m"(gdtr));
	__asm__ volatile("sidt %0" : "=m"(idtr));
	memset(vmsa, 0, PAGE_BYTES);
	put_segment(vmsa + VMSA_CS, SELECTOR_CODE, ATTRIBUTES_CODE, UINT32_MAX, 0);
	for (unsigned int i = 0; i < sizeof(data_segments) / sizeof(data_segments[0]); i++)
		put_segment(vmsa + data_segments[i], SELECTOR_DATA, ATTRIBUTES_DATA, UINT32_MAX, 0);
	put_segment(vmsa + VMSA_GDTR, 0, 0, gdtr.limit, gdtr.base);
	put_segment(vmsa + VMSA_IDTR, 0, 0, idtr.limit, idtr.base);
	put_segment(vmsa + VMSA_LDTR, 0, ATTRIBUTES_LDT, 0xffff, 0);
	put_segment(vmsa + VMSA_TR, 0, ATTRIBUTES_TSS_BUSY, 0xffff, 0);
	vmsa[VMSA_VMPL] = 2;
	bytes_put(vmsa + VMSA_EFER, 8, cpu_read_msr(MSR_NUMBER_EFER) | VMSA_EFER_SVME);
	bytes_put(vmsa + VMSA_CR4, 8, cpu_read_cr4());
	bytes_put(vmsa + VMSA_CR3, 8, cpu_read_cr3());
	bytes_put(vmsa + VMSA_CR0, 8, cpu_read_cr0());
	bytes_put(vmsa + VMSA_DR7, 8, 0x400);
	bytes_put(vmsa + VMSA_DR6, 8, 0xffff0ff0);
	bytes_put(vmsa + VMSA_RFLAGS, 8, 2);
	bytes_put(vmsa + VMSA_RIP, 8, (uint64_t)entry);
	bytes_put(vmsa + VMSA_RSP, 8, (uint64_t)stack_end - 8); /* as behind a call */
	bytes_put(vmsa + VMSA_RDI, 8, (uint64_t)argument);
	bytes_put(vmsa + VMSA_PAT, 8, PAT_AFTER_RESET);
	bytes_put(vmsa + VMSA_SEV_FEATURES, 8, cpu_read_msr(MSR_NUMBER_SEV_STATUS) >> 2);
	bytes_put(vmsa + VMSA_XCR0, 8, 1);
	bytes_put(vmsa + VMSA_MXCSR, 4, 0x1f80);
	bytes_put(vmsa + VMSA_X87_FTW, 2, 0x5555);
	bytes_put(vmsa + VMSA_X87_FCW, 2, 0x40);
}

uint64_t vcpu_create(uint64_t vmsa, uint64_t calling_area, uint64_t apic_id)
{
	struct svsm_call call = {
		.rax = SVSM_FUNCTION(SVSM_CORE, CORE_CREATE_VCPU), .rcx = vmsa, .rdx = calling_area, .r8 = apic_id};

	return svsm_call(&call);
}

uint64_t vcpu_delete(uint64_t vmsa)
{
	struct svsm_call call = {.rax = SVSM_FUNCTION(SVSM_CORE, CORE_DELETE_VCPU), .rcx = vmsa};

	return svsm_call(&call);
}

bool vcpu_host_start(uint32_t apic_id, const uint8_t *vmsa)
{
	return ghcb_ap_creation(apic_id, AP_CREATE, (uint64_t)vmsa, cpu_read_msr(MSR_NUMBER_SEV_STATUS) >> 2);
}

bool vcpu_host_stop(uint32_t apic_id, const uint8_t *vmsa)
{
	return ghcb_ap_creation(apic_id, AP_DESTROY, (uint64_t)vmsa, cpu_read_msr(MSR_NUMBER_SEV_STATUS) >> 2);
}
