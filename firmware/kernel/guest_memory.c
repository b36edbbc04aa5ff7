/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest_memory.h"

#include "memory_map.h"
#include "vcpus.h"
#include "window.h"

#include <stddef.h>

enum direction {
	FROM_GUEST,
	TO_GUEST,
};

static uint64_t chunk_size(uint64_t at, uint64_t left)
{
	uint64_t to_page_end = PAGE_SIZE - (at & (PAGE_SIZE - 1));

	return left < to_page_end ? left : to_page_end;
}

/*
 * The window onto @page, or NULL when the page is a VMSA. First mapped, then looked up: whoever registers a page
 * meanwhile waits for this window (vcpus.h).
 */
static uint8_t *enter(struct gpa page, bool large)
{
	uint64_t size = large ? LARGE_PAGE_SIZE : PAGE_SIZE;
	uint8_t *window = window_map(page, large);

	if (!vcpus_overlap((struct gpa_range){page.value, page.value + size}))
		return window;
	window_unmap();
	return NULL;
}

static bool copy(uint8_t *ours, struct gpa guest, uint64_t size, enum direction direction)
{
	if (size == 0)
		return true;
	if (!memory_map_contains(&memory_map_guest, guest, size))
		return false;
	for (uint64_t done = 0; done < size;) {
		uint64_t at = guest.value + done;
		uint64_t chunk = chunk_size(at, size - done);
		uint8_t *window = enter(gpa_of(addr_align_down(at, PAGE_SIZE)), false);
		uint64_t left;

		if (window == NULL)
			return false;
		window += at & (PAGE_SIZE - 1);
		left = direction == TO_GUEST ? copy_faultable(window, ours + done, chunk)
					     : copy_faultable(ours + done, window, chunk);
		window_unmap();
		if (left != 0)
			return false;
		done += chunk;
	}
	return true;
}

bool guest_memory_read(void *to, struct gpa from, uint64_t size)
{
	return copy(to, from, size, FROM_GUEST);
}

bool guest_memory_write(struct gpa to, const void *from, uint64_t size)
{
	return copy((uint8_t *)(uintptr_t)from, to, size, TO_GUEST);
}

bool guest_memory_zero_page(struct gpa page, bool large)
{
	uint64_t size = large ? LARGE_PAGE_SIZE : PAGE_SIZE;
	uint64_t left;
	uint8_t *window;

	if (!addr_is_aligned(page.value, size) || !memory_map_contains(&memory_map_guest, page, size))
		return false;
	window = enter(page, large);
	if (window == NULL)
		return false;
	left = zero_faultable(window, size);
	window_unmap();
	return left == 0;
}

bool guest_memory_exchange(struct gpa at, uint8_t value, uint8_t *old)
{
	uint64_t result;
	uint8_t *window;

	if (!memory_map_contains(&memory_map_guest, at, 1))
		return false;
	window = enter(gpa_of(addr_align_down(at.value, PAGE_SIZE)), false);
	if (window == NULL)
		return false;
	result = exchange_byte_faultable(window + (at.value & (PAGE_SIZE - 1)), value);
	window_unmap();
	*old = (uint8_t)result;
	return result <= 0xff;
}

bool guest_memory_probe(struct gpa at, uint64_t size)
{
	if (size == 0 || !memory_map_contains(&memory_map_guest, at, size))
		return false;
	for (uint64_t done = 0; done < size; done += chunk_size(at.value + done, size - done)) {
		struct gpa byte = gpa_of(at.value + done);
		uint8_t *window = enter(gpa_of(addr_align_down(byte.value, PAGE_SIZE)), false);
		uint64_t fault;

		if (window == NULL)
			return false;
		fault = or_byte_faultable(window + (byte.value & (PAGE_SIZE - 1)), 0);

		window_unmap();
		if (fault != 0)
			return false;
	}
	return true;
}
