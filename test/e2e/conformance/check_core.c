/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Core protocol: queries, calls that are refused, and the calling area. */
#include "abi.h"
#include "bytes.h"
#include "check.h"
#include "checks.h"
#include "memory.h"
#include "pvalidate.h"
#include "svsm_call.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define VERSIONS(least, most) ((uint64_t)(most) << 32 | (least))
#define FAR_GPA 0xfffffffff000ull /* no machine has memory there */
#define OFF_END UINT64_MAX

/* QUERY_PROTOCOL: what RCX gives. Change this table when a version is added. */
static const struct {
	const char *name;
	uint32_t protocol, version;
	uint64_t expected;
} queries[] = {
	{"QUERY_PROTOCOL core 1", SVSM_CORE, 1, VERSIONS(1, 1)},
	{"QUERY_PROTOCOL core 0", SVSM_CORE, 0, 0},
	{"QUERY_PROTOCOL core 2", SVSM_CORE, 2, 0},
	{"QUERY_PROTOCOL core highest version", SVSM_CORE, UINT32_MAX, 0},
	{"QUERY_PROTOCOL attest 1", SVSM_ATTEST, 1, VERSIONS(1, 2)},
	{"QUERY_PROTOCOL attest 2", SVSM_ATTEST, 2, VERSIONS(1, 2)},
	{"QUERY_PROTOCOL attest 0", SVSM_ATTEST, 0, 0},
	{"QUERY_PROTOCOL attest 3", SVSM_ATTEST, 3, 0},
	{"QUERY_PROTOCOL attest 99", SVSM_ATTEST, 99, 0},
	{"QUERY_PROTOCOL vTPM 1", SVSM_VTPM, 1, VERSIONS(1, 1)},
	{"QUERY_PROTOCOL vTPM 0", SVSM_VTPM, 0, 0},
	{"QUERY_PROTOCOL vTPM 2", SVSM_VTPM, 2, 0},
	{"QUERY_PROTOCOL unknown protocol", 0x7fff, 1, 0},
	{"QUERY_PROTOCOL last protocol", UINT32_MAX, 1, 0},
};

/* Calls whose result depends on nothing. Change this table when a call is added. */
static const struct {
	const char *name;
	uint32_t protocol, call;
	uint64_t rcx, expected;
} plain[] = {
	{"CREATE_VCPU of nothing", SVSM_CORE, CORE_CREATE_VCPU, 0, R_INVALID_PARAMETER},
	{"DELETE_VCPU of nothing", SVSM_CORE, CORE_DELETE_VCPU, 0, R_INVALID_PARAMETER},
	{"DEPOSIT_MEM", SVSM_CORE, CORE_DEPOSIT_MEM, 0, R_UNSUPPORTED_CALL},
	{"WITHDRAW_MEM", SVSM_CORE, CORE_WITHDRAW_MEM, 0, R_UNSUPPORTED_CALL},
	{"CONFIGURE_VTOM set", SVSM_CORE, CORE_CONFIGURE_VTOM, 0, R_INVALID_REQUEST},
	{"unknown core call", SVSM_CORE, 8, 0, R_UNSUPPORTED_CALL},
	{"last core call", SVSM_CORE, UINT32_MAX, 0, R_UNSUPPORTED_CALL},
	{"attest call 3", SVSM_ATTEST, 3, 0, R_UNSUPPORTED_CALL},
	{"unknown attest call", SVSM_ATTEST, 99, 0, R_UNSUPPORTED_CALL},
	{"unknown vTPM call", SVSM_VTPM, 2, 0, R_UNSUPPORTED_CALL},
	{"unknown protocol", 99, 0, 0, R_UNSUPPORTED_PROTOCOL},
	{"last protocol", UINT32_MAX, UINT32_MAX, 0, R_UNSUPPORTED_PROTOCOL},
};

static uint64_t query(uint32_t protocol, uint32_t version, uint64_t *rcx)
{
	struct svsm_call call = {.rax = SVSM_FUNCTION(SVSM_CORE, CORE_QUERY_PROTOCOL),
				 .rcx = (uint64_t)protocol << 32 | version};
	uint64_t result = svsm_call(&call);

	*rcx = call.rcx;
	return result;
}

