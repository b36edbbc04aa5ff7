/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The IGVM reader against files that lie. Each file is copied to memory of its exact size for the sanitizer. */
#include "fixture.h"

#include "accept.h"

#include <stdlib.h>
#include <string.h>

/* Offsets in the fixture's file. */
#define AT_PLATFORM 24
#define AT_POLICY 48
#define AT_AREA 72
#define AT_MAP 96
#define AT_INSERT 112
#define AT_PAGE 136

static struct findings findings;

/* Strict: a warning is a refusal too. */
static bool parse_copy(const uint8_t *bytes, size_t size, struct error *error)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct igvm_file file;
	bool ok;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	memset(&findings, 0, sizeof(findings));
	ok = igvm_parse("t", copy, size, &file, &findings, error);
	assert_int_equal(ok, findings.errors == 0);
	assert_true(ok || findings.count > 0);
	igvm_file_free(&file);
	free(copy);
	return findings.count == 0;
}

static bool found(const char *scope, const char *rule, const char *part)
{
	for (size_t i = 0; i < findings.kept; i++) {
		const struct finding *item = &findings.item[i];

		if (strcmp(item->scope, scope) == 0 && (!rule || strcmp(item->rule, rule) == 0) &&
		    strstr(item->message, part))
			return true;
	}
	return false;
}

static void truncated(void **state)
{
	struct fixture fixture;
	uint32_t headers;

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	memcpy(&headers, fixture.igvm.bytes + 12, sizeof(headers));
	for (uint32_t size = 0; size < fixture.igvm.size; size += size < headers + 64 ? 1 : 997) {
		assert_false(parse_copy(fixture.igvm.bytes, size, &fixture.error));
		/* The same with a fixed header that admits it. */
		if (size >= 24) {
			uint8_t *copy = malloc(size);
			struct file_data shorter = {copy, size};

			assert_non_null(copy);
			memcpy(copy, fixture.igvm.bytes, size);
			memcpy(copy + 16, &size, sizeof(size));
			if (size >= 24 + headers)
				fixture_checksum(&shorter);
			assert_false(parse_copy(copy, size, &fixture.error));
			free(copy);
		}
	}
	fixture_close(&fixture);
}

