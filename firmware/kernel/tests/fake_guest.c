/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "fake_guest.h"
#include "svsm/boot_info.h"

#include "../calling_area.h"
#include "../clock.h"
#include "../guest.h"
#include "../guest_memory.h"
#include "../guest_pages.h"
#include "../memory_map.h"
#include "../page_alloc.h"
#include "../panic.h"
#include "../tlb.h"
#include "../vcpus.h"
#include "../window.h"

#include <asm/prctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

uint8_t fake_ram[FAKE_RAM_SIZE];
struct fake_page fake_pages[FAKE_RAM_SIZE / PAGE_SIZE];
struct percpu percpu_table[CPU_MAX];
bool fake_zeroing_fails, fake_window_busy;
enum rmp_result fake_rmp_fails;
void (*fake_on_flush)(void);
uint64_t fake_now, fake_us_per_look;
jmp_buf *fake_panic_to;

/* What the firmware gets as pages; taken back by the next reset */
#define POOL_PAGES 64u
static uint8_t pool[POOL_PAGES][PAGE_SIZE] __attribute__((aligned(4096)));
static size_t pool_used;
/* The other page a host could show at each address */
static struct fake_page others[FAKE_RAM_SIZE / PAGE_SIZE];

void *page_alloc(void)
{
	void *page = pool_used < POOL_PAGES ? pool[pool_used++] : NULL;

	if (page != NULL)
		memset(page, 0, PAGE_SIZE);
	return page;
}

_Noreturn void panic(const char *reason)
{
	if (fake_panic_to == NULL) {
		fprintf(stderr, "panic: %s\n", reason);
		abort();
	}
	longjmp(*fake_panic_to, 1);
}

void fake_guest_swap(uint64_t gpa)
{
	struct fake_page *shown = &fake_pages[gpa / PAGE_SIZE], *hidden = &others[gpa / PAGE_SIZE];
	struct fake_page kept = *shown;

	*shown = *hidden;
	*hidden = kept;
}

uint64_t clock_add(uint64_t time, uint64_t microseconds)
{
	return time + microseconds;
}

bool clock_passed(uint64_t deadline)
{
	fake_now += fake_us_per_look;
	return fake_now >= deadline;
}

static void reset_cpus(void)
{
	struct gpa page = {0};
	uint32_t index;
	bool current;

	for (; page.value < FAKE_RAM_SIZE; page.value += PAGE_SIZE) {
		if (!vcpus_overlap((struct gpa_range){page.value, FAKE_RAM_SIZE}))
			break;
		if (!vcpus_find(page, &index, &current))
			continue;
		vcpus_unregister(page);
		vcpus_clear_current(index);
	}
	memset(percpu_table, 0, sizeof(percpu_table));
	for (uint32_t i = 0; i < CPU_MAX; i++) {
		vcpus_release(i);
		calling_area_clear(i);
		percpu_table[i] = (struct percpu){.self = &percpu_table[i],
						  .index = i,
						  .state = i < 2 ? CPU_RUNS : CPU_ABSENT,
						  .apic_id = FAKE_APIC_ID(i)};
	}
	fake_cpu.calling_area = gpa_of(0x1000);
	(void)calling_area_set(0, fake_cpu.calling_area);
	vcpus_start(0, gpa_of(FW_BASE));
	(void)vcpus_take(0, &page);
}

void fake_guest_reset(void)
{
	memset(fake_ram, 0, sizeof(fake_ram));
	memset(fake_pages, 0, sizeof(fake_pages));
	for (size_t i = 0; i < FAKE_RAM_SIZE / PAGE_SIZE; i++)
		fake_pages[i] = (struct fake_page){.validated = true, .rights = RMP_PERM_RWX};
	memset(others, 0, sizeof(others));
	fake_zeroing_fails = false;
	fake_panic_to = NULL;
	pool_used = 0;
	fake_us_per_look = 0;
	memory_map_guest.count = 1;
	memory_map_guest.range[0] = (struct gpa_range){0, FAKE_RAM_SIZE};
	fake_window_busy = false;
	fake_rmp_fails = RMP_RESULT_OK;
	fake_on_flush = NULL;
	reset_cpus();
	(void)syscall(SYS_arch_prctl, ARCH_SET_GS, &fake_cpu);
	if (!guest_pages_init(&memory_map_guest) || !guest_pages_set(memory_map_guest.range[0], true))
		abort();
	guest_pages_release(); /* a panic keeps it */
}

static bool accessible(struct gpa at, uint64_t size)
{
	if (size == 0)
		return true;
	if (!memory_map_contains(&memory_map_guest, at, size) || at.value + size > FAKE_RAM_SIZE)
		return false;
	for (uint64_t page = at.value / PAGE_SIZE; page <= (at.value + size - 1) / PAGE_SIZE; page++) {
		const struct gpa_range range = {page * PAGE_SIZE, (page + 1) * PAGE_SIZE};

		if (fake_pages[page].shared || !fake_pages[page].validated || vcpus_overlap(range))
			return false;
	}
	return true;
}

bool guest_memory_read(void *to, struct gpa from, uint64_t size)
{
	if (!accessible(from, size))
		return false;
	memcpy(to, fake_ram + from.value, size);
	return true;
}