static bool calls_work(void)
{
	uint64_t rcx;

	return query(SVSM_CORE, 1, &rcx) == R_SUCCESS && rcx == VERSIONS(1, 1);
}

/* True when a VMGEXIT without call_pending leaves all registers alone */
static bool not_executed(void)
{
	const struct svsm_call input = {.rax = SVSM_FUNCTION(SVSM_CORE, CORE_QUERY_PROTOCOL), .rcx = 1, .rdx = 2};
	struct svsm_call call = input;

	return svsm_call_not_pending(&call) == input.rax && call.rcx == input.rcx && call.rdx == input.rdx &&
	       call.r8 == input.r8 && call.r9 == input.r9;
}

void checks_core(void)
{
	struct svsm_call call;
	uint64_t rcx;

	for (unsigned int i = 0; i < COUNT(queries); i++) {
		uint64_t result = query(queries[i].protocol, queries[i].version, &rcx);

		check_equal(queries[i].name, result == R_SUCCESS ? rcx : result, queries[i].expected);
	}
	for (unsigned int i = 0; i < COUNT(plain); i++) {
		call = (struct svsm_call){.rax = SVSM_FUNCTION(plain[i].protocol, plain[i].call), .rcx = plain[i].rcx};
		check_equal(plain[i].name, svsm_call(&call), plain[i].expected);
	}
	call = (struct svsm_call){.rax = SVSM_FUNCTION(SVSM_CORE, CORE_CONFIGURE_VTOM), .rcx = 1};
	check_equal("CONFIGURE_VTOM query", svsm_call(&call), R_SUCCESS);
	check_equal("CONFIGURE_VTOM query: RCX", call.rcx, 0);
	check_true("call without call_pending is not executed", not_executed());
	check_true("  and the next call is", calls_work());
}

static uint64_t remap(uint64_t gpa)
{
	struct svsm_call call = {.rax = SVSM_FUNCTION(SVSM_CORE, CORE_REMAP_CA), .rcx = gpa};

	return svsm_call(&call);
}

/* Documents leave open whether an address is an invalid address or an invalid parameter of this call. */
static void refused(const char *name, uint64_t gpa)
{
	check_either(name, remap(gpa), R_INVALID_ADDRESS, R_INVALID_PARAMETER);
	check_true("  and the calling area stays", calls_work());
}

static void remap_moves(void)
{
	uint8_t *first = svsm_call_area(), *second = memory_pages(1);

	if (second == NULL) {
		check_true("test memory", false);
		return;
	}
	/* svsm_call() finds call_pending of the area the call was made with cleared, or the result is R_PENDING */
	if (!check_equal("REMAP_CA to another page", remap((uint64_t)second), R_SUCCESS))
		return;
	svsm_call_use_area(second);
	check_equal("  new area: call_pending", second[CA_PENDING], 0);
	check_true("  calls work there", calls_work());
	first[CA_PENDING] = 1;
	check_true("  old area means nothing", not_executed());
	check_equal("  and is not written", first[CA_PENDING], 1);
	first[CA_PENDING] = 0;
	if (!check_equal("REMAP_CA back", remap((uint64_t)first), R_SUCCESS))
		return;
	svsm_call_use_area(first);
	check_true("  calls work there", calls_work());
}

void checks_remap(void)
{
	uint8_t *page = memory_pages(1);

	remap_moves();
	check_equal("REMAP_CA to the same page", remap((uint64_t)svsm_call_area()), R_SUCCESS);
	check_true("  calls work there", calls_work());
	refused("REMAP_CA unaligned", (uint64_t)svsm_call_area() + 8);
	refused("REMAP_CA behind all RAM", memory_end());
	refused("REMAP_CA far outside memory", FAR_GPA);
	refused("REMAP_CA at the end of the address space", OFF_END & ~(PAGE_BYTES - 1));
	refused("REMAP_CA into the SVSM", platform.svsm_base);
	refused("REMAP_CA into the SVSM's last page", platform.svsm_base + platform.svsm_size - PAGE_BYTES);
	if (page == NULL || pvalidate_one((uint64_t)page) != R_SUCCESS) {
		check_true("test page rescinded", false);
		return;
	}
	refused("REMAP_CA to a page not validated", (uint64_t)page);
	check_equal("  page is usable again", pvalidate_one((uint64_t)page | ENTRY_VALIDATE), R_SUCCESS);
}
