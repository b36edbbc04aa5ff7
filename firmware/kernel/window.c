/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "window.h"

#include "clock.h"
#include "cpu.h"
#include "paging.h"
#include "panic.h"
#include "percpu.h"

#include <stddef.h>

#define WINDOW_STRIDE (2ull * LARGE_PAGE_SIZE) /* a CPU's windows: 2 MiB page, then two of 4 KiB */
#define WINDOW_USED 1ull		       /* in percpu.window_page, beside the address */
#define WINDOW_LARGE 2ull
#define WINDOW_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY | PTE_NX)

static uint64_t small_window(const struct percpu *cpu)
{
	return cpu->window + LARGE_PAGE_SIZE;
}

/* With an unmapped page between */
static uint64_t vmsa_window(const struct percpu *cpu)
{
	return small_window(cpu) + 2 * PAGE_SIZE;
}

bool window_init(struct percpu *cpu)
{
	cpu->window = WINDOW_VA + cpu->index * WINDOW_STRIDE;
	return paging_entry_kernel(small_window(cpu), 0) != NULL;
}

void *window_map(struct gpa gpa, bool large)
{
	struct percpu *cpu = percpu_this();
	uint64_t va = large ? cpu->window : small_window(cpu);
	uint64_t *entry = paging_entry_kernel(va, large ? 1 : 0);

	if (entry == NULL || *entry != 0)
		panic("window: in use");
	/* Before the page can be touched, and in one order with what is registered in vcpus.h */
	__atomic_store_n(&cpu->window_page, gpa.value | WINDOW_USED | (large ? WINDOW_LARGE : 0), __ATOMIC_SEQ_CST);
	*entry = (gpa.value & PTE_ADDRESS) | c_bit_mask | WINDOW_FLAGS | (large ? PTE_LARGE : 0);
	cpu_invlpg(va);
	return (void *)va;
}

void window_unmap(void)
{
	struct percpu *cpu = percpu_this();

	*paging_entry_kernel(cpu->window, 1) = 0;
	*paging_entry_kernel(small_window(cpu), 0) = 0;
	cpu_invlpg(cpu->window);
	cpu_invlpg(small_window(cpu));
	__atomic_store_n(&cpu->window_page, 0, __ATOMIC_SEQ_CST);
}

static bool shows(const struct percpu *cpu, struct gpa page)
{
	uint64_t shown = __atomic_load_n(&cpu->window_page, __ATOMIC_SEQ_CST);
	uint64_t size = (shown & WINDOW_LARGE) != 0 ? LARGE_PAGE_SIZE : PAGE_SIZE;

	return (shown & WINDOW_USED) != 0 && page.value - addr_align_down(shown, PAGE_SIZE) < size;
}

bool window_wait_others(struct gpa page, uint64_t deadline)
{
	for (uint32_t i = 0; i < CPU_MAX; i++) {
		while (&percpu_table[i] != percpu_this() && shows(&percpu_table[i], page)) {
			if (clock_passed(deadline))
				return false;
			cpu_pause();
		}
	}
	return true;
}

struct snp_vmsa *window_map_vmsa(struct gpa page)
{
	uint64_t va = vmsa_window(percpu_this());

	*paging_entry_kernel(va, 0) = (page.value & PTE_ADDRESS) | c_bit_mask | WINDOW_FLAGS;
	cpu_invlpg(va);
	return (struct snp_vmsa *)va;
}

void window_unmap_vmsa(void)
{
	uint64_t va = vmsa_window(percpu_this());

	*paging_entry_kernel(va, 0) = 0;
	cpu_invlpg(va);
}
