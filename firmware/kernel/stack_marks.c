/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "stack_marks.h"

#include "console.h"
#include "elf_image.h"
#include "percpu.h"
#include "services.h"
#include "stacks.h"

#include <string.h>

#define PAINT 0xa5a5a5a5a5a5a5a5ull
#define WORDS_PER_PAGE (PAGE_SIZE / sizeof(uint64_t))

static uint64_t kernel_used[CPU_MAX];
static struct {
	uint64_t used;
	uint64_t system_calls; /* of the service when its stack was last looked at */
} service_marks[SERVICE_COUNT];

void stack_marks_paint(void *bytes, size_t size)
{
	uint64_t *word = bytes;

	for (size_t i = 0; i < size / sizeof(*word); i++)
		word[i] = PAINT;
}

/* Bytes at the start of [word, word + count) that are still paint */
static uint64_t untouched(const uint64_t *word, size_t count)
{
	size_t i = 0;

	while (i < count && word[i] == PAINT)
		i++;
	return i * sizeof(*word);
}

static void note(const char *name, unsigned int index, uint64_t size, uint64_t free, uint64_t *used)
{
	if (size - free <= *used)
		return;
	*used = size - free;
	console_printf("SVSM: stack %s %u: %lu of %lu bytes used\n", name, index, *used, size);
}

static void update_service(const struct service *service)
{
	const uint64_t bottom = SERVICE_STACK_TOP - SERVICE_STACK_SIZE;
	uint64_t free = 0;

	if (service->system_calls == service_marks[service->id].system_calls)
		return;
	service_marks[service->id].system_calls = service->system_calls;
	while (free < SERVICE_STACK_SIZE - service_marks[service->id].used) {
		const uint64_t *page = address_space_page(&service->space, bottom + free);
		uint64_t same = page == NULL ? 0 : untouched(page, WORDS_PER_PAGE);

		free += same;
		if (same < PAGE_SIZE)
			break;
	}
	note(service->name, 0, SERVICE_STACK_SIZE, free, &service_marks[service->id].used);
}

void stack_marks_update(void)
{
	uint32_t cpu = percpu_this()->index;
	const uint64_t *bottom = stacks_bottom(cpu);

	note("kernel", cpu, KERNEL_STACK_SIZE, untouched(bottom, KERNEL_STACK_SIZE / sizeof(*bottom)),
	     &kernel_used[cpu]);
	if (!spinlock_try_acquire(&services_lock))
		return;
	for (unsigned int i = 0; i < SERVICE_COUNT; i++)
		update_service(&services[i]);
	spinlock_release(&services_lock);
}