bool guest_memory_write(struct gpa to, const void *from, uint64_t size)
{
	if (!accessible(to, size))
		return false;
	memcpy(fake_ram + to.value, from, size);
	return true;
}

bool guest_memory_zero_page(struct gpa page, bool large)
{
	uint64_t size = large ? LARGE_PAGE_SIZE : PAGE_SIZE;

	if (fake_zeroing_fails || !accessible(page, size))
		return false;
	memset(fake_ram + page.value, 0, size);
	return true;
}

bool guest_memory_exchange(struct gpa at, uint8_t value, uint8_t *old)
{
	if (!accessible(at, 1))
		return false;
	*old = fake_ram[at.value];
	fake_ram[at.value] = value;
	return true;
}

bool guest_memory_probe(struct gpa at, uint64_t size)
{
	return size != 0 && accessible(at, size);
}

static uint64_t pages_of(uint64_t page_size)
{
	return page_size == RMP_PAGE_2M ? LARGE_PAGE_SIZE / PAGE_SIZE : 1;
}

/* As a host with KVM: a large entry is split when a small page is named; a small one cannot serve as a large page. */
static bool fit_size(struct gpa gpa, uint64_t page_size)
{
	struct fake_page *page = &fake_pages[gpa.value / PAGE_SIZE];
	struct fake_page *first = &fake_pages[gpa.value / LARGE_PAGE_SIZE * (LARGE_PAGE_SIZE / PAGE_SIZE)];

	if (page_size == RMP_PAGE_2M)
		return page->large;
	for (uint64_t i = 0; page->large && i < LARGE_PAGE_SIZE / PAGE_SIZE; i++)
		first[i].large = false;
	return true;
}

enum rmp_result rmp_validate_gpa(struct gpa gpa, uint64_t page_size, bool validate)
{
	struct fake_page *page = &fake_pages[gpa.value / PAGE_SIZE];
	bool same = true;

	if (gpa.value + pages_of(page_size) * PAGE_SIZE > FAKE_RAM_SIZE)
		return RMP_RESULT_FAIL_INPUT;
	if (!fit_size(gpa, page_size))
		return RMP_RESULT_SIZE_MISMATCH;
	for (uint64_t i = 0; i < pages_of(page_size); i++) {
		same = same && page[i].validated == validate;
		page[i].validated = validate;
		page[i].shared = false;
	}
	return same ? RMP_RESULT_NO_CHANGE : RMP_RESULT_OK;
}

enum rmp_result rmp_adjust_gpa(struct gpa gpa, uint64_t page_size, unsigned int vmpl, uint64_t permissions)
{
	struct fake_page *page = &fake_pages[gpa.value / PAGE_SIZE];

	if (vmpl == 0)
		return RMP_RESULT_FAIL_PERMISSION;
	if (!fit_size(gpa, page_size))
		return RMP_RESULT_SIZE_MISMATCH;
	if (!page->validated)
		return RMP_RESULT_FAIL_INPUT;
	for (uint64_t i = 0; i < pages_of(page_size); i++)
		*(vmpl == 2 ? &page[i].rights : &page[i].other_rights[vmpl / 3]) = permissions;
	return RMP_RESULT_OK;
}

enum rmp_result rmp_adjust_vmsa_gpa(struct gpa gpa, bool vmsa)
{
	struct fake_page *page = &fake_pages[gpa.value / PAGE_SIZE];

	if (page->in_use)
		return RMP_RESULT_IN_USE;
	if (vmsa && fake_rmp_fails != RMP_RESULT_OK)
		return fake_rmp_fails;
	if (!page->validated)
		return RMP_RESULT_FAIL_INPUT;
	(void)fit_size(gpa, RMP_PAGE_4K);
	page->rights = vmsa ? 0 : RMP_PERM_RWX;
	page->vmsa = vmsa;
	return RMP_RESULT_OK;
}

void tlb_flush_all(void)
{
	if (fake_on_flush != NULL)
		fake_on_flush();
}

uint64_t guest_sev_features(void)
{
	return FAKE_SEV_FEATURES;
}

bool window_wait_others(struct gpa page, uint64_t deadline)
{
	(void)page;
	(void)deadline;
	return !fake_window_busy;
}

void *window_map(struct gpa gpa, bool large)
{
	(void)large;
	return fake_ram + gpa.value;
}

void window_unmap(void)
{
}

/* The instructions of entry.S. A page that is not validated faults. */
static bool faults(const void *at)
{
	uint64_t offset = (uint64_t)((const uint8_t *)at - fake_ram);

	return offset < FAKE_RAM_SIZE && !fake_pages[offset / PAGE_SIZE].validated;
}

uint64_t copy_faultable(void *to, const void *from, uint64_t size)
{
	if (faults(to) || faults(from))
		return size;
	memcpy(to, from, size);
	return 0;
}

uint64_t and_byte_faultable(uint8_t *at, uint64_t value)
{
	if (!faults(at))
		*at = (uint8_t)(*at & value);
	return faults(at);
}

uint64_t or_byte_faultable(uint8_t *at, uint64_t value)
{
	if (!faults(at))
		*at = (uint8_t)(*at | value);
	return faults(at);
}
