/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* vTPM protocol, and that the TPM behind it is a TPM fresh from reset. */
#include "abi.h"
#include "bytes.h"
#include "check.h"
#include "checks.h"
#include "freestanding_string.h"
#include "memory.h"
#include "pvalidate.h"
#include "svsm_call.h"
#include "tpm.h"
#include "tpm_wire.h"
#include "vtpm.h"

#define DEBUG_PCR 16u
#define PT_FAMILY_INDICATOR 0x100u
#define FAMILY_2_0 0x322e3000u /* "2.0" */
#define FAR_GPA 0xfffffffff000ull
#define RANDOM_BYTES 16u

/* TPM2_GetRandom of 16 bytes, the command of most checks */
static const uint8_t get_random[] = {0x80, 0x01, 0, 0, 0, 12, 0, 0, 0x01, 0x7b, 0, RANDOM_BYTES};
#define GET_RANDOM_RESPONSE (TPM_HEADER_BYTES + 2 + RANDOM_BYTES)

static const uint8_t extend_event[TPM_SHA256_BYTES] = {
	0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
	0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
};
/* SHA-256 of 32 zero bytes and that event */
static const uint8_t extend_result[TPM_SHA256_BYTES] = {
	0x5c, 0x85, 0x95, 0x5f, 0x70, 0x92, 0x83, 0xec, 0xce, 0x2b, 0x74, 0xf1, 0xb1, 0x55, 0x29, 0x18,
	0x81, 0x9f, 0x39, 0x09, 0x11, 0x81, 0x6e, 0x7b, 0xb4, 0x66, 0x80, 0x5a, 0x38, 0xab, 0x87, 0xf3,
};

static void query(void)
{
	struct svsm_call call = {.rax = SVSM_FUNCTION(SVSM_VTPM, VTPM_QUERY), .rdx = UINT64_MAX};

	check_equal("vTPM QUERY", svsm_call(&call), R_SUCCESS);
	check_equal("  RCX: platform commands", call.rcx, 1ull << VTPM_SEND_COMMAND);
	check_equal("  RDX: features", call.rdx, 0);
}

static void fresh_tpm(void)
{
	uint8_t digest[TPM_SHA256_BYTES], first[RANDOM_BYTES], second[RANDOM_BYTES];
	uint32_t family = 0;

	check_equal("TPM command before TPM2_Startup", tpm_random(first, sizeof(first)), TPM_RC_INITIALIZE);
	check_equal("TPM2_Startup(CLEAR)", tpm_startup(), TPM_RC_SUCCESS);
	check_equal("TPM2_Startup again", tpm_startup(), TPM_RC_INITIALIZE);
	check_equal("TPM2_SelfTest", tpm_self_test(), TPM_RC_SUCCESS);
	check_equal("TPM2_GetCapability", tpm_property(PT_FAMILY_INDICATOR, &family), TPM_RC_SUCCESS);
	check_equal("  family", family, FAMILY_2_0);
	check_equal("TPM2_GetRandom", tpm_random(first, sizeof(first)), TPM_RC_SUCCESS);
	check_equal("TPM2_GetRandom again", tpm_random(second, sizeof(second)), TPM_RC_SUCCESS);
	check_true("  differs", memcmp(first, second, sizeof(first)) != 0);
	for (uint32_t i = 0; i < 10; i++) {
		if (tpm_pcr_read(i, digest) != TPM_RC_SUCCESS || !bytes_all(digest, sizeof(digest), 0)) {
			check_equal("PCR after reset is 0: index", i, UINT32_MAX);
			return;
		}
	}
	check_true("PCRs 0 to 9 are 0 after reset", true);
	check_equal("TPM2_PCR_Read", tpm_pcr_read(DEBUG_PCR, digest), TPM_RC_SUCCESS);
	check_true("  is 0", bytes_all(digest, sizeof(digest), 0));
	check_equal("TPM2_PCR_Extend", tpm_pcr_extend(DEBUG_PCR, extend_event), TPM_RC_SUCCESS);
	check_equal("TPM2_PCR_Read", tpm_pcr_read(DEBUG_PCR, digest), TPM_RC_SUCCESS);
	check_true("  is the hash of 0 and the event", memcmp(digest, extend_result, sizeof(digest)) == 0);
}

