/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "ghcb.h"

#include "abi.h"
#include "bytes.h"
#include "cpu.h"
#include "cpu_local.h"
#include "freestanding_string.h"

#define QUADWORD_BITS 8u

struct ghcb_host ghcb_host;

uint64_t ghcb_msr_request(uint64_t request)
{
	uint64_t before = cpu_read_msr(MSR_NUMBER_GHCB), response;

	cpu_write_msr(MSR_NUMBER_GHCB, request);
	cpu_vmgexit();
	response = cpu_read_msr(MSR_NUMBER_GHCB);
	cpu_write_msr(MSR_NUMBER_GHCB, before);
	return response;
}

void ghcb_ask_host(void)
{
	uint64_t features = ghcb_msr_request(GHCB_REQ_FEATURES);

	ghcb_host.sev_info = ghcb_msr_request(GHCB_REQ_SEV_INFO);
	if ((features & GHCB_INFO_BITS) == GHCB_RSP_FEATURES)
		ghcb_host.features = features >> 12;
}

bool ghcb_page_state(uint64_t gpa, uint64_t state)
{
	return ghcb_msr_request(state << 52 | (gpa & ~GHCB_INFO_BITS) | GHCB_REQ_PAGE_STATE) == GHCB_RSP_PAGE_STATE;
}

bool ghcb_ready(void)
{
	return cpu_local()->ghcb != NULL;
}

bool ghcb_start(uint8_t *page)
{
	uint64_t gpa = (uint64_t)page;

	if (ghcb_msr_request(gpa | GHCB_REQ_REGISTER) != (gpa | GHCB_RSP_REGISTER))
		return false;
	memset(page, 0, PAGE_BYTES);
	cpu_write_msr(MSR_NUMBER_GHCB, gpa);
	cpu_local()->ghcb = page;
	return true;
}

static void set(unsigned int offset, uint64_t value)
{
	uint8_t *ghcb = cpu_local()->ghcb;
	unsigned int quadword = offset / 8;

	bytes_put(ghcb + offset, 8, value);
	ghcb[GHCB_OFF_VALID + quadword / QUADWORD_BITS] =
		(uint8_t)(ghcb[GHCB_OFF_VALID + quadword / QUADWORD_BITS] | 1u << quadword % QUADWORD_BITS);
}

static void prepare(uint64_t code, uint64_t info_1, uint64_t info_2)
{
	uint8_t *ghcb = cpu_local()->ghcb;

	memset(ghcb, 0, GHCB_OFF_BUFFER);
	bytes_put(ghcb + GHCB_OFF_VERSION, 2, GHCB_VERSION_USED);
	bytes_put(ghcb + GHCB_OFF_USAGE, 4, 0);
	set(GHCB_OFF_EXIT_CODE, code);
	set(GHCB_OFF_EXIT_INFO_1, info_1);
	set(GHCB_OFF_EXIT_INFO_2, info_2);
}

static bool answered(void)
{
	return bytes_get32(cpu_local()->ghcb + GHCB_OFF_EXIT_INFO_1) == 0;
}

void ghcb_prepare_run_vmpl(void)
{
	prepare(EXIT_RUN_VMPL, 0, 0);
}

bool ghcb_run_vmpl_done(void)
{
	return answered();
}

bool ghcb_block_state(uint64_t gpa, uint64_t state)
{
	uint8_t *list = cpu_local()->ghcb + GHCB_OFF_BUFFER;

	prepare(EXIT_PAGE_STATE, 0, 0);
	set(GHCB_OFF_SCRATCH, (uint64_t)list);
	/* One entry: current 0, last 0 */
	bytes_put(list, 8, 0);
	bytes_put(list + 8, 8, 1ull << 56 | state << 52 | (gpa & ~GHCB_INFO_BITS));
	cpu_vmgexit();
	return answered() && bytes_get64(cpu_local()->ghcb + GHCB_OFF_EXIT_INFO_2) == 0 && bytes_get(list, 2) == 1;
}

bool ghcb_apic_ids(uint8_t *page)
{
	prepare(EXIT_APIC_IDS, (uint64_t)page, 0);
	set(GHCB_OFF_RAX, 1); /* pages */
	cpu_vmgexit();
	return answered() && bytes_get64(cpu_local()->ghcb + GHCB_OFF_RAX) == 1;
}

bool ghcb_ap_creation(uint32_t apic_id, uint64_t request, uint64_t vmsa, uint64_t sev_features)
{
	prepare(EXIT_AP_CREATION, (uint64_t)apic_id << 32 | 2u << 16 | request, vmsa);
	set(GHCB_OFF_RAX, sev_features);
	cpu_vmgexit();
	return answered();
}

void ghcb_reset_hold(void)
{
	prepare(EXIT_AP_RESET_HOLD, 0, 0);
	cpu_vmgexit();
}

uint8_t ghcb_in(uint16_t port)
{
	uint8_t *ghcb = cpu_local()->ghcb;

	prepare(EXIT_IOIO, (uint64_t)port << 16 | IO_ADDRESS_64 | IO_BYTE | IO_IN, 0);
	set(GHCB_OFF_RAX, 0);
	cpu_vmgexit();
	return answered() ? ghcb[GHCB_OFF_RAX] : 0xff;
}

void ghcb_out(uint16_t port, uint8_t value)
{
	prepare(EXIT_IOIO, (uint64_t)port << 16 | IO_ADDRESS_64 | IO_BYTE, 0);
	set(GHCB_OFF_RAX, value);
	cpu_vmgexit();
}

void ghcb_out_string(uint16_t port, const uint8_t *data, size_t count)
{
	uint8_t *ghcb = cpu_local()->ghcb;

	if (count == 0 || count > GHCB_BUFFER_BYTES)
		return;
	prepare(EXIT_IOIO, (uint64_t)port << 16 | IO_SEGMENT_DS | IO_ADDRESS_64 | IO_BYTE | IO_REP | IO_STRING, count);
	set(GHCB_OFF_SCRATCH, (uint64_t)ghcb + GHCB_OFF_BUFFER);
	memcpy(ghcb + GHCB_OFF_BUFFER, data, count);
	cpu_vmgexit();
}

_Noreturn void ghcb_terminate(uint64_t reason)
{
	cpu_write_msr(MSR_NUMBER_GHCB, reason << 16 | GHCB_REQ_TERMINATE);
	cpu_vmgexit();
	for (;;)
		cpu_halt();
}
