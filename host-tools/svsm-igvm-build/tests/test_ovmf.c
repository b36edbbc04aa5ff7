/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Bare OVMF images: parser against broken tables, and digests against those published by other measuring tools. */
#include "fixture.h"

#include "cpu_model.h"
#include "measure_ovmf.h"

#include <stdlib.h>
#include <string.h>

#define IMAGE_SIZE 8192u
#define METADATA_FROM_END 0x500u
#define METADATA_AT (IMAGE_SIZE - METADATA_FROM_END)

/* The layout of OVMF's AmdSev build, which the published digests are for. */
static const uint32_t sections[][3] = {
	{0x800000, 0x9000, 1}, {0x80a000, 0x3000, 1},  {0x80d000, 0x1000, 2}, {0x80e000, 0x1000, 3},
	{0x80f000, 0x1000, 4}, {0x810000, 0x1000, 16}, {0x811000, 0xf000, 1},
};
#define SECTION_COUNT (sizeof(sections) / sizeof(sections[0]))

static const uint8_t guid_footer[] = {0xde, 0x82, 0xb5, 0x96, 0xb2, 0x1f, 0xf7, 0x45,
				      0xba, 0xea, 0xa3, 0x66, 0xc5, 0x5a, 0x08, 0x2d},
		     guid_reset[] = {0xde, 0x71, 0xf7, 0x00, 0x7e, 0x1a, 0xcb, 0x4f,
				     0x89, 0x0e, 0x68, 0xc7, 0x7e, 0x2f, 0xb4, 0x4e},
		     guid_hashes[] = {0x1f, 0x37, 0x55, 0x72, 0x3b, 0x3a, 0x04, 0x4b,
				      0x92, 0x7b, 0x1d, 0xa6, 0xef, 0xa8, 0xd4, 0x54},
		     guid_metadata[] = {0x66, 0x65, 0x88, 0xdc, 0x4a, 0x98, 0x98, 0x47,
					0xa7, 0x5e, 0x55, 0x85, 0xa7, 0xbf, 0x67, 0xcc};

static void put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

/* Writes an entry that ends at `end`; returns where it starts. */
static size_t put_entry(uint8_t *image, size_t end, const uint8_t *guid, const uint32_t *data, uint16_t words)
{
	const uint16_t size = (uint16_t)(18 + 4 * words);

	memcpy(image + end - 16, guid, 16);
	memcpy(image + end - 18, &size, sizeof(size));
	memcpy(image + end - size, data, 4u * words);
	return end - size;
}

static uint8_t *new_image(void)
{
	const uint32_t reset = 0x80b004, hashes[2] = {0x810c00, 0x400}, metadata = METADATA_FROM_END;
	uint8_t *image = malloc(IMAGE_SIZE);
	const size_t end = IMAGE_SIZE - 32;
	uint16_t size;
	size_t at;

	assert_non_null(image);
	memset(image, 0xa5, IMAGE_SIZE);
	memcpy(image + METADATA_AT, "ASEV", 4);
	put32(image + METADATA_AT + 4, 16 + 12 * SECTION_COUNT);
	put32(image + METADATA_AT + 8, 1);
	put32(image + METADATA_AT + 12, SECTION_COUNT);
	memcpy(image + METADATA_AT + 16, sections, sizeof(sections));
	at = put_entry(image, end - 18, guid_reset, &reset, 1);
	at = put_entry(image, at, guid_hashes, hashes, 2);
	at = put_entry(image, at, guid_metadata, &metadata, 1);
	size = (uint16_t)(end - at);
	memcpy(image + end - 16, guid_footer, 16);
	memcpy(image + end - 18, &size, sizeof(size));
	return image;
}

static void unhex(const char *text, uint8_t out[48])
{
	for (size_t i = 0; i < 48; i++) {
		unsigned value = 0;

		assert_int_equal(sscanf(text + 2 * i, "%2x", &value), 1);
		out[i] = (uint8_t)value;
	}
}

