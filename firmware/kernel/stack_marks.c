/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "stack_marks.h"

#include "console.h"
#include "elf_image.h"
#include "percpu.h"
#include "services.h"
#include "stacks.h"

#include <string.h>

#define WORDS_PER_PAGE (PAGE_SIZE / sizeof(uint64_t))

struct mark {
	uint64_t used; /* bytes */
	bool told;
};

extern const uint64_t boot_stack[]; /* boot.S, which paints it */

static bool enabled;
static struct mark boot_mark, kernel_marks[CPU_MAX], double_fault_marks[CPU_MAX];
static struct {
	struct mark mark;
	uint64_t system_calls; /* of the service when its stack was last looked at */
} service_marks[SERVICE_COUNT];

void stack_marks_init(bool on)
{
	enabled = on;
}

void stack_marks_paint(void *bytes, size_t size)
{
	uint64_t *word = bytes;

	for (size_t i = 0; enabled && i < size / sizeof(*word); i++)
		word[i] = STACK_PAINT;
}

/* Bytes at the start of [word, word + count) that are still paint */
static uint64_t untouched(const uint64_t *word, size_t count)
{
	size_t i = 0;

	while (i < count && word[i] == STACK_PAINT)
		i++;
	return i * sizeof(*word);
}

static void note(const char *name, unsigned int index, uint64_t size, uint64_t free, struct mark *mark)
{
	if (mark->told && size - free <= mark->used)
		return;
	mark->told = true;
	mark->used = size - free;
	console_printf("SVSM: stack %s %u: %lu of %lu bytes used\n", name, index, mark->used, size);
}

static void look(const char *name, unsigned int index, const uint64_t *bottom, uint64_t size, struct mark *mark)
{
	note(name, index, size, untouched(bottom, size / sizeof(*bottom)), mark);
}

static void update_service(const struct service *service)
{
	const uint64_t bottom = SERVICE_STACK_TOP - SERVICE_STACK_SIZE;
	struct mark *mark = &service_marks[service->id].mark;
	uint64_t free = 0;

	if (service->system_calls == service_marks[service->id].system_calls)
		return;
	service_marks[service->id].system_calls = service->system_calls;
	while (free < SERVICE_STACK_SIZE - mark->used) {
		const uint64_t *page = address_space_page(&service->space, bottom + free);
		uint64_t same = page == NULL ? 0 : untouched(page, WORDS_PER_PAGE);

		free += same;
		if (same < PAGE_SIZE)
			break;
	}
	note(service->name, 0, SERVICE_STACK_SIZE, free, mark);
}

void stack_marks_update(void)
{
	const struct percpu *cpu;

	if (!enabled)
		return;
	cpu = percpu_this();
	if (cpu->index == 0)
		look("boot", 0, boot_stack, BOOT_STACK_SIZE, &boot_mark);
	if (stacks_top(cpu) == 0)
		return;
	look("kernel", cpu->index, stacks_bottom(cpu->index), KERNEL_STACK_SIZE, &kernel_marks[cpu->index]);
	look("double_fault", cpu->index, stacks_ist_bottom(cpu->index, IST_DOUBLE_FAULT), IST_STACK_SIZE,
	     &double_fault_marks[cpu->index]);
	if (!spinlock_try_acquire(&services_lock))
		return;
	for (unsigned int i = 0; i < SERVICE_COUNT; i++)
		update_service(&services[i]);
	spinlock_release(&services_lock);
}
