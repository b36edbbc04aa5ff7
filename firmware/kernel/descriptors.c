/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "descriptors.h"

#include "abi/snp.h"
#include "cpu.h"
#include "percpu.h"

#define IDT_ENTRIES 256
#define GATE_INTERRUPT 0x8e00u /* present, DPL 0: ring 3 can raise none of them with INT */
#define SEGMENT_KERNEL_CODE 0x00af9b000000ffffull
#define SEGMENT_KERNEL_DATA 0x00cf93000000ffffull
#define SEGMENT_USER_DATA 0x00cff3000000ffffull
#define SEGMENT_USER_CODE 0x00affb000000ffffull
/* The same in a VMSA: bits 55:52 and 47:40 of a descriptor */
#define VMSA_KERNEL_CODE 0xa9b
#define VMSA_KERNEL_DATA 0xc93
#define VMSA_LDT 0x82
#define VMSA_TSS_BUSY 0x8b
#define SEGMENT_TSS_AVAILABLE 0x0000890000000000ull

struct gate {
	uint16_t offset_0;
	uint16_t selector;
	uint16_t attributes; /* bits 2:0 IST */
	uint16_t offset_16;
	uint32_t offset_32;
	uint32_t reserved;
};
static_assert(sizeof(struct gate) == 16, "gate");

struct __attribute__((packed)) table_register {
	uint16_t limit;
	uint64_t base;
};

extern const uint64_t entry_vectors[IDT_ENTRIES]; /* entry.S */

static struct gate idt[IDT_ENTRIES] __attribute__((aligned(4096)));

/* Only a double fault may strike without a usable stack. Every other vector nests on the kernel's stack: entry.S. */
static uint16_t ist_of(unsigned int vector)
{
	return vector == VECTOR_DF ? IST_DOUBLE_FAULT : 0;
}

void descriptors_init_idt(void)
{
	for (unsigned int i = 0; i < IDT_ENTRIES; i++) {
		uint64_t target = entry_vectors[i];

		idt[i] = (struct gate){
			.offset_0 = (uint16_t)target,
			.selector = SELECTOR_KERNEL_CODE,
			.attributes = (uint16_t)(GATE_INTERRUPT | ist_of(i)),
			.offset_16 = (uint16_t)(target >> 16),
			.offset_32 = (uint32_t)(target >> 32),
		};
	}
}

static void fill(struct percpu *cpu)
{
	uint64_t base = (uint64_t)&cpu->tss;

	cpu->tss.io_map = sizeof(cpu->tss);
	cpu->gdt.entry[0] = 0;
	cpu->gdt.entry[1] = SEGMENT_KERNEL_CODE;
	cpu->gdt.entry[2] = SEGMENT_KERNEL_DATA;
	cpu->gdt.entry[3] = SEGMENT_USER_DATA;
	cpu->gdt.entry[4] = SEGMENT_USER_CODE;
	cpu->gdt.entry[5] =
		SEGMENT_TSS_AVAILABLE | (sizeof(cpu->tss) - 1) | (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
	cpu->gdt.entry[6] = base >> 32;
	cpu->self = cpu;
}

void descriptors_load(struct percpu *cpu)
{
	struct table_register gdtr = {.limit = sizeof(cpu->gdt) - 1, .base = (uint64_t)&cpu->gdt};
	struct table_register idtr = {.limit = sizeof(idt) - 1, .base = (uint64_t)idt};

	fill(cpu);
	__asm__ volatile("lgdt %0" : : "m"(gdtr));
	__asm__ volatile("lidt %0" : : "m"(idtr));
	__asm__ volatile("ltr %w0" : : "r"(SELECTOR_TSS));
	__asm__ volatile("lldt %w0"
			 :
			 : "r"(0)); /* the VP context's has a base: ring 3 must not load selectors from it */
	__asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %0, %%ss" : : "r"(SELECTOR_KERNEL_DATA));
	cpu_write_msr(MSR_GS_BASE, (uint64_t)cpu);
	cpu_write_msr(MSR_KERNEL_GS_BASE, 0);
}

void descriptors_preset(struct percpu *cpu, struct snp_vmsa *vmsa)
{
	const struct vmsa_segment data = {
		.selector = SELECTOR_KERNEL_DATA, .attributes = VMSA_KERNEL_DATA, .limit = 0xffffffff};

	fill(cpu);
	vmsa->cs = (struct vmsa_segment){
		.selector = SELECTOR_KERNEL_CODE, .attributes = VMSA_KERNEL_CODE, .limit = 0xffffffff};
	vmsa->ss = vmsa->ds = vmsa->es = data;
	vmsa->gs = (struct vmsa_segment){.base = (uint64_t)cpu};
	vmsa->ldtr = (struct vmsa_segment){.attributes = VMSA_LDT};
	vmsa->tr = (struct vmsa_segment){.selector = SELECTOR_TSS,
					 .attributes = VMSA_TSS_BUSY,
					 .limit = sizeof(cpu->tss) - 1,
					 .base = (uint64_t)&cpu->tss};
	vmsa->gdtr = (struct vmsa_segment){.limit = sizeof(cpu->gdt) - 1, .base = (uint64_t)&cpu->gdt};
	vmsa->idtr = (struct vmsa_segment){.limit = sizeof(idt) - 1, .base = (uint64_t)idt};
}
