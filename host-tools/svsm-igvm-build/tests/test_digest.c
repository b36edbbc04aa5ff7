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

/* Steps of one measurement; options that put them here. */
#define STEPS_MAX 4096u
static struct {
	size_t count;
	struct digest_step step[STEPS_MAX];
} steps;

static void keep_step(void *context, const struct digest_step *step)
{
	(void)context;
	assert_true(steps.count < STEPS_MAX);
	steps.step[steps.count++] = *step;
	assert_int_equal(step->number, steps.count);
}

static bool measure(const struct igvm_file *file, const struct measure_options *options, struct measurement *out,
		    struct error *error)
{
	struct measure_options kept = *options;

	steps.count = 0;
	kept.sink.step = keep_step;
	return measure_igvm(file, &kept, out, error);
}

/* The measurement of the fixture, from what the layout says must be in memory. */
static void image_chain(void **state)
{
	const struct measure_options options = {.profile = profile_at(0), .vcpus = 2, .cpu_signature = 0x800f12};
	struct measurement measurement;
	struct igvm_file file;
	struct fixture fixture;
	struct snp_vmsa reset;
	uint8_t ld[48] = {0}, one_cpu[48];

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	assert_true(igvm_parse("t", fixture.igvm.bytes, fixture.igvm.size, &file, NULL, &fixture.error));
	if (!measure(&file, &options, &measurement, &fixture.error))
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
	vmsa_reset(&reset, &vmm_qemu, VMSA_RESET_VECTOR, 0x800f12, 1);
	chain(ld, 2, 0xfffffffff000, (const uint8_t *)&reset);
	assert_memory_equal(measurement.digest[0], one_cpu, 48);
	assert_memory_equal(measurement.digest[1], ld, 48);
	assert_int_equal(measurement.guest_policy, 0x30000);
	assert_int_equal(steps.count, measurement.page_steps + 2);
	assert_memory_equal(steps.step[steps.count - 1].digest, ld, 48);
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
	const struct measure_options options = {.profile = profile_at(0), .vcpus = 1};
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
	assert_true(igvm_parse("t", fixture.igvm.bytes, fixture.igvm.size, &file, NULL, &fixture.error));
	assert_true(measure(&file, &options, &measurement, &fixture.error));
	assert_int_equal(steps.step[0].type, SNP_PAGE_UNMEASURED);
	assert_int_equal(steps.step[1].type, SNP_PAGE_NORMAL);
	assert_int_equal(steps.step[1].gpa, 0x100000);
	measurement_free(&measurement);
	igvm_file_free(&file);
	fixture_close(&fixture);
}

static void initial_vmsa(void **state)
{
	struct snp_vmsa vmsa;

	(void)state;
	vmsa_initial(&vmsa, FW_BASE, FW_BASE + 0x1000, SEV_FEATURE_SNP);
	assert_int_equal(vmsa.cs.attributes, 0xc9b);
	assert_int_equal(vmsa.cr0, 0x31);
	assert_int_equal(vmsa.rsi, FW_BASE + 0x1000);
}

/* Many pages on many threads give what one page after the other gives. */
static void threads(void **state)
{
	static uint8_t pages[6000][4096];
	const struct digest_chain_options one = {.threads = 1}, four = {.threads = 4};
	uint8_t expected[48] = {0}, value[48];
	struct digest_chain *chains[2];
	struct error error;

	(void)state;
	for (size_t i = 0; i < 6000; i++) {
		memset(pages[i], (int)(i % 251), 4096);
		chain(expected, SNP_PAGE_NORMAL, i * 4096, pages[i]);
	}
	chains[0] = digest_chain_new(&one, NULL, &error);
	chains[1] = digest_chain_new(&four, NULL, &error);
	for (size_t c = 0; c < 2; c++) {
		assert_non_null(chains[c]);
		/* A page of zeros need not be there. */
		for (size_t i = 0; i < 6000; i++)
			assert_true(digest_chain_add(chains[c], SNP_PAGE_NORMAL, i * 4096, i % 251 ? pages[i] : NULL, 0,
						     &error));
		assert_true(digest_chain_value(chains[c], value, &error));
		assert_memory_equal(value, expected, 48);
		assert_int_equal(digest_chain_count(chains[c]), 6000);
		digest_chain_free(chains[c]);
	}
}

/* Loaders differ in what a page without data is, and in the VMSAs of vCPUs the file leaves out. */
static void profiles_differ(void **state)
{
	struct measure_options options = {.vcpus = 2, .cpu_signature = 0x800f12};
	struct measurement measurement;
	struct igvm_file file;
	struct fixture fixture;
	uint8_t digest[48];

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	assert_true(igvm_parse("t", fixture.igvm.bytes, fixture.igvm.size, &file, NULL, &fixture.error));
	options.profile = profile_find("openvmm-kvm");
	assert_false(measure(&file, &options, &measurement, &fixture.error));
	assert_non_null(strstr(fixture.error.text, "not known"));
	measurement_free(&measurement);
	options.profile = profile_find("snp-sim");
	assert_true(measure(&file, &options, &measurement, &fixture.error));
	assert_int_equal(steps.count, measurement.page_steps + 1);
	assert_memory_equal(measurement.digest[0], measurement.digest[1], 48);
	measurement_free(&measurement);
	options.profile = profile_find("cloud-hypervisor-kvm");
	options.vcpus = 1;
	assert_true(measure(&file, &options, &measurement, &fixture.error));
	memcpy(digest, measurement.digest[0], 48);
	for (size_t i = 0, zero = 0; i < steps.count; i++) {
		zero += steps.step[i].type == SNP_PAGE_ZERO;
		assert_true(i + 1 < steps.count || zero > 0);
	}
	measurement_free(&measurement);
	/* By other sources it sorts pages, and those without data are NORMAL. */
	options.profile = options.profile->other;
	assert_true(measure(&file, &options, &measurement, &fixture.error));
	assert_memory_not_equal(digest, measurement.digest[0], 48);
	for (size_t i = 0; i < measurement.page_steps; i++) {
		assert_true(i == 0 || steps.step[i - 1].gpa < steps.step[i].gpa);
		assert_int_not_equal(steps.step[i].type, SNP_PAGE_ZERO);
	}
	measurement_free(&measurement);
	igvm_file_free(&file);
	fixture_close(&fixture);
}

int test_digest_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digest_chain), cmocka_unit_test(image_chain), cmocka_unit_test(insert_overtakes_run),
		cmocka_unit_test(initial_vmsa), cmocka_unit_test(threads),     cmocka_unit_test(profiles_differ),
	};

	return cmocka_run_group_tests_name("launch digest", tests, NULL, NULL);
}
