/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "host_cpu.h"

#include "cpu.h"
#include "freestanding_string.h"
#include "host_apic.h"
#include "lock.h"
#include "memory.h"
#include "report.h"

#define FW_CFG_SELECT 0x510u /* QEMU, docs/specs/fw_cfg */
#define FW_CFG_DATA 0x511u
#define FW_CFG_CPU_COUNT 5u
#define TRAMPOLINE_HPA 0x70000ull /* below 1 MiB; nothing else is there (docs/contracts.md section 4) */
#define MSR_VM_HSAVE_PA 0xc0010117u
#define MSR_PAT 0x277u
#define PAT_RESET 0x0007040600070406ull
#define CYCLES_PER_MS 2500000ull /* about */
#define INIT_MS 10u
#define SIPI_MS 1u
#define START_MS 20000u

extern const uint8_t trampoline[], trampoline_end[], host_cpu_stacks[]; /* boot.S */
extern uint32_t host_cpu_starting;

static unsigned int arrived; /* others that are in host_cpu_main() */

unsigned int host_cpu_count(void)
{
	unsigned int count;

	cpu_out(FW_CFG_SELECT, 2, FW_CFG_CPU_COUNT);
	count = cpu_in(FW_CFG_DATA, 1);
	count |= cpu_in(FW_CFG_DATA, 1) << 8;
	if (count == 0 || count > HOST_CPUS_MAX)
		report_internal("give QEMU one to four processors", count);
	return count;
}

unsigned int host_cpu_index(void)
{
	return (unsigned int)(((uint64_t)__builtin_frame_address(0) - (uint64_t)host_cpu_stacks) / HOST_CPU_STACK);
}

void host_cpu_init(void)
{
	cpu_write_msr(MSR_VM_HSAVE_PA, (uint64_t)memory_alloc_pages(1));
	cpu_write_msr(MSR_PAT, PAT_RESET);
}

static void delay(uint64_t ms)
{
	uint64_t start = cpu_tsc();

	while (cpu_tsc() - start < ms * CYCLES_PER_MS)
		__asm__ volatile("pause");
}

static void command(unsigned int index, uint32_t what)
{
	host_apic_write(APIC_ICR_HIGH, index << 24);
	host_apic_write(APIC_ICR, what);
}

void host_cpu_start_others(void)
{
	uint64_t code = TRAMPOLINE_HPA;

	__asm__("" : "+r"(code)); /* the compiler must not know that this is no C object */
	memcpy((void *)code, trampoline, (size_t)(trampoline_end - trampoline));
	for (unsigned int index = 1; index < host_cpu_count(); index++) {
		uint64_t start = cpu_tsc();

		host_cpu_starting = index;
		/* APM 2, 16.5: INIT, then start-up interrupts with the page's number; a second one is ignored when the
		 * first was taken */
		command(index, APIC_ICR_INIT);
		delay(INIT_MS);
		for (unsigned int i = 0; i < 2 && __atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < index; i++) {
			command(index, APIC_ICR_STARTUP | (uint32_t)(TRAMPOLINE_HPA / PAGE_SIZE));
			delay(SIPI_MS);
		}
		while (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < index) {
			if (cpu_tsc() - start > START_MS * CYCLES_PER_MS)
				report_internal("a processor does not start", index);
			__asm__ volatile("pause");
		}
	}
}

void host_cpu_arrived(void)
{
	__atomic_fetch_add(&arrived, 1, __ATOMIC_RELEASE);
}

void host_cpu_kick(unsigned int index)
{
	command(index, APIC_ICR_FIXED | KICK_VECTOR);
}

void host_cpu_wait(void)
{
	lock_release();
	/* Between the release and HLT an interrupt stays pending: first by GIF, then by STI's shadow */
	__asm__ volatile("stgi; sti; hlt; cli; clgi" : : : "memory");
	lock_take();
}
