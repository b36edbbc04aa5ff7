/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Attestation protocol, what holds for every form; manifest version 0. That REPORT_DATA is the hash of nonce and
 * manifest is left to the relying party: this guest contains no cryptography. It checks that REPORT_DATA follows the
 * nonce.
 */
#include "abi.h"
#include "attest.h"
#include "bytes.h"
#include "check.h"
#include "checks.h"
#include "console.h"
#include "freestanding_string.h"
#include "memory.h"
#include "pvalidate.h"
#include "svsm_call.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define UNTOUCHED 0xd3
#define FAR_GPA 0xfffffffff000ull
#define NONCE_A 0x11
#define NONCE_B 0x22
#define TPM_ALG_RSA_BE 0x0100u /* first field of the default EK's TPMT_PUBLIC, big-endian */

static struct attest attest;
static uint64_t manifest_needed[2]; /* by call */

static void fill_outputs(void)
{
	memset(attest.report, UNTOUCHED, PAGE_BYTES);
	memset(attest.manifest, UNTOUCHED, PAGE_BYTES);
	memset(attest.certs, UNTOUCHED, PAGE_BYTES);
}

static bool outputs_untouched(void)
{
	return bytes_all(attest.report, PAGE_BYTES, UNTOUCHED) && bytes_all(attest.manifest, PAGE_BYTES, UNTOUCHED) &&
	       bytes_all(attest.certs, PAGE_BYTES, UNTOUCHED);
}

static void report_fields(void)
{
	const uint8_t *report = attest.report;

	check_true("  report version is 2 to 5",
		   bytes_get32(report + REPORT_VERSION) >= 2 && bytes_get32(report + REPORT_VERSION) <= 5);
	check_equal("  report VMPL", bytes_get32(report + REPORT_VMPL), 0);
	check_equal("  report signature algorithm", bytes_get32(report + REPORT_SIGNATURE_ALGO), 1);
	check_true("  report has REPORT_DATA", !bytes_all(report + REPORT_DATA, 64, 0));
	check_true("  report is signed", !bytes_all(report + REPORT_SIGNATURE_R, 48, 0));
	check_true("  rest of the report buffer is untouched",
		   bytes_all(report + REPORT_BYTES, PAGE_BYTES - REPORT_BYTES, UNTOUCHED));
}

static bool good(uint32_t function, const char *name)
{
	struct attest_result result;

	attest_default(&attest, NONCE_A);
	fill_outputs();
	result = attest_call(function, (uint64_t)attest.request);
	if (!check_equal(name, result.rax, R_SUCCESS))
		return false;
	check_true("  RCX is a manifest's size",
		   result.manifest_size > 0 && result.manifest_size <= ATTEST_MANIFEST_CAPACITY);
	check_equal("  RDX is 0", result.certs_size, 0);
	check_equal("  R8 is the report's size", result.report_size, REPORT_BYTES);
	if (result.manifest_size > ATTEST_MANIFEST_CAPACITY)
		return false;
	manifest_needed[function] = result.manifest_size;
	check_true("  rest of the manifest buffer is untouched",
		   bytes_all(attest.manifest + result.manifest_size, PAGE_BYTES - result.manifest_size, UNTOUCHED));
	report_fields();
	return true;
}

/* Both calls once, and their manifests compared */
static bool both_calls(uint8_t *services)
{
	const uint8_t *key = NULL;
	size_t size;

	if (!good(ATTEST_SERVICES, "SERVICES"))
		return false;
	memcpy(services, attest.manifest, PAGE_BYTES);
	size = attest_find_vtpm(services, (size_t)manifest_needed[ATTEST_SERVICES], &key);
	check_true("  manifest names the vTPM", size != 0);
	if (!good(ATTEST_SINGLE_SERVICE, "SINGLE_SERVICE"))
		return false;
	check_equal("  manifest is a TPMT_PUBLIC of an RSA key", bytes_get(attest.manifest, 2), TPM_ALG_RSA_BE);
	check_equal("  manifest is as long as in SERVICES", manifest_needed[ATTEST_SINGLE_SERVICE], size);
	check_true("  and the same key", size != 0 && memcmp(attest.manifest, key, size) == 0);
	return true;
}

static void nonce_matters(void)
{
	uint8_t before[64];

	memcpy(before, attest.report + REPORT_DATA, sizeof(before));
	attest_default(&attest, NONCE_B);
	check_equal("SINGLE_SERVICE with another nonce",
		    attest_call(ATTEST_SINGLE_SERVICE, (uint64_t)attest.request).rax, R_SUCCESS);
	check_true("  REPORT_DATA changes", memcmp(before, attest.report + REPORT_DATA, sizeof(before)) != 0);
	attest_default(&attest, NONCE_A);
	check_equal("SINGLE_SERVICE with the first nonce again",
		    attest_call(ATTEST_SINGLE_SERVICE, (uint64_t)attest.request).rax, R_SUCCESS);
	check_true("  REPORT_DATA is as before", memcmp(before, attest.report + REPORT_DATA, sizeof(before)) == 0);
}

