/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Start of the simulated host: finds its RAM, the image and its options, launches the guest and runs it. */
#include "alarm.h"
#include "cpu.h"
#include "exits.h"
#include "freestanding_string.h"
#include "host_cpu.h"
#include "igvm_load.h"
#include "inject.h"
#include "lies.h"
#include "lock.h"
#include "memory.h"
#include "npt.h"
#include "report.h"
#include "residency.h"
#include "rmp.h"
#include "sp.h"
#include "vcpus.h"
#include "vectors.h"

#define MULTIBOOT_MEMORY (1u << 0)
#define MULTIBOOT_COMMAND_LINE (1u << 2)
#define MULTIBOOT_MODULES (1u << 3)
#define MIB_1 0x100000ull

/* Multiboot 1, section 3.3 */
struct multiboot {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr;
};
struct multiboot_module {
	uint32_t start, end, string, reserved;
};

extern uint32_t multiboot_info; /* boot.S */

void sim_main(void);

/* The decimal number after @word, or 0. */
static uint64_t number_after(const char *text, const char *word)
{
	size_t size = strlen(word);
	uint64_t value = 0;

	while (*text != 0 && memcmp(text, word, size) != 0)
		text++;
	if (*text == 0)
		return 0;
	for (text += size; *text >= '0' && *text <= '9' && value < UINT64_MAX / 100; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	return value;
}

static bool has_word(const char *text, const char *word)
{
	size_t size = strlen(word);

	for (; *text != 0; text++) {
		if (memcmp(text, word, size) == 0 && (text[size] == 0 || text[size] == ' '))
			return true;
		while (*text != 0 && *text != ' ')
			text++;
		if (*text == 0)
			break;
	}
	return false;
}

/* With one processor a guest needs no local APIC; with several it cannot do without. */
static void give_apics(const char *options)
{
	unsigned int first = has_word(options, "no-timer") ? 1 : 0;
	unsigned int last = vcpus_count > 1 || has_word(options, "apic") ? SNP_VMPL_COUNT - 1 : 0;

	for (unsigned int i = 0; i < vcpus_count; i++) {
		for (unsigned int vmpl = first; vmpl <= last; vmpl++)
			x2apic_give(&vcpus[i], vmpl);
	}
}

static _Noreturn void run(void)
{
	inject_init_cpu();
	host_cpu_init();
	exits_loop(&vcpus[host_cpu_index()]);
}

_Noreturn void host_cpu_main(void)
{
	host_cpu_arrived();
	lock_take();
	run();
}

void sim_main(void)
{
	const struct multiboot *boot = (const struct multiboot *)(uint64_t)multiboot_info;
	const struct multiboot_module *image;
	const char *options = "";

	lock_take();
	if ((boot->flags & (MULTIBOOT_MEMORY | MULTIBOOT_MODULES)) != (MULTIBOOT_MEMORY | MULTIBOOT_MODULES) ||
	    boot->mods_count != 1)
		report_internal("give QEMU the image with -initrd", boot->mods_count);
	if ((boot->flags & MULTIBOOT_COMMAND_LINE) != 0)
		options = (const char *)(uint64_t)boot->cmdline;
	image = (const struct multiboot_module *)(uint64_t)boot->mods_addr;
	report_trace = has_word(options, "trace");
	rmp_small_pages = has_word(options, "4k");
	rmp_stale_translations = has_word(options, "stale");
	residency_log_calls = has_word(options, "calls");
	residency_tsc_khz = number_after(options, "tsc-khz=");
	if (has_word(options, "storm"))
		vectors_storm(number_after(options, "seed="));
	if (number_after(options, "place=") != 0)
		vectors_one((unsigned int)number_after(options, "vector="),
			    (enum vectors_place)number_after(options, "place="), has_word(options, "coded"));
	lies_choose(options, number_after(options, "at="), number_after(options, "seed="));
	if (image->end > GUEST_HPA || image->start >= image->end)
		report_internal("the image is too large", image->end);
	memory_init(image->end, MIB_1 + boot->mem_upper * 1024ull);
	inject_init();
	if (residency_tsc_khz == 0)
		residency_tsc_khz = alarm_tsc_khz;
	rmp_init();
	npt_init();
	vcpus_init(host_cpu_count());
	give_apics(options);
	sp_wait();
	igvm_load(&vcpus[0], (const uint8_t *)(uint64_t)image->start, image->end - image->start);
	host_cpu_start_others();
	run();
}
