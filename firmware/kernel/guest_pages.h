/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Which pages of the guest's RAM are validated: the firmware's own record. SNP's integrity rests on no address being
 * validated twice without being rescinded in between (APM 2, 15.36.6): otherwise the host could back one address with
 * either of two pages, one of which may have been the firmware's. PVALIDATE cannot tell, as it sees only the page the
 * host shows it. So it is executed only for changes of this record, and a page that turns out to be in another state is
 * the host's attack.
 *
 * Locking: every function but guest_pages_init() wants the lock held, over check and change. The lock also makes one
 * order of everything that gives a page of the guest a meaning or takes it: calling areas, VMSAs (vcpus.h).
 */
#ifndef KERNEL_GUEST_PAGES_H
#define KERNEL_GUEST_PAGES_H

#include "addr.h"
#include "memory_map.h"

#include <stdbool.h>

enum guest_pages_state {
	GUEST_PAGES_INVALID,
	GUEST_PAGES_VALID,
	GUEST_PAGES_MIXED, /* of a 2 MiB page: some of its 4 KiB pages */
};

/* Everything in @map starts as not validated. False when there is more RAM than can be recorded, or too little memory.
 */
bool guest_pages_init(const struct memory_map *map);

void guest_pages_acquire(void);
/* False when @deadline (clock.h) passes before: another CPU works through a long list, or the host keeps it from going
 * on.
 */
bool guest_pages_acquire_before(uint64_t deadline);
void guest_pages_release(void);

/* State of the page of @size (4 KiB or 2 MiB, aligned to it) at @page; it lies in one range of the map. */
enum guest_pages_state guest_pages_state(struct gpa page, uint64_t size);

/*
 * Records that the pages of @range, which lies in one range of the map, are validated or not. False, with nothing
 * changed, when memory is short. Taking back a change that succeeded always succeeds.
 */
bool guest_pages_set(struct gpa_range range, bool valid);

#endif
