/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * SINGLE_SERVICE_EX with what it must refuse: one wrong value in each field of the call, of the selector and of the
 * template in it. What is wrong in a template is the TPM's to say: the SVSM's answer is the response code that the
 * guest gets from its own TPM2_CreatePrimary with the same bytes.
 */
#include "abi.h"
#include "attest.h"
#include "bytes.h"
#include "check.h"
#include "checks.h"
#include "console.h"
#include "freestanding_string.h"
#include "keys.h"
#include "memory.h"
#include "pvalidate.h"
#include "tpm_key.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define UNTOUCHED 0xd3
#define NONCE 0x44
#define FAR_GPA 0xfffffffff000ull
#define SPEC_RSA 2u /* H-1 */
#define SPEC_ECC 3u /* H-2 */
#define SPEC_SIGNING KEY_SIGNING_ECC

static struct attest attest;
static uint8_t *pages; /* the selector lies where the first two meet, or fills all */
static uint8_t *selector;
static struct tpm_blob good;

#define SELECTOR_PAGES 17u

static void prepare(void)
{
	key_template(&key_specs[SPEC_ECC], 0, &good);
	bytes_put(selector + SELECTOR_KIND, 8, SELECTOR_KIND_TEMPLATE);
	memcpy(selector + SELECTOR_TEMPLATE, good.data, good.size);
	attest_default(&attest, NONCE);
	attest_select(&attest, (uint64_t)selector, (uint32_t)(SELECTOR_TEMPLATE + good.size));
	memset(attest.report, UNTOUCHED, PAGE_BYTES);
	memset(attest.manifest, UNTOUCHED, PAGE_BYTES);
}

static bool untouched(void)
{
	return bytes_all(attest.report, PAGE_BYTES, UNTOUCHED) && bytes_all(attest.manifest, PAGE_BYTES, UNTOUCHED);
}

static void refused(const char *name, uint64_t expected)
{
	check_equal(name, attest_call(ATTEST_SINGLE_SERVICE_EX, (uint64_t)attest.request).rax, expected);
	check_true("  buffers are untouched", untouched());
}

/* A right call with one field of the structure changed */
static void changed(const char *name, unsigned int offset, unsigned int size, uint64_t value, uint64_t expected)
{
	prepare();
	bytes_put(attest.request + offset, size, value);
	refused(name, expected);
}

static void call_fields(void)
{
	changed("EX: nonce size", ATT_NONCE_SIZE, 2, 63, R_INVALID_PARAMETER);
	changed("EX: reserved field 0Ch", ATT_RESERVED_0C, 4, 1, R_INVALID_PARAMETER);
	changed("EX: reserved field 1Ah", ATT_RESERVED_1A, 2, 1, R_INVALID_PARAMETER);
	changed("EX: reserved field 2Ch", ATT_RESERVED_2C, 4, 1, R_INVALID_PARAMETER);
	changed("EX: reserved field 3Ch", ATT_RESERVED_3C, 4, 1, R_INVALID_PARAMETER);
	changed("EX: reserved field 54h", ATT_RESERVED_54, 4, 1, R_INVALID_PARAMETER);
	changed("EX: reserved field 64h", ATT_RESERVED_64, 4, 1, R_INVALID_PARAMETER);
	changed("EX: unknown service", ATT_GUID, 8, 0, R_INVALID_PARAMETER);
	changed("EX: version 1 with a selector", ATT_MANIFEST_VERSION, 4, 1, R_INVALID_PARAMETER);
	changed("EX: version 2 with a selector", ATT_MANIFEST_VERSION, 4, 2, R_INVALID_PARAMETER);
	changed("EX: report not page aligned", ATT_REPORT_GPA, 8, (uint64_t)attest.report + 8, R_INVALID_PARAMETER);
	changed("EX: report size", ATT_REPORT_SIZE, 4, UINT32_MAX, R_INVALID_ADDRESS);
	changed("EX: manifest not page aligned", ATT_MANIFEST_GPA, 8, (uint64_t)attest.manifest + 8,
		R_INVALID_PARAMETER);
	changed("EX: manifest size", ATT_MANIFEST_SIZE, 4, UINT32_MAX, R_INVALID_ADDRESS);
	changed("EX: nonce crosses a page", ATT_NONCE_GPA, 8, (uint64_t)attest.nonce + PAGE_BYTES - 63,
		R_INVALID_PARAMETER);
	changed("EX: nonce behind all RAM", ATT_NONCE_GPA, 8, memory_end(), R_INVALID_ADDRESS);
	/* Certificates have an address of 0, which is RAM */
	changed("EX: certificate size", ATT_CERTS_SIZE, 4, UINT32_MAX, R_INVALID_ADDRESS);
	changed("EX: selector in the SVSM", ATT_SELECTOR_GPA, 8, platform.svsm_base, R_INVALID_ADDRESS);
	changed("EX: selector behind all RAM", ATT_SELECTOR_GPA, 8, memory_end(), R_INVALID_ADDRESS);
	changed("EX: selector that runs out of RAM", ATT_SELECTOR_GPA, 8, memory_end() - 16, R_INVALID_ADDRESS);
	changed("EX: selector far outside memory", ATT_SELECTOR_GPA, 8, FAR_GPA, R_INVALID_ADDRESS);
	changed("EX: selector at the end of the address space", ATT_SELECTOR_GPA, 8, UINT64_MAX - 8, R_INVALID_ADDRESS);
}

