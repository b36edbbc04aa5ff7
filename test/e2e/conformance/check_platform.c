/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What a guest finds at VMPL2 before it makes its first call, and the way to a GHCB. */
#include "abi.h"
#include "bytes.h"
#include "check.h"
#include "checks.h"
#include "console.h"
#include "cpu.h"
#include "exceptions.h"
#include "ghcb.h"
#include "memory.h"
#include "paging.h"
#include "pvalidate.h"
#include "svsm_call.h"

#define RFLAGS_IF 0x200u
#define ENTRY_CODE_SEGMENT 0x10u
#define ENTRY_DATA_SEGMENT 0x18u
#define LOW_MEMORY_END 0x100000000ull

/* start.S */
struct entry_state {
	uint64_t rsp, rsi, cs, ss, rflags;
};
extern const struct entry_state entry_state;

struct platform platform;

static uint64_t c_bit_of_cpuid(const uint8_t *page)
{
	uint32_t count = bytes_get32(page + CPUID_COUNT);

	if (!check_true("CPUID page has 1 to 64 entries", count >= 1 && count <= CPUID_MAX_ENTRIES))
		return 0;
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *entry = page + CPUID_FIRST + i * CPUID_ENTRY_BYTES;

		if (bytes_get32(entry + CPUID_ENTRY_EAX_IN) == CPUID_LEAF_MEMORY_ENCRYPTION)
			return 1ull << (bytes_get32(entry + CPUID_ENTRY_EBX) & 63);
	}
	return 0;
}

static bool secrets(const uint8_t *page)
{
	uint64_t base = bytes_get64(page + SECRETS_SVSM_BASE), size = bytes_get64(page + SECRETS_SVSM_SIZE);
	uint64_t area = bytes_get64(page + SECRETS_SVSM_CAA);

	platform = (struct platform){base, size};
	check_true("secrets: svsm_size is a page multiple, not 0", size != 0 && size % PAGE_BYTES == 0);
	check_true("secrets: svsm_base is page aligned", base != 0 && base % PAGE_BYTES == 0 && base + size > base);
	check_equal("secrets: svsm_max_version", bytes_get32(page + SECRETS_SVSM_MAX_VERSION), 1);
	check_equal("secrets: svsm_guest_vmpl", page[SECRETS_SVSM_GUEST_VMPL], 2);
	check_true("secrets: VMPCK0 is zero", bytes_all(page + SECRETS_VMPCK(0), SECRETS_VMPCK_BYTES, 0));
	check_true("secrets: VMPCK1 is zero", bytes_all(page + SECRETS_VMPCK(1), SECRETS_VMPCK_BYTES, 0));
	check_true("secrets: VMPCK2 is not zero", !bytes_all(page + SECRETS_VMPCK(2), SECRETS_VMPCK_BYTES, 0));
	svsm_call_use_area((uint8_t *)area);
	return check_true("secrets: calling area is a page of the guest, below 4 GiB",
			  area != 0 && area % PAGE_BYTES == 0 && area < LOW_MEMORY_END &&
				  (area < base || area >= base + size));
}

static bool ranges_avoid_svsm(const struct flat64_boot *boot)
{
	for (uint64_t i = 0; i < boot->range_count && i < FLAT64_RANGE_MAX; i++) {
		const struct boot_range *range = &boot->range[i];

		if (range->gpa < platform.svsm_base + platform.svsm_size &&
		    platform.svsm_base < range->gpa + range->size)
			return false;
	}
	return true;
}

