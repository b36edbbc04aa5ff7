/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Virtual CPUs: every wrong argument, a CPU's life from creation to deletion and back, and what a VMSA is spared. */
#include "abi.h"
#include "attest.h"
#include "bytes.h"
#include "check.h"
#include "checks.h"
#include "console.h"
#include "cpu.h"
#include "freestanding_string.h"
#include "memory.h"
#include "pvalidate.h"
#include "second_cpu.h"
#include "svsm_call.h"
#include "vcpu.h"
#include "vcpu_checks.h"
#include "vtpm.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define FAR_GPA 0xfffffffff000ull
#define UNKNOWN_APIC_ID 0x7ffffff0u
#define PAGE_END (~(PAGE_BYTES - 1))

static struct vcpu_list cpus;
static uint8_t *vmsa, *spare; /* pages for registers of the second CPU */
static uint64_t area;

static uint64_t svsm(uint32_t protocol, uint32_t number, uint64_t rcx)
{
	struct svsm_call call = {.rax = SVSM_FUNCTION(protocol, number), .rcx = rcx};

	return svsm_call(&call);
}

/* What holds with any number of CPUs */
static void arguments(uint32_t apic_id)
{
	const struct {
		const char *name;
		uint64_t vmsa, area, apic_id, expected;
	} wrong[] = {
		{"CREATE_VCPU, VMSA unaligned", (uint64_t)vmsa + 8, area, apic_id, R_INVALID_PARAMETER},
		{"CREATE_VCPU, calling area unaligned", (uint64_t)vmsa, area + 8, apic_id, R_INVALID_PARAMETER},
		{"CREATE_VCPU, both the same page", (uint64_t)vmsa, (uint64_t)vmsa, apic_id, R_INVALID_PARAMETER},
		{"CREATE_VCPU, no such CPU", (uint64_t)vmsa, area, UNKNOWN_APIC_ID, R_INVALID_PARAMETER},
		{"CREATE_VCPU, last APIC ID", (uint64_t)vmsa, area, UINT32_MAX, R_INVALID_PARAMETER},
		{"CREATE_VCPU, VMSA at a 2 MiB boundary", (uint64_t)memory_block(), area, apic_id, R_INVALID_ADDRESS},
		{"CREATE_VCPU, VMSA behind all RAM", memory_end() + PAGE_BYTES, area, apic_id, R_INVALID_ADDRESS},
		{"CREATE_VCPU, VMSA in the SVSM", platform.svsm_base + PAGE_BYTES, area, apic_id, R_INVALID_ADDRESS},
		{"CREATE_VCPU, VMSA far outside memory", FAR_GPA, area, apic_id, R_INVALID_ADDRESS},
		{"CREATE_VCPU, VMSA at the end of the address space", PAGE_END, area, apic_id, R_INVALID_ADDRESS},
		{"CREATE_VCPU, calling area behind all RAM", (uint64_t)vmsa, memory_end(), apic_id, R_INVALID_ADDRESS},
		{"CREATE_VCPU, calling area in the SVSM", (uint64_t)vmsa, platform.svsm_base, apic_id,
		 R_INVALID_ADDRESS},
		{"CREATE_VCPU, VMSA is the caller's calling area", (uint64_t)svsm_call_area(), area, apic_id,
		 R_INVALID_ADDRESS},
		{"CREATE_VCPU of the first CPU", (uint64_t)vmsa, area, cpus.apic_id[0], R_RMPADJUST_INUSE},
	};

	for (unsigned int i = 0; i < COUNT(wrong); i++)
		check_equal(wrong[i].name, vcpu_create(wrong[i].vmsa, wrong[i].area, wrong[i].apic_id),
			    wrong[i].expected);
	check_equal("DELETE_VCPU, unaligned", vcpu_delete((uint64_t)vmsa + 8), R_INVALID_PARAMETER);
	check_equal("DELETE_VCPU of a page that is no VMSA", vcpu_delete((uint64_t)vmsa), R_INVALID_PARAMETER);
	check_equal("DELETE_VCPU in the SVSM", vcpu_delete(platform.svsm_base + PAGE_BYTES), R_INVALID_PARAMETER);
	check_equal("DELETE_VCPU far outside memory", vcpu_delete(FAR_GPA), R_INVALID_PARAMETER);
}