static void selector_sizes(void)
{
	changed("selector of 1 byte", ATT_SELECTOR_SIZE, 4, 1, R_ATTEST_SELECTOR);
	changed("selector of 7 bytes", ATT_SELECTOR_SIZE, 4, 7, R_ATTEST_SELECTOR);
	changed("selector of a kind alone", ATT_SELECTOR_SIZE, 4, 8, R_ATTEST_SELECTOR);
	changed("selector of 4096 bytes", ATT_SELECTOR_SIZE, 4, 4096, R_ATTEST_SELECTOR);
	changed("largest selector", ATT_SELECTOR_SIZE, 4, SELECTOR_MAX, R_ATTEST_SELECTOR);
	changed("selector 1 byte longer", ATT_SELECTOR_SIZE, 4, SELECTOR_MAX + 1, R_ATTEST_SELECTOR);
	changed("selector of 4 GiB", ATT_SELECTOR_SIZE, 4, UINT32_MAX, R_ATTEST_SELECTOR);
}

static void selector_kinds(void)
{
	static const uint64_t kinds[] = {0, 2, 0x100, 1ull << 32 | 1, 1ull << 63, UINT64_MAX};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		console_printf("note: kind %lx\n", kinds[i]);
		prepare();
		bytes_put(selector + SELECTOR_KIND, 8, kinds[i]);
		refused("selector of an unknown kind", R_ATTEST_SELECTOR);
	}
}

/* The template as it is now, of which the TPM must say no, to the SVSM as to the guest */
static void template_refused(const char *name, const struct tpm_blob *template)
{
	static struct tpm_key key;
	uint32_t code = tpm_create_primary(template, &key);

	prepare();
	memcpy(selector + SELECTOR_TEMPLATE, template->data, template->size);
	attest_select(&attest, (uint64_t)selector, (uint32_t)(SELECTOR_TEMPLATE + template->size));
	if (check_true(name, code != TPM_RC_SUCCESS && code != TPM_FAILED))
		refused("  is the SVSM's answer too", R_ATTEST_TPM + code);
}

/* Places in a marshalled template with a policy of 32 bytes and AES */
#define AT_TYPE 0u
#define AT_NAME_ALGORITHM 2u
#define AT_ATTRIBUTES 4u
#define AT_POLICY_SIZE 8u
#define AT_SYMMETRIC 42u
#define AT_SYMMETRIC_BITS 44u
#define AT_SYMMETRIC_MODE 46u
#define AT_SCHEME 48u
#define AT_RSA_BITS 50u
#define AT_RSA_EXPONENT 52u
#define AT_RSA_UNIQUE 56u
#define AT_ECC_CURVE 50u
#define AT_ECC_KDF 52u
#define AT_ECC_UNIQUE_X 54u
#define AT_ECC_UNIQUE_Y 56u
/* Places in one without policy and symmetric algorithm */
#define AT_SIGNING_SCHEME 12u
#define AT_SIGNING_HASH 14u

