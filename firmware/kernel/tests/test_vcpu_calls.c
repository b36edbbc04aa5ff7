/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* CREATE_VCPU and DELETE_VCPU: what they make, and that a refusal leaves everything as it was. */
#include "../calling_area.h"
#include "../guest_pages.h"
#include "../svsm_call.h"
#include "../vcpus.h"
#include "abi/snp.h"
#include "fake_guest.h"
#include "svsm/boot_info.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define VMSA 0x301000ull
#define VMSA_B 0x303000ull
#define VMSA_C 0x305000ull
#define AREA 0x302000ull
#define AREA_B 0x304000ull
#define LIST 0x2008ull

/* Everything a refused call could have changed */
static struct {
	struct fake_page pages[FAKE_RAM_SIZE / PAGE_SIZE];
	uint8_t ram[FAKE_RAM_SIZE];
	struct gpa area[2];
	bool has_area[2];
} before;

static struct snp_vmsa *vmsa_at(uint64_t gpa)
{
	return (struct snp_vmsa *)(fake_ram + gpa);
}

static void write_vmsa(uint64_t gpa)
{
	memset(fake_ram + gpa, 0, PAGE_SIZE);
	vmsa_at(gpa)->vmpl = 2;
	vmsa_at(gpa)->efer = EFER_SVME | 0x500;
	vmsa_at(gpa)->sev_features = FAKE_SEV_FEATURES;
	vmsa_at(gpa)->guest_exit_code = SVM_EXIT_VMGEXIT; /* an exit that never was */
}

static int setup(void **state)
{
	(void)state;
	fake_guest_reset();
	write_vmsa(VMSA);
	write_vmsa(VMSA_B);
	write_vmsa(VMSA_C);
	return 0;
}

static void remember(void)
{
	memcpy(before.pages, fake_pages, sizeof(before.pages));
	memcpy(before.ram, fake_ram, sizeof(before.ram));
	for (uint32_t i = 0; i < 2; i++)
		before.has_area[i] = calling_area_get(i, &before.area[i]);
}

static void assert_nothing_changed(void)
{
	assert_memory_equal(before.pages, fake_pages, sizeof(before.pages));
	assert_memory_equal(before.ram, fake_ram, sizeof(before.ram));
	for (uint32_t i = 0; i < 2; i++) {
		struct gpa area;

		assert_int_equal(calling_area_get(i, &area), before.has_area[i]);
		if (before.has_area[i])
			assert_int_equal(area.value, before.area[i].value);
	}
	/* No lock is left held */
	assert_true(guest_pages_acquire_before(fake_now));
	guest_pages_release();
}

static uint32_t create(uint64_t vmsa, uint64_t area, uint64_t apic_id)
{
	struct svsm_call call = {.protocol = SVSM_PROTOCOL_CORE,
				 .number = SVSM_CORE_CREATE_VCPU,
				 .rcx = vmsa,
				 .rdx = area,
				 .r8 = apic_id,
				 .start = fake_now};

	return protocol_core(&call);
}

static uint32_t delete (uint64_t vmsa)
{
	struct svsm_call call = {
		.protocol = SVSM_PROTOCOL_CORE, .number = SVSM_CORE_DELETE_VCPU, .rcx = vmsa, .start = fake_now};

	return protocol_core(&call);
}

static uint32_t create_good(uint64_t vmsa)
{
	return create(vmsa, AREA, FAKE_APIC_ID(1));
}

static void refused(uint64_t vmsa, uint64_t area, uint64_t apic_id, uint32_t code)
{
	remember();
	assert_int_equal(create(vmsa, area, apic_id), code);
	assert_nothing_changed();
	assert_false(vcpus_overlap((struct gpa_range){vmsa, vmsa + 1}) && !fake_pages[vmsa / PAGE_SIZE].vmsa);
}

static void refused_deletion(uint64_t vmsa, uint32_t code)
{
	remember();
	assert_int_equal(delete (vmsa), code);
	assert_nothing_changed();
}

/* The current registers of CPU 1, or 0 */
static uint64_t current(void)
{
	struct gpa page;

	if (!vcpus_take(1, &page))
		return 0;
	vcpus_release(1);
	return page.value;
}

static void creates(void **state)
{
	struct gpa area;

	(void)state;
	fake_ram[AREA] = 1; /* a flag left there */
	assert_int_equal(current(), 0);
	assert_int_equal(create_good(VMSA), SVSM_SUCCESS);
	assert_int_equal(current(), VMSA);
	assert_true(fake_pages[VMSA / PAGE_SIZE].vmsa);
	assert_int_equal(fake_pages[VMSA / PAGE_SIZE].rights, 0);
	assert_true(vmsa_at(VMSA)->guest_exit_code == SVM_EXIT_INVALID);
	assert_true((vmsa_at(VMSA)->efer & EFER_SVME) != 0);
	assert_true(calling_area_get(1, &area));
	assert_int_equal(area.value, AREA);
	assert_int_equal(fake_ram[AREA], 0);
}

