/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Fuzzes what the host and the guest hand to ring 0: the memory map page, and core calls with any registers over guest
 * memory of any content. Input: one byte selects; a map takes a page, calls take 40-byte register sets, the rest is
 * guest memory.
 */
#include "../guest_memory.h"
#include "../memory_map.h"
#include "../svsm_call.h"
#include "../vcpus.h"
#include "abi/snp.h"
#include "fake_guest.h"
#include "svsm/boot_info.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define GPA_LIMIT (1ull << 39)
#define CALLS_MAX 6u
#define DATA_AT 0x2000u
#define DATA_MAX 0x4000u
#define VMSA_AT 0x300000u
#define VMSA_COUNT 8u

struct fuzz_call {
	uint64_t number;
	uint64_t rcx, rdx, r8, r9;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void fuzz_map(const uint8_t *data, size_t size)
{
	uint8_t page[PAGE_SIZE] = {0};
	struct memory_map map;
	uint64_t end = 0;

	memcpy(page, data, size < sizeof(page) ? size : sizeof(page));
	if (!memory_map_parse(&map, page, GPA_LIMIT))
		return;
	require(map.count <= MEMORY_MAP_RANGE_MAX);
	for (size_t i = 0; i < map.count; i++) {
		const struct gpa_range *range = &map.range[i];

		require(range->end <= FW_BASE || range->start >= FW_BASE + FW_SIZE);
		require(range->start >= end && range->end > range->start && range->end <= GPA_LIMIT &&
			((range->start | range->end) & (PAGE_SIZE - 1)) == 0);
		end = range->end;
	}
}

static bool is_result(uint32_t code)
{
	return code == SVSM_SUCCESS || (code >= SVSM_ERR_INCOMPLETE && code <= SVSM_ERR_BUSY) ||
	       (code >= SVSM_ERR_PROTOCOL_BASE && code <= SVSM_ERR_PVALIDATE_FAIL_NOCHANGE);
}

static void require_good_page(struct gpa page)
{
	const struct fake_page *state = &fake_pages[page.value / PAGE_SIZE];
	const struct snp_vmsa *vmsa = (const struct snp_vmsa *)(fake_ram + page.value);
	uint32_t index;
	bool current, registered = vcpus_find(page, &index, &current);

	require(state->vmsa == registered);
	if (!state->vmsa)
		return;
	require(state->validated && !state->shared && state->rights == 0 && state->other_rights[1] == 0);
	require(vmsa->vmpl == 2 && (vmsa->efer & EFER_SVME) != 0 && vmsa->sev_features == FAKE_SEV_FEATURES);
	require(index == 1 && page.value % LARGE_PAGE_SIZE != 0);
}

/* Whatever was called: a page is a VMSA if and only if it is registered; then nobody else reaches it, and it is
 * VMPL2's. */
static void require_good_vmsas(void)
{
	for (uint64_t block = 0; block < FAKE_RAM_SIZE; block += LARGE_PAGE_SIZE) {
		bool registered = vcpus_overlap((struct gpa_range){block, block + LARGE_PAGE_SIZE});

		for (uint64_t at = block; at < block + LARGE_PAGE_SIZE; at += PAGE_SIZE) {
			if (registered || fake_pages[at / PAGE_SIZE].vmsa)
				require_good_page(gpa_of(at));
		}
	}
}

/* A few pages with registers that CREATE_VCPU takes, if nothing is changed in them */
static void write_vmsas(void)
{
	for (uint64_t i = 0; i < VMSA_COUNT; i++) {
		struct snp_vmsa *vmsa = (struct snp_vmsa *)(fake_ram + VMSA_AT + i * PAGE_SIZE);

		vmsa->vmpl = 2;
		vmsa->efer = EFER_SVME;
		vmsa->sev_features = FAKE_SEV_FEATURES;
	}
}

/* Small numbers stand for these pages, so that they are named often. */
static uint64_t address(uint64_t value)
{
	return value < VMSA_COUNT ? VMSA_AT + value * PAGE_SIZE : value;
}

static void fuzz_calls(const uint8_t *data, size_t size)
{
	struct fuzz_call calls[CALLS_MAX];
	size_t count = size / sizeof(calls[0]) < CALLS_MAX ? size / sizeof(calls[0]) : CALLS_MAX;
	size_t rest = size - count * sizeof(calls[0]);

	fake_guest_reset();
	write_vmsas();
	if (count != 0)
		memcpy(calls, data, count * sizeof(calls[0]));
	memcpy(fake_ram + DATA_AT, data + count * sizeof(calls[0]), rest < DATA_MAX ? rest : DATA_MAX);
	for (size_t i = 0; i < count; i++) {
		struct svsm_call call = {.number = (uint32_t)calls[i].number & 0xf,
					 .rcx = address(calls[i].rcx),
					 .rdx = address(calls[i].rdx),
					 .r8 = calls[i].r8,
					 .r9 = calls[i].r9};

		require(is_result(protocol_core(&call)));
		/* The calling area is always memory the firmware may use for this guest. */
		require(memory_map_contains(&memory_map_guest, fake_cpu.calling_area, PAGE_SIZE));
		require_good_vmsas();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if ((data[0] & 1) != 0)
		fuzz_map(data + 1, size - 1);
	else
		fuzz_calls(data + 1, size - 1);
	return 0;
}