static const struct {
	const char *name;
	uint32_t spec;
	unsigned int at, size;
	uint32_t value; /* big-endian */
} wrong_fields[] = {
	{"template: type 0", SPEC_ECC, AT_TYPE, 2, 0},
	{"template: type of a hash", SPEC_ECC, AT_TYPE, 2, 0x000b},
	{"template: RSA type before ECC fields", SPEC_ECC, AT_TYPE, 2, 0x0001},
	{"template: no name algorithm", SPEC_ECC, AT_NAME_ALGORITHM, 2, 0x0010},
	{"template: unknown name algorithm", SPEC_ECC, AT_NAME_ALGORITHM, 2, 0x7777},
	{"template: reserved attribute", SPEC_ECC, AT_ATTRIBUTES, 4, 0x000300f3},
	{"template: neither sign nor decrypt", SPEC_ECC, AT_ATTRIBUTES, 4, 0x000100f2},
	{"template: restricted, sign and decrypt", SPEC_ECC, AT_ATTRIBUTES, 4, 0x000700f2},
	{"template: fixedTPM without fixedParent", SPEC_ECC, AT_ATTRIBUTES, 4, 0x000300e2},
	{"template: no sensitiveDataOrigin", SPEC_ECC, AT_ATTRIBUTES, 4, 0x000300d2},
	{"template: policy of 31 bytes", SPEC_ECC, AT_POLICY_SIZE, 2, 31},
	{"template: policy longer than all", SPEC_ECC, AT_POLICY_SIZE, 2, 0xffff},
	{"template: no symmetric algorithm", SPEC_ECC, AT_SYMMETRIC, 2, 0x0010},
	{"template: unknown symmetric algorithm", SPEC_ECC, AT_SYMMETRIC, 2, 0x7777},
	{"template: AES of 129 bits", SPEC_ECC, AT_SYMMETRIC_BITS, 2, 129},
	{"template: AES in an unknown mode", SPEC_ECC, AT_SYMMETRIC_MODE, 2, 0x7777},
	{"template: ECDSA in a storage key", SPEC_ECC, AT_SCHEME, 2, 0x0018},
	{"template: unknown curve", SPEC_ECC, AT_ECC_CURVE, 2, 0x7777},
	{"template: no curve", SPEC_ECC, AT_ECC_CURVE, 2, 0},
	{"template: unknown key derivation", SPEC_ECC, AT_ECC_KDF, 2, 0x7777},
	{"template: x longer than all", SPEC_ECC, AT_ECC_UNIQUE_X, 2, 0xffff},
	{"template: y of 1 byte that is not there", SPEC_ECC, AT_ECC_UNIQUE_Y, 2, 1},
	{"template: RSA of 0 bits", SPEC_RSA, AT_RSA_BITS, 2, 0},
	{"template: RSA of 2047 bits", SPEC_RSA, AT_RSA_BITS, 2, 2047},
	{"template: RSA of 65535 bits", SPEC_RSA, AT_RSA_BITS, 2, 65535},
	{"template: RSA exponent 2", SPEC_RSA, AT_RSA_EXPONENT, 4, 2},
	{"template: RSA exponent of 32 bits", SPEC_RSA, AT_RSA_EXPONENT, 4, UINT32_MAX},
	{"template: RSA scheme in a storage key", SPEC_RSA, AT_SCHEME, 2, 0x0014},
	{"template: signing key with a storage scheme", SPEC_SIGNING, AT_SIGNING_SCHEME, 2, 0x0015},
	{"template: unknown scheme", SPEC_SIGNING, AT_SIGNING_SCHEME, 2, 0x7777},
	{"template: unknown hash of a scheme", SPEC_SIGNING, AT_SIGNING_HASH, 2, 0x7777},
	{"template: no hash of a scheme", SPEC_SIGNING, AT_SIGNING_HASH, 2, 0x0010},
	{"template: modulus longer than all", SPEC_RSA, AT_RSA_UNIQUE, 2, 0xffff},
};

static void put_be(uint8_t *at, unsigned int size, uint32_t value)
{
	while (size-- > 0) {
		at[size] = (uint8_t)value;
		value >>= 8;
	}
}

static void template_fields(void)
{
	static struct tpm_blob template;

	for (size_t i = 0; i < COUNT(wrong_fields); i++) {
		key_template(&key_specs[wrong_fields[i].spec], 0, &template);
		put_be(template.data + wrong_fields[i].at, wrong_fields[i].size, wrong_fields[i].value);
		template_refused(wrong_fields[i].name, &template);
	}
}

static void template_lengths(void)
{
	static struct tpm_blob template;

	key_template(&key_specs[SPEC_ECC], 0, &template);
	template.data[template.size++] = 0;
	template_refused("template: a byte behind it", &template);
	template.size = 1000;
	memset(template.data, 0xff, template.size);
	template_refused("template: 1000 bytes of FFh", &template);
	memset(template.data, 0, template.size);
	template_refused("template: 1000 bytes of 0", &template);
	key_template(&key_specs[SPEC_ECC], 0, &template);
	while (template.size > 1) {
		template.size--;
		if (template.size % 8 == 1)
			template_refused("template: cut short", &template);
	}
}