static void changed_fields(void **state)
{
	static const struct {
		size_t offset;
		uint8_t size;
		uint64_t value;
		const char *part;
	} bad[] = {
		{0, 4, 0, "magic"},
		{4, 4, 3, "format version"},
		{8, 4, 32, "directly after"},
		{12, 4, 0xfffffff8, "variable header size"},
		{12, 4, 4, "variable header size"},
		{16, 4, 0xffffffff, "total file size"},
		{AT_PLATFORM, 4, 0x80000001, "not supported"},
		{AT_PLATFORM + 4, 4, 0xffffffff, "has length"},
		{AT_PLATFORM + 8, 4, 3, "one bit"},
		{AT_PLATFORM + 13, 1, 7, "platform type"},
		{AT_POLICY, 4, 1, "one bit"},
		{AT_INSERT, 4, IGVM_VHT_GUEST_POLICY, "in this order"},
		{AT_POLICY + 16, 4, 2, "compatibility mask"},
		{AT_POLICY + 20, 4, 1, "reserved"},
		{AT_AREA + 8, 8, 0, "size must"},
		{AT_AREA + 8, 8, 0xfffffffffffff000, "size must"},
		{AT_AREA + 20, 4, 100, "in the headers"},
		{AT_AREA + 20, 4, 0xfffff000, "leaves the file"},
		{AT_MAP + 8, 4, 9, "not declared"},
		{AT_MAP + 12, 4, 4096, "byte offset"},
		{AT_INSERT + 8, 8, 0x100000, "already claimed"},
		{AT_INSERT + 8, 8, 0xfffffffffffff000, "52-bit"},
		{AT_INSERT + 20, 4, 1, "not declared"},
		{AT_PAGE + 8, 8, 0x101000, "already claimed"},
		{AT_PAGE + 8, 8, 0x100800, "multiples of 4096"},
		{AT_PAGE + 16, 4, 0, "compatibility mask"},
		{AT_PAGE + 20, 4, 24, "in the headers"},
		{AT_PAGE + 20, 4, 0xffffffff, "leaves the file"},
		{AT_PAGE + 24, 4, 8, "unknown flags"},
		{AT_PAGE + 24, 4, 1, "2 MiB"},
		{AT_PAGE + 28, 2, 4, "data type"},
		{AT_PAGE + 30, 2, 1, "reserved"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fixture fixture;

		fixture_open(&fixture);
		fixture_build(&fixture);
		memcpy(fixture.igvm.bytes + bad[i].offset, &bad[i].value, bad[i].size);
		if (bad[i].offset >= 24)
			fixture_checksum(&fixture.igvm);
		if (parse_copy(fixture.igvm.bytes, fixture.igvm.size, &fixture.error))
			fail_msg("accepted: case %zu (%s)", i, bad[i].part);
		if (!found("format", NULL, bad[i].part))
			fail_msg("case %zu: '%s' does not say '%s'", i, findings.item[0].message, bad[i].part);
		if (findings.errors && !strstr(fixture.error.text, "offset 0x"))
			fail_msg("case %zu: no offset in '%s'", i, fixture.error.text);
		fixture_close(&fixture);
	}
}

/* Any flipped bit in the headers is noticed by the checksum. */
static void flipped_bits(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	for (size_t i = 0; i < AT_PAGE + 64; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			fixture.igvm.bytes[i] ^= (uint8_t)(1u << bit);
			assert_false(parse_copy(fixture.igvm.bytes, fixture.igvm.size, &fixture.error));
			fixture.igvm.bytes[i] ^= (uint8_t)(1u << bit);
		}
	}
	assert_true(parse_copy(fixture.igvm.bytes, fixture.igvm.size, &fixture.error));
	fixture_close(&fixture);
}

/* Every wrong header is told, not only the first. */
static void all_findings(void **state)
{
	const uint32_t flags = 8, mask = 2;
	struct fixture fixture;

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	memcpy(fixture.igvm.bytes + AT_POLICY + 16, &mask, sizeof(mask));
	memcpy(fixture.igvm.bytes + AT_PAGE + 24, &flags, sizeof(flags));
	memcpy(fixture.igvm.bytes + AT_PAGE + 32 + 24, &flags, sizeof(flags));
	fixture_checksum(&fixture.igvm);
	assert_false(parse_copy(fixture.igvm.bytes, fixture.igvm.size, &fixture.error));
	assert_int_equal(findings.count, 3);
	assert_int_equal(findings.errors, 2);
	assert_int_equal(findings.item[2].offset, AT_PAGE + 32);
	fixture_close(&fixture);
}

/* The state OpenVMM starts vCPU 0 in. */
static void enter_long_mode(struct file_data *igvm)
{
	struct snp_vmsa *vmsa = (struct snp_vmsa *)(igvm->bytes + igvm->size - SNP_PAGE_SIZE);

	vmsa->cr0 |= 0x80000000;
	vmsa->cr3 = 0x1000;
	vmsa->cr4 |= 0x20;
	vmsa->efer |= 0xd00;
	vmsa->cs.attributes = 0xa9b;
	fixture_checksum(igvm);
}

