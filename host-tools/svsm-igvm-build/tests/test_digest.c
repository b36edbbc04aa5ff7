/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Launch digest and the order in which QEMU measures, against a second computation with its own byte layout. */
#include "fixture.h"

#include "igvm_write.h"
#include "launch_digest.h"
#include "measure.h"
#include "vmsa.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* AMD 56860 PAGE_INFO written out by offset, not by the project's structure. */
static void chain(uint8_t ld[48], uint8_t type, uint64_t gpa, const uint8_t *page)
{
	uint8_t info[112] = {0};
	size_t size = 0;

	memcpy(info, ld, 48);
	if (page)
		assert_int_equal(EVP_Q_digest(NULL, "SHA2-384", NULL, page, 4096, info + 48, &size), 1);
	info[96] = 0x70;
	info[98] = type;
	for (unsigned i = 0; i < 8; i++)
		info[104 + i] = (uint8_t)(gpa >> (8 * i));
	assert_int_equal(EVP_Q_digest(NULL, "SHA2-384", NULL, info, sizeof(info), ld, &size), 1);
	assert_int_equal(size, 48);
}

static void digest_chain(void **state)
{
	static uint8_t page[4096];
	uint8_t expected[48] = {0};
	struct launch_digest digest;

	(void)state;
	memset(page, 0xa5, sizeof(page));
	assert_true(launch_digest_init(&digest));
	assert_memory_equal(digest.value, expected, 48);
	for (uint8_t type = SNP_PAGE_NORMAL; type <= SNP_PAGE_CPUID; type++) {
		const uint64_t gpa = 0x123456789000ull + type * 4096u;
		bool measured = type == SNP_PAGE_NORMAL || type == SNP_PAGE_VMSA;

		assert_true(launch_digest_extend(&digest, type, gpa, page));
		chain(expected, type, gpa, measured ? page : NULL);
		assert_memory_equal(digest.value, expected, 48);
	}
	assert_false(launch_digest_extend(&digest, SNP_PAGE_NORMAL, 0, NULL));
	launch_digest_cleanup(&digest);
}

/* The measurement of the fixture, from what the layout says must be in memory. */
static void image_chain(void **state)
{
	const struct measure_options options = {.vcpus = 2, .cpu_signature = 0x800f12, .keep_steps = true};
	struct measurement measurement;
	struct igvm_file file;
	struct fixture fixture;
	struct snp_vmsa reset;
	uint8_t ld[48] = {0}, one_cpu[48];

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	assert_true(igvm_parse("t", fixture.igvm.bytes, fixture.igvm.size, &file, &fixture.error));
	if (!measure_qemu_kvm(&file, &options, &measurement, &fixture.error))
		fail_msg("%s", fixture.error.text);
	chain(ld, 4, fixture.image.info.memory_map, NULL);
	for (size_t i = 0; i < fixture.image.extent_count; i++) {
		const struct image_extent *extent = &fixture.image.extent[i];

		for (size_t j = 0; j < extent->pages; j++) {
			const uint64_t gpa = extent->gpa + j * 4096;

			if (gpa == fixture.image.info.memory_map)
				continue;
			if (gpa == fixture.image.info.cpuid_page)
				chain(ld, 6, gpa, NULL);
			else if (gpa == fixture.image.info.secrets_page)
				chain(ld, 5, gpa, NULL);
			else
				chain(ld, 1, gpa, extent->bytes + j * 4096);
		}
	}
	chain(ld, 2, 0xfffffffff000, (const uint8_t *)&fixture.image.vmsa);
	memcpy(one_cpu, ld, 48);
	vmsa_qemu_reset(&reset, 0x800f12, 1);
	chain(ld, 2, 0xfffffffff000, (const uint8_t *)&reset);
	assert_memory_equal(measurement.digest[0], one_cpu, 48);
	assert_memory_equal(measurement.digest[1], ld, 48);
	assert_int_equal(measurement.guest_policy, 0x30000);
	assert_int_equal(measurement.step_count, measurement.page_steps + 2);
	assert_memory_equal(measurement.step[measurement.step_count - 1].digest, ld, 48);
	measurement_free(&measurement);
	igvm_file_free(&file);
	fixture_close(&fixture);
}

/*
 * PAGE_DATA A, PARAMETER_INSERT I, PAGE_DATA B (not following A): QEMU measures I first, as A still waits. Made by
 * exchanging the insert (16-byte payload, 24 bytes with header) and the first page (32 bytes) of a built file.
 */
static void insert_overtakes_run(void **state)
{
	const struct measure_options options = {.vcpus = 1, .keep_steps = true};
	struct measurement measurement;
	struct igvm_file file;
	struct fixture fixture;
	uint8_t insert[24];
	uint8_t *at;

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	at = fixture.igvm.bytes + 24 + 24 + 24 + 24 + 16;
	assert_int_equal(at[0] | at[1] << 8, IGVM_VHT_PARAMETER_INSERT);
	memcpy(insert, at, 24);
	memmove(at, at + 24, 32);
	memcpy(at + 32, insert, 24);
	fixture_checksum(&fixture.igvm);
	assert_true(igvm_parse("t", fixture.igvm.bytes, fixture.igvm.size, &file, &fixture.error));
	assert_true(measure_qemu_kvm(&file, &options, &measurement, &fixture.error));
	assert_int_equal(measurement.step[0].type, SNP_PAGE_UNMEASURED);
	assert_int_equal(measurement.step[1].type, SNP_PAGE_NORMAL);
	assert_int_equal(measurement.step[1].gpa, 0x100000);
	measurement_free(&measurement);
	igvm_file_free(&file);
	fixture_close(&fixture);
}

static void vmsa_rules(void **state)
{
	struct error error;
	struct snp_vmsa vmsa;

	(void)state;
	vmsa_initial(&vmsa, FW_BASE, FW_BASE + 0x1000, SEV_FEATURE_SNP);
	assert_int_equal(vmsa.cs.attributes, 0xc9b);
	assert_int_equal(vmsa.cr0, 0x31);
	assert_int_equal(vmsa.rsi, FW_BASE + 0x1000);
	assert_true(vmsa_check_qemu_kvm(&vmsa, "t", &error));
	vmsa.cr4 = 0;
	assert_false(vmsa_check_qemu_kvm(&vmsa, "t", &error));
	vmsa_initial(&vmsa, FW_BASE, 0, SEV_FEATURE_SNP);
	vmsa.vmpl = 1;
	assert_false(vmsa_check_qemu_kvm(&vmsa, "t", &error));
	vmsa_initial(&vmsa, FW_BASE, 0, 0x29);
	assert_false(vmsa_check_qemu_kvm(&vmsa, "t", &error));
	vmsa_initial(&vmsa, FW_BASE, 0, SEV_FEATURE_SNP);
	vmsa.tr.base = 1;
	assert_false(vmsa_check_qemu_kvm(&vmsa, "t", &error));
}

int test_digest_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digest_chain),
		cmocka_unit_test(image_chain),
		cmocka_unit_test(insert_overtakes_run),
		cmocka_unit_test(vmsa_rules),
	};

	return cmocka_run_group_tests_name("launch digest", tests, NULL, NULL);
}
