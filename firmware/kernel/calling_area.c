/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "calling_area.h"

#include "spinlock.h"

static struct {
	bool used;
	struct gpa page;
} areas[CPU_MAX];
static struct spinlock lock;

bool calling_area_set(uint32_t index, struct gpa page)
{
	bool free = true;

	spinlock_acquire(&lock);
	for (uint32_t i = 0; i < CPU_MAX; i++) {
		if (i != index && areas[i].used && areas[i].page.value == page.value)
			free = false;
	}
	if (free) {
		areas[index].used = true;
		areas[index].page = page;
	}
	spinlock_release(&lock);
	return free;
}

bool calling_area_get(uint32_t index, struct gpa *page)
{
	bool used;

	spinlock_acquire(&lock);
	used = areas[index].used;
	*page = areas[index].page;
	spinlock_release(&lock);
	return used;
}

void calling_area_clear(uint32_t index)
{
	spinlock_acquire(&lock);
	areas[index].used = false;
	spinlock_release(&lock);
}

bool calling_area_overlaps(struct gpa_range range)
{
	bool found = false;

	spinlock_acquire(&lock);
	for (uint32_t i = 0; i < CPU_MAX; i++) {
		struct gpa_range area = {areas[i].page.value, areas[i].page.value + PAGE_SIZE};

		if (areas[i].used && gpa_range_overlaps(area, range))
			found = true;
	}
	spinlock_release(&lock);
	return found;
}