/* A right request with one field changed, refused with @expected and without a trace in the buffers */
static void changed(const char *name, uint32_t function, unsigned int offset, unsigned int size, uint64_t value,
		    uint64_t expected)
{
	attest_default(&attest, NONCE_A);
	bytes_put(attest.request + offset, size, value);
	fill_outputs();
	check_equal(name, attest_call(function, (uint64_t)attest.request).rax, expected);
	check_true("  buffers are untouched", outputs_untouched());
}

static void too_small(const char *name, uint32_t function, unsigned int offset, uint32_t size)
{
	struct attest_result result;

	attest_default(&attest, NONCE_A);
	bytes_put(attest.request + offset, 4, size);
	fill_outputs();
	result = attest_call(function, (uint64_t)attest.request);
	check_equal(name, result.rax, R_INVALID_PARAMETER);
	check_equal("  RCX is the size needed", result.manifest_size, manifest_needed[function]);
	check_equal("  RDX is the size needed", result.certs_size, 0);
	check_equal("  R8 is the size needed", result.report_size, REPORT_BYTES);
	check_true("  buffers are untouched", outputs_untouched());
}

static void sizes(uint32_t function, const char *call)
{
	console_printf("note: sizes of %s\n", call);
	too_small("report buffer of 0", function, ATT_REPORT_SIZE, 0);
	too_small("report buffer 1 byte short", function, ATT_REPORT_SIZE, REPORT_BYTES - 1);
	too_small("manifest buffer of 0", function, ATT_MANIFEST_SIZE, 0);
	too_small("manifest buffer 1 byte short", function, ATT_MANIFEST_SIZE, (uint32_t)manifest_needed[function] - 1);
	attest_default(&attest, NONCE_A);
	bytes_put(attest.request + ATT_REPORT_SIZE, 4, REPORT_BYTES);
	bytes_put(attest.request + ATT_MANIFEST_SIZE, 4, manifest_needed[function]);
	check_equal("buffers just large enough", attest_call(function, (uint64_t)attest.request).rax, R_SUCCESS);
}

static void bad_parameters(void)
{
	static const struct {
		const char *name;
		unsigned int offset, size;
		uint64_t value;
	} cases[] = {
		{"nonce of 0 bytes", ATT_NONCE_SIZE, 2, 0},    {"nonce of 63 bytes", ATT_NONCE_SIZE, 2, 63},
		{"nonce of 65 bytes", ATT_NONCE_SIZE, 2, 65},  {"reserved field 0Ch", ATT_RESERVED_0C, 4, 1},
		{"reserved field 1Ah", ATT_RESERVED_1A, 2, 1}, {"reserved field 1Eh", ATT_RESERVED_1A + 4, 2, 0x8000},
		{"reserved field 2Ch", ATT_RESERVED_2C, 4, 1}, {"reserved field 3Ch", ATT_RESERVED_3C, 4, 0x80000000},
	};

	for (unsigned int i = 0; i < COUNT(cases); i++) {
		changed(cases[i].name, ATTEST_SERVICES, cases[i].offset, cases[i].size, cases[i].value,
			R_INVALID_PARAMETER);
		changed("  same for SINGLE_SERVICE", ATTEST_SINGLE_SERVICE, cases[i].offset, cases[i].size,
			cases[i].value, R_INVALID_PARAMETER);
	}
	changed("reserved field 54h", ATTEST_SINGLE_SERVICE, ATT_RESERVED_54, 4, 1, R_INVALID_PARAMETER);
	changed("unknown service", ATTEST_SINGLE_SERVICE, ATT_GUID, 8, 0, R_INVALID_PARAMETER);
	changed("manifest version 2", ATTEST_SINGLE_SERVICE, ATT_MANIFEST_VERSION, 4, 2, R_INVALID_PARAMETER);
	changed("highest manifest version", ATTEST_SINGLE_SERVICE, ATT_MANIFEST_VERSION, 4, UINT32_MAX,
		R_INVALID_PARAMETER);
	changed("nonce crosses a page", ATTEST_SERVICES, ATT_NONCE_GPA, 8, (uint64_t)attest.nonce + PAGE_BYTES - 63,
		R_INVALID_PARAMETER);
	changed("report not page aligned", ATTEST_SERVICES, ATT_REPORT_GPA, 8, (uint64_t)attest.report + 8,
		R_INVALID_PARAMETER);
	changed("manifest not page aligned", ATTEST_SERVICES, ATT_MANIFEST_GPA, 8, (uint64_t)attest.manifest + 2048,
		R_INVALID_PARAMETER);
}

static void certificates(void)
{
	struct attest_result result;

	attest_default(&attest, NONCE_A);
	bytes_put(attest.request + ATT_CERTS_GPA, 8, (uint64_t)attest.certs);
	bytes_put(attest.request + ATT_CERTS_SIZE, 4, ATTEST_CERTS_CAPACITY);
	fill_outputs();
	result = attest_call(ATTEST_SERVICES, (uint64_t)attest.request);
	check_equal("certificate buffer given", result.rax, R_SUCCESS);
	check_true("  RDX is at most its size", result.certs_size <= ATTEST_CERTS_CAPACITY);
	attest_default(&attest, NONCE_A);
	bytes_put(attest.request + ATT_CERTS_GPA, 8, (uint64_t)attest.certs + 16);
	bytes_put(attest.request + ATT_CERTS_SIZE, 4, ATTEST_CERTS_CAPACITY);
	fill_outputs();
	check_equal("certificates not page aligned", attest_call(ATTEST_SERVICES, (uint64_t)attest.request).rax,
		    R_INVALID_PARAMETER);
	check_true("  buffers are untouched", outputs_untouched());
}