static void high_half_of_r8_means_nothing(void **state)
{
	(void)state;
	assert_int_equal(create(VMSA, AREA, 0xabcd00000000ull | FAKE_APIC_ID(1)), SVSM_SUCCESS);
}

static void wrong_arguments(void **state)
{
	(void)state;
	refused(VMSA + 8, AREA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_PARAMETER);
	refused(VMSA, AREA + 1, FAKE_APIC_ID(1), SVSM_ERR_INVALID_PARAMETER);
	refused(VMSA, VMSA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_PARAMETER);
	refused(VMSA, AREA, FAKE_APIC_ID(2), SVSM_ERR_INVALID_PARAMETER);
	refused(VMSA, AREA, 0xffffffff, SVSM_ERR_INVALID_PARAMETER);
	refused(0, AREA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_ADDRESS);
	refused(0x200000, AREA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_ADDRESS); /* a VMSA at a 2 MiB boundary */
	refused(VMSA, FAKE_RAM_SIZE, FAKE_APIC_ID(1), SVSM_ERR_INVALID_ADDRESS);
	refused(FAKE_RAM_SIZE + PAGE_SIZE, AREA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_ADDRESS);
	refused(FW_BASE + PAGE_SIZE, AREA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_ADDRESS);
	refused(VMSA, 0xfffffffffffff000ull, FAKE_APIC_ID(1), SVSM_ERR_INVALID_ADDRESS);
	percpu_table[1].state = CPU_LOST;
	refused(VMSA, AREA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_PARAMETER);
}

static void pages_in_use(void **state)
{
	(void)state;
	refused(fake_cpu.calling_area.value, AREA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_ADDRESS);
	refused(VMSA, fake_cpu.calling_area.value, FAKE_APIC_ID(1), SVSM_ERR_INVALID_ADDRESS);
	assert_int_equal(create_good(VMSA), SVSM_SUCCESS);
	refused(VMSA, AREA_B, FAKE_APIC_ID(1), SVSM_ERR_INVALID_ADDRESS); /* twice */
	refused(VMSA_B, VMSA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_ADDRESS);
	refused(AREA, AREA_B, FAKE_APIC_ID(1), SVSM_ERR_INVALID_ADDRESS);
}

static void pages_not_validated(void **state)
{
	(void)state;
	assert_true(guest_pages_set((struct gpa_range){VMSA, VMSA + PAGE_SIZE}, false));
	refused(VMSA, AREA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_ADDRESS);
	assert_true(guest_pages_set((struct gpa_range){AREA, AREA + PAGE_SIZE}, false));
	refused(VMSA_B, AREA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_ADDRESS);
}

static void wrong_registers(void **state)
{
	static const uint8_t vmpl[] = {0, 1, 3, 0xff};

	(void)state;
	for (size_t i = 0; i < sizeof(vmpl); i++) {
		write_vmsa(VMSA);
		vmsa_at(VMSA)->vmpl = vmpl[i];
		refused(VMSA, AREA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_PARAMETER);
	}
	vmsa_at(VMSA)->vmpl = 2;
	vmsa_at(VMSA)->efer = 0x500;
	refused(VMSA, AREA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_PARAMETER);
	vmsa_at(VMSA)->efer = EFER_SVME;
	for (unsigned int bit = 0; bit < 64; bit++) {
		vmsa_at(VMSA)->sev_features = FAKE_SEV_FEATURES ^ 1ull << bit;
		refused(VMSA, AREA, FAKE_APIC_ID(1), SVSM_ERR_INVALID_PARAMETER);
	}
}

static void overwrite_vmpl(void)
{
	vmsa_at(VMSA)->vmpl = 0;
}

/* What another CPU of the guest writes with a translation it still has counts, and nothing after that. */
static void checks_after_flush(void **state)
{
	(void)state;
	fake_on_flush = overwrite_vmpl;
	assert_int_equal(create_good(VMSA), SVSM_ERR_INVALID_PARAMETER);
	assert_false(fake_pages[VMSA / PAGE_SIZE].vmsa);
	assert_int_equal(fake_pages[VMSA / PAGE_SIZE].rights, RMP_PERM_RWX);
	assert_int_equal(current(), 0);
}