static void pages_in_other_use(uint32_t apic_id)
{
	uint8_t *page = memory_pages(1);

	check_equal("CREATE_VCPU, calling area is the caller's",
		    vcpu_create((uint64_t)vmsa, (uint64_t)svsm_call_area(), apic_id), R_INVALID_ADDRESS);
	if (page == NULL || pvalidate_one((uint64_t)page) != R_SUCCESS) {
		check_true("test page rescinded", false);
		return;
	}
	check_equal("CREATE_VCPU, VMSA not validated", vcpu_create((uint64_t)page, area, apic_id), R_INVALID_ADDRESS);
	check_equal("CREATE_VCPU, calling area not validated", vcpu_create((uint64_t)vmsa, (uint64_t)page, apic_id),
		    R_INVALID_ADDRESS);
	check_equal("  page is usable again", pvalidate_one((uint64_t)page | ENTRY_VALIDATE), R_SUCCESS);
}

/* A page that was refused is still this guest's to read and write, and as it was. */
static bool is_intact(uint8_t *page, const uint8_t *copy)
{
	bool same = memcmp(page, copy, PAGE_BYTES) == 0;

	page[0] = (uint8_t)~page[0];
	return same && page[0] != copy[0];
}

static void fields(uint32_t apic_id)
{
	static const struct {
		const char *name;
		unsigned int offset, size;
		uint64_t change; /* bits to turn over */
	} wrong[] = {
		{"CREATE_VCPU, VMPL 0", VMSA_VMPL, 1, 2},
		{"CREATE_VCPU, VMPL 1", VMSA_VMPL, 1, 3},
		{"CREATE_VCPU, VMPL 3", VMSA_VMPL, 1, 1},
		{"CREATE_VCPU, EFER without SVME", VMSA_EFER, 8, VMSA_EFER_SVME},
		{"CREATE_VCPU, no SEV features", VMSA_SEV_FEATURES, 8, 1},
		{"CREATE_VCPU, one SEV feature more", VMSA_SEV_FEATURES, 8, 2},
		{"CREATE_VCPU, last SEV feature", VMSA_SEV_FEATURES, 8, 1ull << 63},
	};
	uint8_t *copy = memory_pages(1);

	if (copy == NULL) {
		check_true("test memory", false);
		return;
	}
	for (unsigned int i = 0; i < COUNT(wrong); i++) {
		uint8_t *field = vmsa + wrong[i].offset;

		second_cpu_write_registers(vmsa);
		bytes_put(field, wrong[i].size, bytes_get(field, wrong[i].size) ^ wrong[i].change);
		memcpy(copy, vmsa, PAGE_BYTES);
		check_equal(wrong[i].name, vcpu_create((uint64_t)vmsa, area, apic_id), R_INVALID_PARAMETER);
		check_true("  and the page is as it was", is_intact(vmsa, copy));
	}
}