/* A request that is refused, and leaves the page as it was */
static void refused(const char *name, uint32_t command, uint8_t locality, uint32_t size)
{
	uint8_t *page = vtpm_page();

	memset(page, 0, PAGE_BYTES);
	vtpm_request(page, command, locality, size, get_random, sizeof(get_random));
	check_equal(name, vtpm_call((uint64_t)page), R_INVALID_PARAMETER);
	check_true("  page is untouched", bytes_get32(page + VTPM_REQ_COMMAND) == command &&
						  page[VTPM_REQ_LOCALITY] == locality &&
						  bytes_get32(page + VTPM_REQ_SIZE) == size &&
						  memcmp(page + VTPM_REQ_DATA, get_random, sizeof(get_random)) == 0);
}

static void bad_requests(void)
{
	refused("platform command 0", 0, 0, sizeof(get_random));
	refused("platform command 9", 9, 0, sizeof(get_random));
	refused("platform command 80000008h", 0x80000008, 0, sizeof(get_random));
	refused("locality 1", VTPM_SEND_COMMAND, 1, sizeof(get_random));
	refused("locality 255", VTPM_SEND_COMMAND, 255, sizeof(get_random));
	refused("command of 0 bytes", VTPM_SEND_COMMAND, 0, 0);
	refused("command longer than the page", VTPM_SEND_COMMAND, 0, VTPM_REQ_MAX + 1);
	refused("command of 4 GiB", VTPM_SEND_COMMAND, 0, UINT32_MAX);
}

/* Sizes that do not agree: the SVSM may refuse them, else the TPM has to. */
static void mismatch(const char *name, uint32_t size)
{
	uint8_t *page = vtpm_page();
	struct tpm_reader reader;
	uint32_t code = 0;
	uint64_t result;

	memset(page, 0, PAGE_BYTES);
	result = vtpm_send_at(page, size, get_random, sizeof(get_random));
	if (result == R_SUCCESS &&
	    tpm_response(&reader, page + VTPM_RSP_DATA, bytes_get32(page + VTPM_RSP_SIZE), TPM_ST_NO_SESSIONS, &code))
		result = code;
	check_either(name, result, TPM_RC_COMMAND_SIZE, R_INVALID_PARAMETER);
}

static bool is_random_response(const uint8_t *at)
{
	struct tpm_reader reader;
	uint32_t code;

	return bytes_get32(at + VTPM_RSP_SIZE) == GET_RANDOM_RESPONSE &&
	       tpm_response(&reader, at + VTPM_RSP_DATA, GET_RANDOM_RESPONSE, TPM_ST_NO_SESSIONS, &code) && code == 0;
}

/* The buffer is one page long; the documents do not say that it is page aligned. */
static void unaligned(void)
{
	uint8_t *pages = memory_pages(2), *at = pages + 0x10;
	uint64_t result;

	if (pages == NULL)
		return;
	result = vtpm_send_at(at, sizeof(get_random), get_random, sizeof(get_random));
	if (check_either("buffer not page aligned", result, R_SUCCESS, R_INVALID_PARAMETER) && result == R_SUCCESS)
		check_true("  response is there", is_random_response(at));
	else
		check_equal("  request is untouched", bytes_get32(at), VTPM_SEND_COMMAND);
	check_true("  bytes before it are untouched", bytes_all(pages, 0x10, 0));
}

static void place(const char *name, uint64_t gpa)
{
	check_either(name, vtpm_call(gpa), R_INVALID_ADDRESS, R_INVALID_PARAMETER);
}

static void places(void)
{
	uint8_t *page = memory_pages(1);

	place("buffer in the SVSM", platform.svsm_base);
	place("buffer in the SVSM's last page", platform.svsm_base + platform.svsm_size - PAGE_BYTES);
	place("buffer behind all RAM", memory_end());
	place("buffer far outside memory", FAR_GPA);
	place("buffer at the end of the address space", UINT64_MAX & ~(PAGE_BYTES - 1));
	if (page == NULL || pvalidate_one((uint64_t)page) != R_SUCCESS) {
		check_true("test page rescinded", false);
		return;
	}
	place("buffer not validated", (uint64_t)page);
	check_equal("  validate", pvalidate_one((uint64_t)page | ENTRY_VALIDATE), R_SUCCESS);
	check_equal("  and then it serves", vtpm_send_at(page, sizeof(get_random), get_random, sizeof(get_random)),
		    R_SUCCESS);
	check_true("  with a response", is_random_response(page));
}

void checks_vtpm(void)
{
	query();
	if (!check_true("test memory", vtpm_start()))
		return;
	bad_requests();
	fresh_tpm();
	mismatch("TPM header says less than the request", sizeof(get_random) + 1);
	mismatch("TPM header says more than the request", sizeof(get_random) - 1);
	mismatch("command shorter than a TPM header", TPM_HEADER_BYTES - 1);
	unaligned();
	places();
}