static void revokes_for_all(void **state)
{
	(void)state;
	fake_pages[VMSA / PAGE_SIZE].other_rights[1] = RMP_PERM_RWX; /* VMPL2 gave them to VMPL3 */
	assert_int_equal(create_good(VMSA), SVSM_SUCCESS);
	assert_int_equal(fake_pages[VMSA / PAGE_SIZE].other_rights[1], 0);
}

static void rmp_failure(void **state)
{
	static const struct {
		enum rmp_result result;
		uint32_t code;
	} cases[] = {
		{RMP_RESULT_FAIL_INPUT, 0x80001001},
		{RMP_RESULT_FAIL_PERMISSION, 0x80001002},
		{RMP_RESULT_IN_USE, 0x80001003},
		{RMP_RESULT_SIZE_MISMATCH, 0x80001006},
	};

	(void)state;
	vmsa_at(VMSA)->guest_exit_code = SVM_EXIT_INVALID; /* as a refusal this late leaves it */
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_rmp_fails = cases[i].result;
		refused(VMSA, AREA, FAKE_APIC_ID(1), cases[i].code);
	}
}

static void busy_others(void **state)
{
	(void)state;
	fake_window_busy = true; /* another CPU is at the page, for longer than a call may take */
	refused(VMSA, AREA, FAKE_APIC_ID(1), SVSM_ERR_BUSY);
	fake_window_busy = false;
	guest_pages_acquire(); /* another CPU's PVALIDATE */
	fake_us_per_look = 1000;
	assert_int_equal(create_good(VMSA), SVSM_ERR_BUSY);
	assert_int_equal(delete (VMSA), SVSM_ERR_BUSY);
	guest_pages_release();
	assert_int_equal(create_good(VMSA), SVSM_SUCCESS);
}

/* The first CPU's registers are the firmware's, and those of the caller are in use. */
static void cpus_in_use(void **state)
{
	struct gpa page;

	(void)state;
	refused(VMSA, AREA, FAKE_APIC_ID(0), SVSM_ERR_RMPADJUST_FAIL_INUSE);
	vcpus_release(0);
	refused(VMSA, AREA, FAKE_APIC_ID(0), SVSM_ERR_RMPADJUST_FAIL_INUSE);
	assert_int_equal(create_good(VMSA), SVSM_SUCCESS);
	assert_true(vcpus_take(1, &page)); /* VMPL0 of that CPU serves a call */
	refused(VMSA_B, AREA, FAKE_APIC_ID(1), SVSM_ERR_RMPADJUST_FAIL_INUSE);
	refused_deletion(VMSA, SVSM_ERR_RMPADJUST_FAIL_INUSE);
	vcpus_release(1);
	assert_int_equal(delete (VMSA), SVSM_SUCCESS);
}

/* As Linux brings a CPU up again: the new page first, with the same calling area, then the old one goes. */
static void replaces(void **state)
{
	struct gpa page, area;

	(void)state;
	assert_int_equal(create_good(VMSA), SVSM_SUCCESS);
	assert_int_equal(create_good(VMSA_B), SVSM_SUCCESS);
	assert_int_equal(current(), VMSA_B);
	assert_true(fake_pages[VMSA / PAGE_SIZE].vmsa);
	refused(VMSA_C, AREA, FAKE_APIC_ID(1), SVSM_ERR_RMPADJUST_FAIL_INUSE); /* not a third */
	assert_true(vcpus_take(1, &page));				       /* it works with the new one already */
	assert_int_equal(delete (VMSA), SVSM_SUCCESS);
	vcpus_release(1);
	assert_int_equal(current(), VMSA_B);
	assert_true(calling_area_get(1, &area));
	assert_int_equal(area.value, AREA);
	assert_false(fake_pages[VMSA / PAGE_SIZE].vmsa);
	write_vmsa(VMSA_C);
	assert_int_equal(create(VMSA_C, AREA_B, FAKE_APIC_ID(1)), SVSM_SUCCESS);
	assert_int_equal(delete (VMSA_B), SVSM_SUCCESS);
	assert_int_equal(current(), VMSA_C);
}

/* A failed replacement leaves the old registers and the old calling area. */
static void failed_replacement(void **state)
{
	(void)state;
	assert_int_equal(create_good(VMSA), SVSM_SUCCESS);
	vmsa_at(VMSA_B)->vmpl = 1;
	refused(VMSA_B, AREA_B, FAKE_APIC_ID(1), SVSM_ERR_INVALID_PARAMETER);
	assert_int_equal(current(), VMSA);
}