/* Read without error, refused by a loader. */
static void loader_refusals(void **state)
{
	static const struct {
		size_t offset; /* in the file, or in the VP_CONTEXT (the last header), or in the VMSA */
		enum { FILE_START, CONTEXT, VMSA } base;
		uint8_t size;
		uint64_t value;
		const char *profile, *rule, *part;
	} bad[] = {
		{AT_MAP + 12, FILE_START, 4, 24, "qemu-kvm", "memory-map-offset", "0x18"},
		{AT_MAP + 12, FILE_START, 4, 24, "snp-sim", "memory-map-offset", "0x18"},
		{AT_MAP, FILE_START, 4, IGVM_VHT_SRAT, "qemu-kvm", "header", "SRAT"},
		{AT_MAP, FILE_START, 4, IGVM_VHT_DEVICE_TREE, "qemu-kvm", "header", "DEVICE_TREE"},
		{AT_MAP, FILE_START, 4, IGVM_VHT_MADT, "cloud-hypervisor-kvm", "header", "MADT"},
		{AT_MAP, FILE_START, 4, IGVM_VHT_MADT, "snp-sim", "header", "MADT"},
		{AT_PAGE + 24, FILE_START, 4, IGVM_PAGE_SHARED, "qemu-kvm", "shared-flag", "0x100000"},
		{AT_PAGE + 28, FILE_START, 2, IGVM_PAGE_DATA_CPUID_XF, "snp-sim", "page-type", "CPUID_XF"},
		{AT_PLATFORM + 13, FILE_START, 1, 3, "qemu-kvm", "platform", "no SEV-SNP"},
		{AT_PLATFORM + 12, FILE_START, 1, 2, "openvmm-kvm", "vtl", "must be 0"},
		{8, CONTEXT, 8, 0x10000000, "qemu-kvm", "vmsa-gpa", "0xfffffffff000"},
		{24, CONTEXT, 2, 1, "openvmm-kvm", "vp-index", "vCPU 1"},
		{20, CONTEXT, 4, 0, "qemu-kvm", "vmsa-fields", "without data"},
		{offsetof(struct snp_vmsa, cr4), VMSA, 8, 0, "qemu-kvm", "vmsa-forced", "CR4"},
		{offsetof(struct snp_vmsa, cr0), VMSA, 8, 0x60000031, "qemu-kvm", "vmsa-forced", "CR0"},
		{offsetof(struct snp_vmsa, dr7), VMSA, 8, 1, "openvmm-kvm", "vmsa-forced", "DR7"},
		{offsetof(struct snp_vmsa, efer), VMSA, 8, 0, "snp-sim", "vmsa-forced", "SVME"},
		{offsetof(struct snp_vmsa, vmpl), VMSA, 1, 1, "snp-sim", "vmsa-forced", "VMPL"},
		{offsetof(struct snp_vmsa, tr) + 8, VMSA, 8, 1, "qemu-kvm", "tr-base", "TR.base"},
		{offsetof(struct snp_vmsa, sev_features), VMSA, 8, 0x29, "qemu-kvm", "sev-features",
		 "restricted-injection: not"},
		{offsetof(struct snp_vmsa, sev_features), VMSA, 8, 0x21, "qemu-kvm", "sev-features", "every host"},
		{offsetof(struct snp_vmsa, sev_features), VMSA, 8, 3, "openvmm-kvm", "sev-features", "vtom: not"},
		{offsetof(struct snp_vmsa, cr2), VMSA, 8, 1, "qemu-kvm", "vmsa-fields", "cr2"},
		{offsetof(struct snp_vmsa, spec_ctrl), VMSA, 8, 1, "qemu-kvm", "vmsa-fields", "spec_ctrl"},
		{offsetof(struct snp_vmsa, ds) + 2, VMSA, 2, 0x1c93, "qemu-kvm", "vmsa-forced", "DS attributes 0x1c93"},
		{offsetof(struct snp_vmsa, ss) + 2, VMSA, 2, 0xcf3, "cloud-hypervisor-kvm", "vmsa-forced", "CPL"},
		{offsetof(struct snp_vmsa, idtr) + 4, VMSA, 4, 0x10000, "openvmm-kvm", "vmsa-forced", "IDTR"},
		{offsetof(struct snp_vmsa, gdtr), VMSA, 2, 8, "qemu-kvm", "vmsa-forced", "GDTR"},
		{0xfff, VMSA, 1, 1, "cloud-hypervisor-kvm", "vmsa-fields", "reserved_670"},
		{offsetof(struct snp_vmsa, sev_features), VMSA, 8, 0x21, "cloud-hypervisor-kvm", "sev-features",
		 "debug-swap: not supported"},
		{offsetof(struct snp_vmsa, dr0_mask), VMSA, 8, 1, "openvmm-kvm", "vmsa-fields", "dr0_mask"},
		{offsetof(struct snp_vmsa, cr0), VMSA, 8, 0x31, "openvmm-kvm", "entry-state", "CR0 0x31"},
		{offsetof(struct snp_vmsa, cr3), VMSA, 8, 0, "openvmm-kvm", "entry-state", "long mode"},
		{offsetof(struct snp_vmsa, efer), VMSA, 8, 0x1500, "openvmm-kvm", "entry-state", "EFER 0x1500"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct profile *profile = profile_find(bad[i].profile);
		struct igvm_file file;
		struct fixture fixture;
		uint32_t headers;
		size_t at = bad[i].offset;

		fixture_open(&fixture);
		fixture_build(&fixture);
		memcpy(&headers, fixture.igvm.bytes + 12, sizeof(headers));
		if (profile->long_mode_entry)
			enter_long_mode(&fixture.igvm);
		at += bad[i].base == CONTEXT ? 24 + headers - 32 : bad[i].base == VMSA ? fixture.igvm.size - 4096 : 0;
		memset(&findings, 0, sizeof(findings));
		assert_true(igvm_parse("t", fixture.igvm.bytes, fixture.igvm.size, &file, &findings, &fixture.error));
		accept_check(&file, profile, &findings);
		assert_int_equal(findings.count, 0);
		igvm_file_free(&file);
		memcpy(fixture.igvm.bytes + at, &bad[i].value, bad[i].size);
		fixture_checksum(&fixture.igvm);
		if (!igvm_parse("t", fixture.igvm.bytes, fixture.igvm.size, &file, &findings, &fixture.error))
			fail_msg("case %zu: %s", i, fixture.error.text);
		accept_check(&file, profile, &findings);
		if (!found(bad[i].profile, bad[i].rule, bad[i].part))
			fail_msg("case %zu: no finding %s/%s about '%s' but '%s'", i, bad[i].profile, bad[i].rule,
				 bad[i].part, findings.count ? findings.item[0].message : "nothing");
		igvm_file_free(&file);
		fixture_close(&fixture);
	}
}

/* A parameter area that only the simulator refuses. */
static void area_index(void **state)
{
	static const size_t indices[] = {AT_AREA + 16, AT_MAP + 8, AT_INSERT + 20};
	const uint32_t index = 16;
	struct igvm_file file;
	struct fixture fixture;

	(void)state;
	fixture_open(&fixture);
	fixture_build(&fixture);
	for (size_t i = 0; i < sizeof(indices) / sizeof(indices[0]); i++)
		memcpy(fixture.igvm.bytes + indices[i], &index, sizeof(index));
	fixture_checksum(&fixture.igvm);
	memset(&findings, 0, sizeof(findings));
	assert_true(igvm_parse("t", fixture.igvm.bytes, fixture.igvm.size, &file, &findings, &fixture.error));
	accept_check(&file, profile_find("qemu-kvm"), &findings);
	assert_int_equal(findings.count, 0);
	accept_check(&file, profile_find("snp-sim"), &findings);
	assert_true(found("snp-sim", "area", "16"));
	igvm_file_free(&file);
	fixture_close(&fixture);
}

int test_parse_run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(truncated),	cmocka_unit_test(changed_fields),  cmocka_unit_test(flipped_bits),
		cmocka_unit_test(all_findings), cmocka_unit_test(loader_refusals), cmocka_unit_test(area_index),
	};

	return cmocka_run_group_tests_name("IGVM reader", tests, NULL, NULL);
}