/*
 * Digests for the AmdSev OVMF of the tests of virtee/sev and sev-snp-measure 0.0.13: their digest of the image's own
 * pages is the start, sections, kernel hashes (of empty files) and VMSAs follow.
 */
static void published(void **state)
{
	static const char image[] =
		"086e2e9149ebf45abdc3445fba5b2da8270bdbb04094d7a2c37faaa4b24af3aa16aff8c374c2a55c467a50da6d466b74";
	static const struct {
		const char *mode;
		uint32_t vcpus;
		uint64_t features;
		bool kernel;
		const char *command_line;
		const char *digest;
	} cases[] = {
		{"qemu", 1, 1, true, NULL,
		 "ddc5224521617a536ee7ce9dd6224d1b58a8d4fda1c741f3ac99fc4bfa04ba6e9fc98646d4a07a9079397fa3852819b5"},
		{"qemu", 1, 0x21, true, NULL,
		 "329c8ce0972ae52343b64d34a434a86f245dfd74f5ed7aae15d22efc78fb9683632b9b50e4e1d7fa41179ef98a7ef198"},
		{"qemu", 1, 1, true, "console=ttyS0 loglevel=7",
		 "6d287813eb5222d770f75005c664e34c204f385ce832cc2ce7d0d6f354454362f390ef83a92046c042e706363b4b08fa"},
		{"qemu", 1, 0x21, true, "console=ttyS0 loglevel=7",
		 "803f691094946e42068aaa3a8f9e26a5c89f36f7b73ecfb28c653360fe4b3aba7e534442e7e1e17895dfe778d0228977"},
		{"qemu", 1, 1, false, NULL,
		 "19358ba9a7615534a9a1e2f0dfc29384dcd4dcb7062ff9c6013b26869a5fc6ecabe033c48dd6f6db5d6d76e7c5df632d"},
		{"qemu", 1, 0x21, false, NULL,
		 "e1e1ca029dd7973ab9513295be68198472dcd4fc834bd9af9b63f6e8a1674dbf281a9278a4a2ebe0eed9f22adbcd0e2b"},
		{"qemu", 4, 1, true, NULL,
		 "5061fffb019493a903613d56d54b94912a1a2f9e4502385f5c194616753720a92441310ba6c4933de877c36e23046ad5"},
		{"qemu", 4, 0x21, true, "",
		 "4953b1fb416fa874980e8442b3706d345926d5f38879134e00813c5d7abcbe78eafe7b422907be0b4698e2414a631942"},
		{"ec2", 1, 1, true, "",
		 "0883bd0eeb716e65b7b977a321c278d1e51b33b5c655fab985443bbcc65c086b9c15e8a0bd8811050dec7e24964e5056"},
		{"gce", 1, 1, true, "",
		 "5da7106cf14cf46b1725ebab123eb9e53bd46a1e9f400cd0c08e7827b04b688ea8b4e403c8404efed4397ea5d5d0722e"},
		{"gce", 4, 1, true, "",
		 "5c5debf100fc339f90276e761ee1f1658d08922c3b20e2a2e6c7a6c3370b2452a15a00eae11886a93d6fd1e7ab81e29d"},
		/* RDX 0, as virtee/sev has it */
		{"ec2 rdx 0", 1, 1, true, NULL,
		 "7d3756157c805bf6adf617064c8552e8c1688fa1c8756f11cbf56ba5d25c9270fb69c0505c1cbe1c5c66c0e34c6ed3be"},
		{"ec2 rdx 0", 1, 0x21, true, NULL,
		 "6ae80856486b1396af8c82a40351d6ed76a20c785e9c7fa4ffa27c22d5d6313b4b3b458cd3c9968e6f89fb5d8450d7a6"},
	};
	uint8_t *bytes = new_image();
	uint8_t seed[48], expected[48];
	uint32_t signature;
	struct ovmf ovmf;
	struct error error;

	(void)state;
	unhex(image, seed);
	assert_true(cpu_model_parse("EPYC-v4", &signature));
	if (!ovmf_parse("t", bytes, IMAGE_SIZE, &ovmf, &error))
		fail_msg("%s", error.text);
	assert_int_equal(ovmf.gpa, 0x100000000 - IMAGE_SIZE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const bool rdx_0 = strcmp(cases[i].mode, "ec2 rdx 0") == 0;
		const struct vmm *vmm = vmm_find(rdx_0 ? "ec2" : cases[i].mode);
		const struct sev_hashes_input hashes = {.command_line = cases[i].command_line};
		const struct measure_ovmf_options options = {
			.vmm = vmm,
			.vcpus = cases[i].vcpus,
			.rdx = rdx_0 ? vmm->other_rdx : measure_ovmf_rdx(vmm, signature),
			.sev_features = cases[i].features,
			.vmsa_gpa = vmm_vmsa_gpa(vmm, signature),
			.hashes = cases[i].kernel ? &hashes : NULL,
			.image_digest = seed,
		};
		struct measurement measurement;

		if (!measure_ovmf(&ovmf, &options, &measurement, &error))
			fail_msg("case %zu: %s", i, error.text);
		unhex(cases[i].digest, expected);
		if (memcmp(measurement.digest[cases[i].vcpus - 1], expected, 48) != 0)
			fail_msg("case %zu: digest differs from the published one", i);
		measurement_free(&measurement);
	}
	free(bytes);
}