/* No call reads or writes a VMSA. That it is intact shows when the CPU starts with it. */
static void spared(uint32_t apic_id)
{
	const uint64_t at = (uint64_t)vmsa;
	struct attest attest;

	check_equal("CREATE_VCPU, VMSA in use", vcpu_create(at, (uint64_t)spare, apic_id), R_INVALID_ADDRESS);
	check_equal("CREATE_VCPU, a VMSA as calling area", vcpu_create((uint64_t)spare, at, apic_id),
		    R_INVALID_ADDRESS);
	check_equal("CREATE_VCPU, the CPU's calling area as VMSA", vcpu_create(area, (uint64_t)spare, apic_id),
		    R_INVALID_ADDRESS);
	check_equal("PVALIDATE rescinds no VMSA", pvalidate_one(at), R_INVALID_ADDRESS);
	check_equal("PVALIDATE validates no VMSA", pvalidate_one(at | ENTRY_VALIDATE | ENTRY_IGNORE_CF),
		    R_INVALID_ADDRESS);
	check_equal("PVALIDATE of 2 MiB with a VMSA", pvalidate_one((at & ~(BLOCK_BYTES - 1)) | ENTRY_2M),
		    R_INVALID_ADDRESS);
	check_equal("PVALIDATE of the other CPU's calling area", pvalidate_one(area), R_INVALID_ADDRESS);
	check_equal("PVALIDATE list in a VMSA", pvalidate_call(at), R_INVALID_ADDRESS);
	check_equal("REMAP_CA to a VMSA", svsm(SVSM_CORE, CORE_REMAP_CA, at), R_INVALID_ADDRESS);
	check_equal("REMAP_CA to the other CPU's calling area", svsm(SVSM_CORE, CORE_REMAP_CA, area),
		    R_INVALID_ADDRESS);
	check_equal("TPM command in a VMSA", vtpm_call(at), R_INVALID_ADDRESS);
	if (!check_true("test memory", attest_start(&attest)))
		return;
	check_equal("attestation request in a VMSA", attest_call(ATTEST_SERVICES, at).rax, R_INVALID_ADDRESS);
	attest_default(&attest, 1);
	bytes_put(attest.request + ATT_NONCE_GPA, 8, at);
	check_equal("attestation, nonce in a VMSA", attest_call(ATTEST_SERVICES, (uint64_t)attest.request).rax,
		    R_INVALID_ADDRESS);
	attest_default(&attest, 1);
	bytes_put(attest.request + ATT_REPORT_GPA, 8, at);
	check_equal("attestation, report into a VMSA", attest_call(ATTEST_SERVICES, (uint64_t)attest.request).rax,
		    R_INVALID_ADDRESS);
	attest_default(&attest, 1);
	bytes_put(attest.request + ATT_MANIFEST_GPA, 8, at);
	check_equal("attestation, manifest into a VMSA", attest_call(ATTEST_SERVICES, (uint64_t)attest.request).rax,
		    R_INVALID_ADDRESS);
}

/*
 * What VMPL2 may do with a VMSA shows in what it may give to VMPL3: no more than it has itself. Linux reads one after
 * CREATE_VCPU; nothing else is anybody's. What the attempt to write does: test/e2e/rules.
 */
static void rights(void)
{
	static const struct {
		const char *name;
		uint64_t attributes;
	} refused[] = {
		{"  not to write", ADJUST_WRITE | ADJUST_VMPL3},
		{"  not to read and write", ADJUST_READ | ADJUST_WRITE | ADJUST_VMPL3},
		{"  not to execute, user", ADJUST_EXECUTE_USER | ADJUST_VMPL3},
		{"  not to execute, supervisor", ADJUST_EXECUTE_SUPERVISOR | ADJUST_VMPL3},
		{"  not to make it VMPL3's VMSA", ADJUST_VMSA | ADJUST_READ | ADJUST_VMPL3},
		{"  not to give itself more", ADJUST_READ | ADJUST_WRITE | ADJUST_VMPL2},
	};

	check_equal("a VMSA can be read: SEV_FEATURES", bytes_get(vmsa + VMSA_SEV_FEATURES, 8),
		    cpu_read_msr(MSR_NUMBER_SEV_STATUS) >> 2);
	check_equal("  and VMPL3 let read it", cpu_rmpadjust(vmsa, ADJUST_READ | ADJUST_VMPL3), ADJUST_OK);
	check_equal("  and no more", cpu_rmpadjust(vmsa, ADJUST_VMPL3), ADJUST_OK);
	for (unsigned int i = 0; i < COUNT(refused); i++)
		check_equal(refused[i].name, cpu_rmpadjust(vmsa, refused[i].attributes), ADJUST_PERMISSION);
}

static void create_and_start(const char *name, uint8_t *page, uint32_t apic_id)
{
	second_cpu_write_registers(page);
	check_equal(name, vcpu_create((uint64_t)page, area, apic_id), R_SUCCESS);
	check_true("  the host starts it", vcpu_host_start(apic_id, page));
	check_true("  and it runs", second_cpu_up());
}

/* Results of calls that the second CPU made */
static uint64_t by_ghcb, by_msr, own_deletion, own_creation;

static void first_calls(void *unused)
{
	struct svsm_call query = {.rax = SVSM_FUNCTION(SVSM_CORE, CORE_QUERY_PROTOCOL), .rcx = 1};

	(void)unused;
	by_ghcb = svsm_call_by(SVSM_BY_GHCB, &query);
	query = (struct svsm_call){.rax = SVSM_FUNCTION(SVSM_CORE, CORE_QUERY_PROTOCOL), .rcx = 1};
	by_msr = svsm_call_by(SVSM_BY_MSR, &query);
}

