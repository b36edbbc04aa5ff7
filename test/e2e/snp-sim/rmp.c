/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "rmp.h"

#include "abi/snp.h"
#include "freestanding_string.h"
#include "memory.h"
#include "npt.h"

#define SCRAMBLE 0xc5 /* what a page reads as after its key changed */
#define PAGES_PER_LARGE 512u

bool rmp_small_pages;
bool rmp_stale_translations;

static struct rmp_entry *table;

void rmp_init(void)
{
	uint64_t bytes = (memory_guest_size + FLASH_SIZE) / PAGE_SIZE * sizeof(*table);

	table = memory_alloc_pages((bytes + PAGE_SIZE - 1) / PAGE_SIZE);
}

struct rmp_entry *rmp_at(uint64_t gpa)
{
	return &table[memory_offset(gpa) / PAGE_SIZE];
}

void rmp_changed(uint64_t gpa)
{
	npt_drop(gpa, rmp_at(gpa)->large);
}

bool rmp_in_use(uint64_t gpa, bool large)
{
	const struct rmp_entry *entry = rmp_at(gpa);

	for (uint64_t i = 0; i < (large ? PAGES_PER_LARGE : 1); i++) {
		if (entry[i].in_use)
			return true;
	}
	return false;
}

void rmp_changed_by_guest(uint64_t gpa)
{
	if (rmp_stale_translations)
		npt_drop_lazily(gpa, rmp_at(gpa)->large);
	else
		rmp_changed(gpa);
}

static void set_one(uint64_t gpa, bool assigned, bool large)
{
	struct rmp_entry *entry = rmp_at(gpa);

	/* A request for the state a page already has changes nothing */
	if (entry->assigned == assigned && entry->large == large)
		return;
	if (entry->assigned != assigned)
		memset(memory_guest(gpa), SCRAMBLE, PAGE_SIZE);
	*entry = (struct rmp_entry){.assigned = assigned, .large = large};
	entry->permissions[0] = assigned ? RMP_PERM_RWX : 0;
}

static void set(uint64_t gpa, bool assigned, bool large)
{
	if (!large) {
		if (rmp_at(gpa)->large && rmp_at(gpa)->assigned != assigned)
			rmp_smash(gpa);
		if (rmp_at(gpa)->assigned == assigned)
			return;
		npt_drop(gpa, false);
		set_one(gpa, assigned, false);
		return;
	}
	gpa &= ~(LARGE_PAGE_SIZE - 1);
	npt_drop(gpa, true);
	for (uint64_t i = 0; i < PAGES_PER_LARGE; i++)
		set_one(gpa + i * PAGE_SIZE, assigned, assigned && !rmp_small_pages);
}

void rmp_assign(uint64_t gpa, bool large)
{
	set(gpa, true, large);
}

void rmp_share(uint64_t gpa, bool large)
{
	set(gpa, false, large);
}

void rmp_smash(uint64_t gpa)
{
	gpa &= ~(LARGE_PAGE_SIZE - 1);
	npt_drop(gpa, true);
	for (uint64_t i = 0; i < PAGES_PER_LARGE; i++)
		rmp_at(gpa + i * PAGE_SIZE)->large = false;
}

void rmp_launch(uint64_t gpa)
{
	struct rmp_entry *entry = rmp_at(gpa);

	*entry = (struct rmp_entry){.assigned = true, .validated = true};
	entry->permissions[0] = RMP_PERM_RWX;
}
