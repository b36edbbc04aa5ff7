/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest_ram.h"

#include "console.h"
#include "ghcb.h"
#include "guest.h"
#include "guest_memory.h"
#include "guest_pages.h"
#include "memory_map.h"
#include "rmp.h"

static bool fail(const char *what, uint64_t at)
{
	console_printf("SVSM: guest memory: %s at %lx\n", what, at);
	return false;
}

static bool record(struct gpa_range range)
{
	bool done;

	guest_pages_acquire();
	done = guest_pages_set(range, true);
	guest_pages_release();
	return done || fail("no memory to record its state", range.start);
}

/* The image's pages are validated by the launch; VMPL2 still needs its rights. */
bool guest_ram_grant(struct gpa_range range)
{
	/* Outside the memory map no call can name them */
	if (memory_map_contains(&memory_map_guest, gpa_of(range.start), range.end - range.start) && !record(range))
		return false;
	for (uint64_t at = range.start; at < range.end; at += PAGE_SIZE) {
		if (rmp_adjust_gpa(gpa_of(at), RMP_PAGE_4K, GUEST_VMPL, RMP_PERM_RWX) != RMP_RESULT_OK)
			return fail("RMPADJUST refused", at);
	}
	return true;
}

/* A page that was just validated becomes VMPL2's. */
static bool finish_page(uint64_t at, uint64_t page_size)
{
	if (!guest_memory_zero_page(gpa_of(at), page_size == RMP_PAGE_2M))
		return fail("cannot be written", at);
	if (rmp_adjust_gpa(gpa_of(at), page_size, GUEST_VMPL, RMP_PERM_RWX) != RMP_RESULT_OK)
		return fail("RMPADJUST refused", at);
	return true;
}

static bool take_small(uint64_t start, uint64_t end)
{
	for (uint64_t at = start; at < end; at += PAGE_SIZE) {
		/* "No change" means that two addresses share one page of RAM, or worse: such a host is not followed. */
		if (rmp_validate_gpa(gpa_of(at), RMP_PAGE_4K, true) != RMP_RESULT_OK)
			return fail("PVALIDATE refused", at);
		if (!finish_page(at, RMP_PAGE_4K))
			return false;
	}
	return true;
}

static bool take_large(uint64_t at)
{
	enum rmp_result result = rmp_validate_gpa(gpa_of(at), RMP_PAGE_2M, true);

	/* The host backs this range with small pages */
	if (result == RMP_RESULT_SIZE_MISMATCH)
		return take_small(at, at + LARGE_PAGE_SIZE);
	if (result != RMP_RESULT_OK)
		return fail("PVALIDATE refused", at);
	return finish_page(at, RMP_PAGE_2M);
}

bool guest_ram_take(struct gpa_range range)
{
	if (range.start >= range.end)
		return true;
	if (!ghcb_set_page_state(range, false))
		return fail("page state change refused", range.start);
	for (uint64_t at = range.start; at < range.end;) {
		bool large = addr_is_aligned(at, LARGE_PAGE_SIZE) && range.end - at >= LARGE_PAGE_SIZE;

		if (!(large ? take_large(at) : take_small(at, at + PAGE_SIZE)))
			return false;
		at += large ? LARGE_PAGE_SIZE : PAGE_SIZE;
	}
	return record(range);
}

/* One range of the memory map: loaded pieces keep their contents, the gaps between them are taken. */
static bool take_around_loaded(struct gpa_range ram, const struct boot_guest *guest)
{
	uint64_t at = ram.start;

	for (uint32_t i = 0; i < guest->range_count; i++) {
		struct gpa_range loaded = {guest->range[i].gpa, guest->range[i].gpa + guest->range[i].size};

		if (!gpa_range_overlaps(loaded, ram))
			continue;
		if (loaded.start < at || loaded.end > ram.end)
			return fail("the memory map cuts the image", loaded.start);
		if (!guest_ram_take((struct gpa_range){at, loaded.start}) || !guest_ram_grant(loaded))
			return false;
		at = loaded.end;
	}
	return guest_ram_take((struct gpa_range){at, ram.end});
}

bool guest_ram_validate(const struct boot_guest *guest)
{
	for (uint32_t i = 0; i < guest->range_count; i++) {
		if (!memory_map_contains(&memory_map_guest, gpa_of(guest->range[i].gpa), guest->range[i].size))
			return fail("the image's guest lies outside RAM", guest->range[i].gpa);
	}
	for (size_t i = 0; i < memory_map_guest.count; i++) {
		if (!take_around_loaded(memory_map_guest.range[i], guest))
			return false;
	}
	return true;
}
