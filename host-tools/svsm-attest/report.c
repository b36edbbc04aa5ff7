/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "report.h"

#include <string.h>

#define GUEST_POLICY_RESERVED (~0ull << 26)
#define KEY_INFO_RESERVED (~0u << 5)
#define SIGNATURE_COMPONENT_USED 48u

const struct bit_name report_platform_info_bits[] = {
	{"smt", 1u << 0},
	{"tsme", 1u << 1},
	{"ecc", 1u << 2},
	{"rapl-dis", 1u << 3},
	{"ciphertext-hiding-dram", 1u << 4},
	{"alias-check-complete", 1u << 5},
	{"iommu-write-safe", 1u << 6},
	{"tio", 1u << 7},
	{NULL, 0},
};

static bool zero(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint8_t any = 0;

	for (size_t i = 0; i < size; i++)
		any |= bytes[i];
	return any == 0;
}

uint32_t report_signing_key(const struct snp_report *fields)
{
	return fields->key_info >> SNP_KEY_INFO_SIGNING_KEY_SHIFT & SNP_KEY_INFO_SIGNING_KEY_MASK;
}

bool report_chip_id_masked(const struct snp_report *fields)
{
	return zero(fields->chip_id, sizeof(fields->chip_id));
}

uint32_t report_firmware_current(const struct snp_report *fields)
{
	return (uint32_t)fields->current_major << 16 | (uint32_t)fields->current_minor << 8 | fields->current_build;
}

uint32_t report_firmware_committed(const struct snp_report *fields)
{
	return (uint32_t)fields->committed_major << 16 | (uint32_t)fields->committed_minor << 8 |
	       fields->committed_build;
}

/* Reserved fields by version; a field that gained a meaning later is reserved before. */
static void check_reserved(const struct snp_report *f, struct findings *findings)
{
	const struct {
		const char *place;
		bool ok;
	} rules[] = {
		{"bytes 04Ch-04Fh", f->reserved_04c == 0},
		{"bytes 188h-18Ah (CPUID, version 3)",
		 f->version >= REPORT_VERSION_WITH_CPUID ||
			 (f->cpuid_family | f->cpuid_model | f->cpuid_stepping) == 0},
		{"bytes 18Bh-19Fh", zero(f->reserved_18b, sizeof(f->reserved_18b))},
		{"byte 1EBh", f->reserved_1eb == 0},
		{"byte 1EFh", f->reserved_1ef == 0},
		{"bytes 1F8h-207h (mitigation vectors, version 5)",
		 f->version >= REPORT_VERSION_WITH_MITIGATIONS || (f->launch_mit_vector | f->current_mit_vector) == 0},
		{"bytes 208h-29Fh", zero(f->reserved_208, sizeof(f->reserved_208))},
		{"bytes 330h-49Fh", zero(f->reserved_330, sizeof(f->reserved_330))},
		{"the top bytes of signature R",
		 zero(f->signature_r + SIGNATURE_COMPONENT_USED, sizeof(f->signature_r) - SIGNATURE_COMPONENT_USED)},
		{"the top bytes of signature S",
		 zero(f->signature_s + SIGNATURE_COMPONENT_USED, sizeof(f->signature_s) - SIGNATURE_COMPONENT_USED)},
		{"KEY_INFO bits 31:5", (f->key_info & KEY_INFO_RESERVED) == 0},
		{"POLICY bits 63:26", (f->policy & GUEST_POLICY_RESERVED) == 0},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		findings_check(findings, CHECK_REPORT_RESERVED, rules[i].ok, "report: %s must be zero in version %u",
			       rules[i].place, f->version);
	findings_check(findings, CHECK_REPORT_RESERVED, f->policy & SNP_POLICY_RESERVED_MBO,
		       "report: POLICY bit 17 must be one");
}

bool report_parse(const uint8_t *bytes, size_t size, struct report *out, struct findings *findings)
{
	const struct snp_report *f = &out->fields;
	uint32_t key;

	memset(out, 0, sizeof(*out));
	if (!findings_check(findings, CHECK_REPORT_SIZE, size == SNP_REPORT_SIZE,
			    "report: %zu bytes, but an SNP report has %u", size, SNP_REPORT_SIZE))
		return false;
	memcpy(out->raw, bytes, size);
	memcpy(&out->fields, bytes, size);
	if (!findings_check(findings, CHECK_REPORT_VERSION,
			    f->version >= REPORT_VERSION_MIN && f->version <= REPORT_VERSION_MAX,
			    "report: version %u is not one of %u to %u, whose layout this program knows%s", f->version,
			    REPORT_VERSION_MIN, REPORT_VERSION_MAX,
			    f->version > REPORT_VERSION_MAX ? "; a newer svsm-attest may" : ""))
		return false;
	findings_check(findings, CHECK_REPORT_ALGORITHM, f->signature_algo == SNP_SIGNATURE_ALGO_P384_SHA384,
		       "report: signature algorithm %u is not 1 (ECDSA P-384 with SHA-384)", f->signature_algo);
	check_reserved(f, findings);
	findings_check(findings, CHECK_REPORT_VMPL, f->vmpl < SNP_VMPL_COUNT || f->vmpl == REPORT_VMPL_HOST,
		       "report: VMPL %u does not exist", f->vmpl);
	key = report_signing_key(f);
	findings_check(findings, CHECK_REPORT_SIGNING_KEY,
		       key == SNP_SIGNING_KEY_VCEK || key == SNP_SIGNING_KEY_VLEK || key == SNP_SIGNING_KEY_NONE,
		       "report: signing key %u is reserved", key);
	if (f->version < REPORT_VERSION_WITH_CPUID)
		return true;
	out->product = product_from_cpuid(f->cpuid_family, f->cpuid_model);
	return findings_check(findings, CHECK_REPORT_PRODUCT, out->product != PRODUCT_UNKNOWN,
			      "report: CPU family %02xh model %02xh is not of a product line this program knows "
			      "(Milan, Genoa, Bergamo, Siena, Turin)",
			      f->cpuid_family, f->cpuid_model);
}