static void touch_itself(void *unused)
{
	(void)unused;
	own_deletion = vcpu_delete((uint64_t)vmsa);
	own_creation = vcpu_create((uint64_t)spare, area, cpus.apic_id[1]);
}

static void calls_work(void)
{
	by_ghcb = by_msr = R_STUCK;
	check_true("  the second CPU calls", second_cpu_run(first_calls, NULL));
	check_equal("  by GHCB", by_ghcb, R_SUCCESS);
	check_equal("  by MSR protocol", by_msr, R_SUCCESS);
}

/* A page that is no VMSA any more is memory: an access the RMP forbids would end the run. */
static void is_memory(uint8_t *page)
{
	memset(page, 0x3c, PAGE_BYTES);
	check_true("  and the page is memory", bytes_all(page, PAGE_BYTES, 0x3c));
}

static void life(uint32_t apic_id)
{
	second_cpu_write_registers(vmsa);
	check_equal("CREATE_VCPU", vcpu_create((uint64_t)vmsa, area, apic_id), R_SUCCESS);
	second_cpu_write_registers(spare);
	rights();
	spared(apic_id);
	check_true("host starts the second CPU", vcpu_host_start(apic_id, vmsa));
	check_true("  and it runs", second_cpu_up());
	calls_work();
	check_equal("DELETE_VCPU while it runs", vcpu_delete((uint64_t)vmsa), R_RMPADJUST_INUSE);
	calls_work();
	check_true("the second CPU turns on itself", second_cpu_run(touch_itself, NULL));
	check_equal("  DELETE_VCPU of itself", own_deletion, R_RMPADJUST_INUSE);
	check_equal("  CREATE_VCPU of itself", own_creation, R_RMPADJUST_INUSE);
	calls_work();
}

/* As Linux brings a CPU up again: registers in a new page, then the old page goes. */
static void again(uint32_t apic_id)
{
	uint8_t *third = memory_pages(1);

	check_true("the second CPU goes offline", second_cpu_run(second_cpu_hold, NULL));
	create_and_start("CREATE_VCPU of a CPU that was offline", spare, apic_id);
	if (check_true("test memory", third != NULL)) {
		vcpu_write_registers(third, second_cpu_hold, NULL, third + PAGE_BYTES);
		check_equal("CREATE_VCPU beside an old and a new VMSA", vcpu_create((uint64_t)third, area, apic_id),
			    R_RMPADJUST_INUSE);
	}
	check_equal("DELETE_VCPU of the old VMSA", vcpu_delete((uint64_t)vmsa), R_SUCCESS);
	is_memory(vmsa);
	calls_work();
	check_equal("DELETE_VCPU again", vcpu_delete((uint64_t)vmsa), R_INVALID_PARAMETER);
}

/* As Linux takes a CPU away before another kernel starts. */
static void away(uint32_t apic_id)
{
	check_true("the second CPU goes offline", second_cpu_run(second_cpu_hold, NULL));
	check_true("host stops the second CPU", vcpu_host_stop(apic_id, spare));
	check_equal("DELETE_VCPU", vcpu_delete((uint64_t)spare), R_SUCCESS);
	is_memory(spare);
	check_equal("  its calling area is memory too", pvalidate_one(area), R_SUCCESS);
	check_equal("  and validated again", pvalidate_one(area | ENTRY_VALIDATE), R_SUCCESS);
	create_and_start("CREATE_VCPU after DELETE_VCPU", vmsa, apic_id);
	calls_work();
}

void checks_vcpus(void)
{
	uint32_t other;

	if (!check_true("host's list of CPUs", vcpu_list(&cpus)))
		return;
	vmsa = memory_pages(1);
	spare = memory_pages(1);
	if (!check_true("test memory", vmsa != NULL && spare != NULL && second_cpu_prepare()))
		return;
	area = second_cpu_calling_area();
	other = cpus.count > 1 ? cpus.apic_id[1] : cpus.apic_id[0];
	arguments(other);
	if (cpus.count == 1) {
		console_printf("note: the host has one CPU\n");
		return;
	}
	console_printf("note: the host has %u CPUs\n", cpus.count);
	pages_in_other_use(other);
	fields(other);
	life(other);
	again(other);
	away(other);
	checks_vcpu_load();
	if (cpus.count > 2)
		checks_vcpu_races(cpus.apic_id[2]);
	else
		console_printf("note: no third CPU to race for\n");
}