static void addresses_in_request(uint64_t gpa, const char *where)
{
	console_printf("note: addresses %s\n", where);
	changed("report", ATTEST_SINGLE_SERVICE, ATT_REPORT_GPA, 8, gpa, R_INVALID_ADDRESS);
	changed("nonce", ATTEST_SINGLE_SERVICE, ATT_NONCE_GPA, 8, gpa, R_INVALID_ADDRESS);
	changed("manifest", ATTEST_SINGLE_SERVICE, ATT_MANIFEST_GPA, 8, gpa, R_INVALID_ADDRESS);
	attest_default(&attest, NONCE_A);
	bytes_put(attest.request + ATT_CERTS_GPA, 8, gpa);
	bytes_put(attest.request + ATT_CERTS_SIZE, 4, ATTEST_CERTS_CAPACITY);
	check_equal("certificates", attest_call(ATTEST_SINGLE_SERVICE, (uint64_t)attest.request).rax,
		    R_INVALID_ADDRESS);
	check_equal("request", attest_call(ATTEST_SINGLE_SERVICE, gpa).rax, R_INVALID_ADDRESS);
}

static void bad_addresses(void)
{
	uint8_t *page = memory_pages(1);

	addresses_in_request(platform.svsm_base, "in the SVSM");
	addresses_in_request(memory_end(), "behind all RAM");
	addresses_in_request(FAR_GPA, "far outside memory");
	attest_default(&attest, NONCE_A);
	bytes_put(attest.request + ATT_MANIFEST_GPA, 8, platform.svsm_base - PAGE_BYTES);
	bytes_put(attest.request + ATT_MANIFEST_SIZE, 4, 2 * PAGE_BYTES);
	check_equal("manifest buffer that runs into the SVSM",
		    attest_call(ATTEST_SINGLE_SERVICE, (uint64_t)attest.request).rax, R_INVALID_ADDRESS);
	changed("report buffer of 4 GiB", ATTEST_SINGLE_SERVICE, ATT_REPORT_SIZE, 4, UINT32_MAX, R_INVALID_ADDRESS);
	attest_default(&attest, NONCE_A);
	bytes_put(attest.request + ATT_CERTS_GPA, 8, (uint64_t)attest.certs);
	bytes_put(attest.request + ATT_CERTS_SIZE, 4, UINT32_MAX);
	check_equal("certificate buffer of 4 GiB", attest_call(ATTEST_SINGLE_SERVICE, (uint64_t)attest.request).rax,
		    R_INVALID_ADDRESS);
	if (page == NULL || pvalidate_one((uint64_t)page) != R_SUCCESS) {
		check_true("test page rescinded", false);
		return;
	}
	addresses_in_request((uint64_t)page, "not validated");
	check_equal("  validate", pvalidate_one((uint64_t)page | ENTRY_VALIDATE), R_SUCCESS);
}

/* A request may lie anywhere in a page, but it ends there. */
static void request_places(void)
{
	uint8_t *pages = memory_pages(2);
	uint8_t *last = pages + PAGE_BYTES - ATT_BYTES;

	if (pages == NULL)
		return;
	attest_default(&attest, NONCE_A);
	memcpy(last, attest.request, ATT_BYTES);
	check_equal("request at the end of a page", attest_call(ATTEST_SINGLE_SERVICE, (uint64_t)last).rax, R_SUCCESS);
	memcpy(last + 8, attest.request, ATT_BYTES);
	check_equal("request 8 bytes further", attest_call(ATTEST_SINGLE_SERVICE, (uint64_t)last + 8).rax,
		    R_INVALID_PARAMETER);
	memcpy(pages + 4, attest.request, ATT_BYTES);
	check_equal("request not aligned to 8", attest_call(ATTEST_SINGLE_SERVICE, (uint64_t)pages + 4).rax,
		    R_INVALID_PARAMETER);
	memcpy(svsm_call_area() + CA_BUFFER, attest.request, ATT_BYTES);
	check_equal("request in the calling area",
		    attest_call(ATTEST_SINGLE_SERVICE, (uint64_t)svsm_call_area() + CA_BUFFER).rax, R_SUCCESS);
}

void checks_attest(void)
{
	uint8_t *services = memory_pages(1);

	if (!check_true("test memory", services != NULL && attest_start(&attest)) || !both_calls(services))
		return;
	nonce_matters();
	sizes(ATTEST_SERVICES, "SERVICES");
	sizes(ATTEST_SINGLE_SERVICE, "SINGLE_SERVICE");
	bad_parameters();
	certificates();
	bad_addresses();
	request_places();
}
