/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "window.h"

#include "cpu.h"
#include "paging.h"
#include "panic.h"
#include "percpu.h"

#include <stddef.h>

#define WINDOW_STRIDE (2ull * LARGE_PAGE_SIZE) /* a CPU's two windows: 2 MiB page, then 4 KiB page */
#define WINDOW_FLAGS (PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY | PTE_NX)

static uint64_t small_window(const struct percpu *cpu)
{
	return cpu->window + LARGE_PAGE_SIZE;
}

bool window_init(void)
{
	struct percpu *cpu = percpu_this();

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
}