static void good_places(void)
{
	static struct tpm_blob first;
	struct attest_result result;

	prepare();
	result = attest_call(ATTEST_SINGLE_SERVICE_EX, (uint64_t)attest.request);
	check_equal("selector across a page boundary, not aligned", result.rax, R_SUCCESS);
	first.size = result.manifest_size <= sizeof(first.data) ? (size_t)result.manifest_size : 0;
	memcpy(first.data, attest.manifest, first.size);
	prepare();
	bytes_put(attest.request + ATT_MANIFEST_SIZE, 4, first.size - 1);
	result = attest_call(ATTEST_SINGLE_SERVICE_EX, (uint64_t)attest.request);
	check_equal("EX: manifest buffer 1 byte short", result.rax, R_INVALID_PARAMETER);
	check_equal("  RCX is the size needed", result.manifest_size, first.size);
	check_equal("  RDX is the size needed", result.certs_size, 0);
	check_equal("  R8 is the size needed", result.report_size, REPORT_BYTES);
	check_true("  buffers are untouched", untouched());
	prepare();
	bytes_put(attest.request + ATT_REPORT_SIZE, 4, REPORT_BYTES - 1);
	result = attest_call(ATTEST_SINGLE_SERVICE_EX, (uint64_t)attest.request);
	check_equal("EX: report buffer 1 byte short", result.rax, R_INVALID_PARAMETER);
	check_equal("  RCX is the size needed", result.manifest_size, first.size);
	check_true("  buffers are untouched", untouched());
}

/* The structure of 68h bytes ends in its page. */
static void request_places(void)
{
	uint8_t *place = memory_pages(2);

	if (place == NULL)
		return;
	prepare();
	memcpy(place + PAGE_BYTES - ATT_EX_BYTES, attest.request, ATT_EX_BYTES);
	check_equal("EX: request at the end of a page",
		    attest_call(ATTEST_SINGLE_SERVICE_EX, (uint64_t)place + PAGE_BYTES - ATT_EX_BYTES).rax, R_SUCCESS);
	prepare();
	memcpy(place + PAGE_BYTES - ATT_EX_BYTES + 8, attest.request, ATT_EX_BYTES);
	check_equal("EX: request 8 bytes further",
		    attest_call(ATTEST_SINGLE_SERVICE_EX, (uint64_t)place + PAGE_BYTES - ATT_EX_BYTES + 8).rax,
		    R_INVALID_PARAMETER);
	check_true("  buffers are untouched", untouched());
}

static void selector_not_validated(void)
{
	uint8_t *page = memory_pages(1);

	if (page == NULL || pvalidate_one((uint64_t)page) != R_SUCCESS) {
		check_true("test page rescinded", false);
		return;
	}
	changed("EX: selector not validated", ATT_SELECTOR_GPA, 8, (uint64_t)page, R_INVALID_ADDRESS);
	check_equal("  validate", pvalidate_one((uint64_t)page | ENTRY_VALIDATE), R_SUCCESS);
}

/* REPORT_DATA covers the selector: another one, with the same key and nonce, gives other REPORT_DATA. */
static void selector_is_covered(void)
{
	uint8_t plain[64];

	attest_default(&attest, NONCE);
	check_equal("EX of the default key without selector",
		    attest_call(ATTEST_SINGLE_SERVICE_EX, (uint64_t)attest.request).rax, R_SUCCESS);
	memcpy(plain, attest.report + REPORT_DATA, sizeof(plain));
	prepare();
	key_template(&key_specs[KEY_DEFAULT_EK], 0, &good);
	memcpy(selector + SELECTOR_TEMPLATE, good.data, good.size);
	attest_select(&attest, (uint64_t)selector, (uint32_t)(SELECTOR_TEMPLATE + good.size));
	check_equal("EX of the default key with its selector",
		    attest_call(ATTEST_SINGLE_SERVICE_EX, (uint64_t)attest.request).rax, R_SUCCESS);
	check_true("  REPORT_DATA differs", memcmp(plain, attest.report + REPORT_DATA, sizeof(plain)) != 0);
}

void checks_selector(void)
{
	uint32_t count = 1;

	pages = memory_pages(SELECTOR_PAGES);
	if (!check_true("test memory", pages != NULL && attest_start(&attest)))
		return;
	selector = pages + PAGE_BYTES - 13;
	good_places();
	call_fields();
	selector_sizes();
	selector_kinds();
	template_fields();
	template_lengths();
	request_places();
	selector_not_validated();
	selector_is_covered();
	check_equal("TPM2_GetCapability", tpm_count_handles(TPM_HANDLES_TRANSIENT, &count), TPM_RC_SUCCESS);
	check_equal("  no object is left", count, 0);
}