static void deletes(void **state)
{
	struct gpa area;

	(void)state;
	refused_deletion(VMSA, SVSM_ERR_INVALID_PARAMETER);
	assert_int_equal(create_good(VMSA), SVSM_SUCCESS);
	refused_deletion(VMSA + 8, SVSM_ERR_INVALID_PARAMETER);
	refused_deletion(VMSA_B, SVSM_ERR_INVALID_PARAMETER);
	refused_deletion(0, SVSM_ERR_INVALID_PARAMETER);
	refused_deletion(FW_BASE, SVSM_ERR_INVALID_PARAMETER); /* the first CPU's */
	fake_pages[VMSA / PAGE_SIZE].in_use = true;
	refused_deletion(VMSA, SVSM_ERR_RMPADJUST_FAIL_INUSE);
	assert_true((vmsa_at(VMSA)->efer & EFER_SVME) != 0);
	fake_pages[VMSA / PAGE_SIZE].in_use = false;
	assert_int_equal(delete (VMSA), SVSM_SUCCESS);
	assert_false(fake_pages[VMSA / PAGE_SIZE].vmsa);
	assert_int_equal(fake_pages[VMSA / PAGE_SIZE].rights, RMP_PERM_RWX);
	assert_true((vmsa_at(VMSA)->efer & EFER_SVME) == 0);
	assert_int_equal(current(), 0);
	assert_false(calling_area_get(1, &area));
	refused_deletion(VMSA, SVSM_ERR_INVALID_PARAMETER);
	/* Both pages are plain memory again */
	assert_int_equal(create(AREA_B, AREA, FAKE_APIC_ID(1)), SVSM_ERR_INVALID_PARAMETER);
	write_vmsa(AREA);
	assert_int_equal(create(AREA, VMSA, FAKE_APIC_ID(1)), SVSM_SUCCESS);
}

static uint32_t core(uint32_t number, uint64_t rcx)
{
	struct svsm_call call = {.protocol = SVSM_PROTOCOL_CORE, .number = number, .rcx = rcx, .start = fake_now};

	return protocol_core(&call);
}

static uint32_t pvalidate(uint64_t entry)
{
	const struct svsm_pvalidate_list header = {.entries = 1};

	memcpy(fake_ram + LIST, &header, sizeof(header));
	memcpy(fake_ram + LIST + sizeof(header), &entry, sizeof(entry));
	return core(SVSM_CORE_PVALIDATE, LIST);
}

static void memory_calls_spare_vmsas(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < LARGE_PAGE_SIZE / PAGE_SIZE; i++)
		fake_pages[0x200000 / PAGE_SIZE + i].large = true;
	assert_int_equal(create_good(VMSA), SVSM_SUCCESS);
	remember();
	assert_int_equal(core(SVSM_CORE_REMAP_CA, VMSA), SVSM_ERR_INVALID_ADDRESS);
	assert_int_equal(core(SVSM_CORE_PVALIDATE, VMSA), SVSM_ERR_INVALID_ADDRESS);
	assert_nothing_changed();
	assert_int_equal(pvalidate(VMSA), SVSM_ERR_INVALID_ADDRESS);
	assert_int_equal(pvalidate(VMSA | SVSM_PVALIDATE_VALIDATE | SVSM_PVALIDATE_IGNORE_CF),
			 SVSM_ERR_INVALID_ADDRESS);
	assert_int_equal(pvalidate(0x200000 | RMP_PAGE_2M), SVSM_ERR_INVALID_ADDRESS);
	assert_int_equal(pvalidate(AREA), SVSM_ERR_INVALID_ADDRESS); /* the other CPU's calling area */
	assert_true(fake_pages[VMSA / PAGE_SIZE].vmsa);
	assert_int_equal(delete (VMSA), SVSM_SUCCESS);
	assert_int_equal(pvalidate(VMSA), SVSM_SUCCESS);
	assert_int_equal(pvalidate(AREA), SVSM_SUCCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(creates, setup),
		cmocka_unit_test_setup(high_half_of_r8_means_nothing, setup),
		cmocka_unit_test_setup(wrong_arguments, setup),
		cmocka_unit_test_setup(pages_in_use, setup),
		cmocka_unit_test_setup(pages_not_validated, setup),
		cmocka_unit_test_setup(wrong_registers, setup),
		cmocka_unit_test_setup(checks_after_flush, setup),
		cmocka_unit_test_setup(revokes_for_all, setup),
		cmocka_unit_test_setup(rmp_failure, setup),
		cmocka_unit_test_setup(busy_others, setup),
		cmocka_unit_test_setup(cpus_in_use, setup),
		cmocka_unit_test_setup(replaces, setup),
		cmocka_unit_test_setup(failed_replacement, setup),
		cmocka_unit_test_setup(deletes, setup),
		cmocka_unit_test_setup(memory_calls_spare_vmsas, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