/* The image's own pages come first, and their digest may stand for them. */
static void split_digest(void **state)
{
	struct measure_ovmf_options options = {
		.vmm = &vmm_qemu, .vcpus = 1, .sev_features = 1, .vmsa_gpa = IGVM_SNP_VMSA_GPA_KVM, .image_only = true};
	uint8_t *bytes = new_image();
	struct measurement image, whole, rest;
	struct ovmf ovmf;
	struct error error;

	(void)state;
	assert_true(ovmf_parse("t", bytes, IMAGE_SIZE, &ovmf, &error));
	assert_true(measure_ovmf(&ovmf, &options, &image, &error));
	options.image_only = false;
	assert_true(measure_ovmf(&ovmf, &options, &whole, &error));
	options.image_digest = image.digest[0];
	assert_true(measure_ovmf(&ovmf, &options, &rest, &error));
	assert_memory_equal(whole.digest[0], rest.digest[0], 48);
	assert_int_equal(whole.page_steps, rest.page_steps + IMAGE_SIZE / 4096);
	measurement_free(&image);
	measurement_free(&whole);
	measurement_free(&rest);
	free(bytes);
}

static void broken_images(void **state)
{
	static const struct {
		size_t offset; /* of the image, or from METADATA_AT */
		bool metadata;
		uint32_t value;
		const char *part;
	} bad[] = {
		{IMAGE_SIZE - 48, false, 0, "no OVMF table footer"},
		{IMAGE_SIZE - 50, false, 0x82de0011, "table size"},
		{IMAGE_SIZE - 50, false, 0x82deffff, "table size"},
		{IMAGE_SIZE - 68, false, 0x71de0001, "entry size"},
		{IMAGE_SIZE - 68, false, 0x71deffff, "entry size"},
		{0, true, 0, "not ASEV"},
		{4, true, 16, "length"},
		{4, true, 0xffffffff, "length"},
		{8, true, 2, "version"},
		{12, true, 0xffffffff, "256"},
		{16, true, 0x800800, "4096"},
		{20, true, 0, "4096"},
		{20, true, 0xfffff000, "4096"},
		{20, true, 0x10001000, "more than 256 MiB"},
		{24, true, 5, "not known"},
		{24, true, 2, "one page"},
		{28, true, 0x808000, "overlap"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t *bytes = new_image();
		struct ovmf ovmf;
		struct error error;

		put32(bytes + (bad[i].metadata ? METADATA_AT : 0) + bad[i].offset, bad[i].value);
		if (ovmf_parse("t", bytes, IMAGE_SIZE, &ovmf, &error))
			fail_msg("case %zu (%s) accepted", i, bad[i].part);
		if (!strstr(error.text, bad[i].part))
			fail_msg("case %zu: '%s' does not say '%s'", i, error.text, bad[i].part);
		free(bytes);
	}
}

static void not_for_kernels(void **state)
{
	const struct sev_hashes_input hashes = {.command_line = ""};
	struct measure_ovmf_options options = {
		.vmm = &vmm_qemu, .vcpus = 1, .sev_features = 1, .vmsa_gpa = IGVM_SNP_VMSA_GPA_KVM, .hashes = &hashes};
	uint8_t *bytes = new_image();
	struct measurement measurement;
	struct ovmf ovmf;
	struct error error;

	(void)state;
	put32(bytes + METADATA_AT + 12, 5); /* without the section of kernel hashes */
	assert_true(ovmf_parse("t", bytes, IMAGE_SIZE, &ovmf, &error));
	assert_false(measure_ovmf(&ovmf, &options, &measurement, &error));
	assert_non_null(strstr(error.text, "AmdSev"));
	measurement_free(&measurement);
	assert_true(ovmf_parse("t", bytes, IMAGE_SIZE, &ovmf, &error));
	ovmf.has_reset_eip = false;
	options.hashes = NULL;
	options.vcpus = 2;
	assert_false(measure_ovmf(&ovmf, &options, &measurement, &error));
	assert_non_null(strstr(error.text, "reset block"));
	measurement_free(&measurement);
	free(bytes);
}

static void cpu_models(void **state)
{
	static const struct {
		const char *name;
		uint32_t signature;
	} good[] = {
		{"EPYC-v4", 0x800f12},	     {"epyc", 0x800f12},   {"EPYC-IBPB", 0x800f12},
		{"EPYC-Rome-v3", 0x830f10},  {"Rome", 0x830f10},   {"Milan", 0xa00f11},
		{"EPYC-Milan-v2", 0xa00f11}, {"Genoa", 0xa10f10},  {"EPYC-Genoa", 0xa10f10},
		{"EPYC-Turin", 0xb00f00},    {"23:1:2", 0x800f12}, {"0x800f12", 0x800f12},
		{"25:17:0", 0xa10f10},
	};
	static const char *const bad[] = {"",	  "EPYC-v0", "EPYC-v99", "EPYC-v4x", "EPYC-IBPB-v1", "Naples",
					  "23:1", "300:1:1", "23:1:16",	 "0x",	     "0x123456789",  "25:1:1 "};
	uint32_t signature;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!cpu_model_parse(good[i].name, &signature) || signature != good[i].signature)
			fail_msg("%s", good[i].name);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (cpu_model_parse(bad[i], &signature))
			fail_msg("'%s' accepted", bad[i]);
	}
}

/* GCE measures VMSAs at the end of what the CPU can address; the others at KVM's place. */
static void vmsa_places(void **state)
{
	static const struct {
		const char *mode, *model;
		uint64_t gpa;
	} cases[] = {
		{"qemu", "EPYC-Genoa", 0xfffffffff000},
		{"qemu", "EPYC-Turin", 0xfffffffff000},
		{"ec2", "EPYC-Genoa", 0xfffffffff000},
		{"gce", "EPYC-Milan", 0xfffffffff000},
		{"gce", "EPYC-Genoa", 0xffffffffff000},
		{"gce", "25:160:0", 0},
		{"gce", "EPYC-Turin", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t signature;

		assert_true(cpu_model_parse(cases[i].model, &signature));
		if (vmm_vmsa_gpa(vmm_find(cases[i].mode), signature) != cases[i].gpa)
			fail_msg("case %zu", i);
	}
}

int test_ovmf_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published),	   cmocka_unit_test(split_digest), cmocka_unit_test(broken_images),
		cmocka_unit_test(not_for_kernels), cmocka_unit_test(cpu_models),   cmocka_unit_test(vmsa_places),
	};

	return cmocka_run_group_tests_name("OVMF images", tests, NULL, NULL);
}