bool checks_entry(void)
{
	const struct flat64_boot *boot = (const struct flat64_boot *)entry_state.rsi;
	bool usable;

	check_equal("entry: CS", entry_state.cs, ENTRY_CODE_SEGMENT);
	check_equal("entry: SS", entry_state.ss, ENTRY_DATA_SEGMENT);
	check_equal("entry: interrupts are off", entry_state.rflags & RFLAGS_IF, 0);
	check_true("entry: RSP is set", entry_state.rsp != 0 && entry_state.rsp % 16 == 0);
	check_equal("SEV_STATUS", cpu_read_msr(MSR_NUMBER_SEV_STATUS), SEV_STATUS_EXPECTED);
	if (!check_equal("boot parameters: magic", boot->magic, FLAT64_MAGIC))
		return false;
	usable = check_true("boot parameters: RAM list", memory_start(boot));
	check_true("boot parameters: C-bit is one bit, from 32 up",
		   boot->c_bit_mask >> 32 != 0 && (boot->c_bit_mask & (boot->c_bit_mask - 1)) == 0);
	paging_start(boot->c_bit_mask);
	check_equal("C-bit of the CPUID page", c_bit_of_cpuid((const uint8_t *)boot->cpuid), boot->c_bit_mask);
	usable = secrets((const uint8_t *)boot->secrets) && usable;
	check_true("boot parameters: RAM list leaves out the SVSM", ranges_avoid_svsm(boot));
	check_equal("call_pending is 0 at entry", svsm_call_area()[CA_PENDING], 0);
	ghcb_ask_host();
	check_equal("GHCB: SEV information", ghcb_host.sev_info & GHCB_INFO_BITS, GHCB_RSP_SEV_INFO);
	check_equal("GHCB: C-bit", 1ull << (ghcb_host.sev_info >> 24 & 0x3f), boot->c_bit_mask);
	check_true("GHCB: version 2 offered", ghcb_host.sev_info >> 48 >= GHCB_VERSION_USED &&
						      (ghcb_host.sev_info >> 32 & 0xffff) <= GHCB_VERSION_USED);
	check_true("GHCB: host knows SNP", (ghcb_host.features >> GHCB_FEATURE_BIT_SNP & 1) != 0);
	check_true("GHCB: host knows VMPLs", (ghcb_host.features >> GHCB_FEATURE_BIT_MULTI_VMPL & 1) != 0);
	return usable;
}

bool checks_ghcb(void)
{
	struct svsm_call query = {.rax = SVSM_FUNCTION(SVSM_CORE, CORE_QUERY_PROTOCOL), .rcx = 1};
	uint8_t *page = memory_pages(1);

	check_equal("call by MSR protocol", svsm_call_by(SVSM_BY_MSR, &query), R_SUCCESS);
	check_equal("call by MSR protocol: answer", query.rcx, 1ull << 32 | 1);
	if (page == NULL)
		return false;
	check_equal("PVALIDATE by MSR protocol: rescind", pvalidate_one((uint64_t)page), R_SUCCESS);
	/* Still private with the host and mapped private: only the validation is gone */
	if (check_true("rescinded page cannot be read", !exceptions_probe(page))) {
		check_equal("  and raises #VC", exception_seen.vector, VECTOR_VC);
		check_equal("  of page not validated", exception_seen.error, EXIT_NOT_VALIDATED);
	}
	if (!check_true("page becomes shared by MSR protocol",
			ghcb_page_state((uint64_t)page, PAGE_STATE_SHARED) && paging_set_private(page, false)))
		return false;
	if (!check_true("GHCB registered", ghcb_start(page)))
		return false;
	console_start();
	query = (struct svsm_call){.rax = SVSM_FUNCTION(SVSM_CORE, CORE_QUERY_PROTOCOL), .rcx = 1};
	check_equal("call by GHCB", svsm_call_by(SVSM_BY_GHCB, &query), R_SUCCESS);
	check_equal("call by GHCB: answer", query.rcx, 1ull << 32 | 1);
	query = (struct svsm_call){.rax = SVSM_FUNCTION(SVSM_CORE, CORE_QUERY_PROTOCOL), .rcx = 1};
	check_equal("call by MSR protocol beside a GHCB", svsm_call_by(SVSM_BY_MSR, &query), R_SUCCESS);
	return true;
}
