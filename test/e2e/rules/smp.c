/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "smp.h"

#define STACK_SIZE 4096u
#define GATE_SIZE 16u
#define GIVE_UP_TICKS 50000000000ull /* some 20 s */
#define DELAY_TICKS 20000000ull	     /* some 8 ms */

extern uint8_t idt[], exception_interrupt[];

uint8_t smp_page[SMP_PAGES][PAGE] __attribute__((aligned(4096)));
void (*machine_interrupt_hook)(void);
void (*machine_vc_hook)(void);

static uint8_t stacks[SMP_PAGES][STACK_SIZE] __attribute__((aligned(16)));

struct snp_vmsa *smp_vmsa(unsigned int i, unsigned int vmpl, void (*start)(void))
{
	struct snp_vmsa *vmsa = (struct snp_vmsa *)smp_page[i];

	*vmsa = (struct snp_vmsa){0};
	/* As after a call: the function finds a stack aligned to 16 bytes plus its return address */
	machine_fill_vmsa(vmsa, vmpl, (const void *)start, stacks[i] + STACK_SIZE - 8);
	if (machine_rmpadjust((uint64_t)vmsa, false, RMPADJUST_VMSA | 1) != RMP_OK)
		machine_end(END_BAD);
	return vmsa;
}

uint32_t smp_ap_creation(unsigned int cpu, unsigned int vmpl, unsigned int request, const void *vmsa)
{
	return machine_ghcb_call(GHCB_EXIT_AP_CREATION,
				 (uint64_t)cpu << GHCB_AP_APIC_ID_SHIFT | vmpl << GHCB_AP_VMPL_SHIFT | request,
				 (uint64_t)vmsa);
}

struct snp_vmsa *smp_start(unsigned int i, unsigned int cpu, void (*start)(void))
{
	struct snp_vmsa *vmsa = smp_vmsa(i, 0, start);

	if (smp_ap_creation(cpu, 0, GHCB_AP_CREATE, vmsa) != GHCB_INFO1_OK)
		machine_end(END_BAD);
	return vmsa;
}

static uint64_t ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

bool smp_wait(const volatile uint64_t *what, uint64_t least)
{
	uint64_t start = ticks();

	while (__atomic_load_n(what, __ATOMIC_ACQUIRE) < least) {
		if (ticks() - start > GIVE_UP_TICKS)
			return false;
		__asm__ volatile("pause");
	}
	return true;
}

void smp_wait_or_end(const volatile uint64_t *what, uint64_t least)
{
	if (!smp_wait(what, least))
		machine_end(END_BAD);
}

void smp_delay(void)
{
	uint64_t start = ticks();

	while (ticks() - start < DELAY_TICKS)
		__asm__ volatile("pause");
}

unsigned int smp_cpu(void)
{
	uint64_t stack = (uint64_t)__builtin_frame_address(0) - (uint64_t)stacks;

	return stack < sizeof(stacks) ? (unsigned int)(stack / STACK_SIZE) : 0;
}

void smp_set_gate(unsigned int vector)
{
	struct __attribute__((packed)) {
		uint16_t offset_0, selector, attributes, offset_16;
		uint64_t offset_32;
	} gate = {
		.offset_0 = (uint16_t)(uint64_t)exception_interrupt,
		.selector = 8,
		.attributes = 0x8e00,
		.offset_16 = (uint16_t)((uint64_t)exception_interrupt >> 16),
	};

	__builtin_memcpy(idt + vector * GATE_SIZE, &gate, sizeof(gate));
}
