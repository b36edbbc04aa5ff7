/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vcpus.h"

#include "spinlock.h"

#include <stddef.h>

#define NO_PAGE 0ull /* no VMSA lies there: its address is 2 MiB aligned */

static struct {
	struct spinlock held;
	bool permanent;
	uint64_t current;
	uint64_t registered[VCPUS_PAGES_PER_CPU]; /* pages of the guest; read without lock */
} vcpus[CPU_MAX];

void vcpus_start(uint32_t index, struct gpa page)
{
	vcpus[index].permanent = true;
	vcpus[index].current = page.value;
}

bool vcpus_take(uint32_t index, struct gpa *page)
{
	spinlock_acquire(&vcpus[index].held);
	*page = gpa_of(vcpus[index].current);
	if (page->value != NO_PAGE)
		return true;
	spinlock_release(&vcpus[index].held);
	return false;
}

void vcpus_release(uint32_t index)
{
	spinlock_release(&vcpus[index].held);
}

bool vcpus_try_hold(uint32_t index)
{
	return !vcpus[index].permanent && spinlock_try_acquire(&vcpus[index].held);
}

static uint64_t load(const uint64_t *entry)
{
	return __atomic_load_n(entry, __ATOMIC_SEQ_CST);
}

/* The entry that holds @page, or NULL. @index: whose it is. */
static uint64_t *entry_of(uint64_t page, uint32_t *index)
{
	for (uint32_t i = 0; i < CPU_MAX; i++) {
		for (unsigned int j = 0; j < VCPUS_PAGES_PER_CPU; j++) {
			if (load(&vcpus[i].registered[j]) != page)
				continue;
			*index = i;
			return &vcpus[i].registered[j];
		}
	}
	return NULL;
}

bool vcpus_register(uint32_t index, struct gpa page)
{
	for (unsigned int j = 0; j < VCPUS_PAGES_PER_CPU; j++) {
		uint64_t *entry = &vcpus[index].registered[j];

		if (load(entry) != NO_PAGE)
			continue;
		__atomic_store_n(entry, page.value, __ATOMIC_SEQ_CST);
		return true;
	}
	return false;
}

void vcpus_unregister(struct gpa page)
{
	uint32_t index;
	uint64_t *entry = entry_of(page.value, &index);

	if (entry != NULL)
		__atomic_store_n(entry, NO_PAGE, __ATOMIC_SEQ_CST);
}

void vcpus_set_current(uint32_t index, struct gpa page)
{
	vcpus[index].current = page.value;
}

void vcpus_clear_current(uint32_t index)
{
	vcpus[index].current = NO_PAGE;
}

bool vcpus_find(struct gpa page, uint32_t *index, bool *current)
{
	if (page.value == NO_PAGE || entry_of(page.value, index) == NULL)
		return false;
	*current = vcpus[*index].current == page.value;
	return true;
}

bool vcpus_overlap(struct gpa_range range)
{
	for (uint32_t i = 0; i < CPU_MAX; i++) {
		for (unsigned int j = 0; j < VCPUS_PAGES_PER_CPU; j++) {
			uint64_t page = load(&vcpus[i].registered[j]);

			if (page != NO_PAGE && page >= range.start && page < range.end)
				return true;
		}
	}
	return false;
}
