/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Two CPUs that call the SVSM at the same time, all protocols. Each first learns alone what the answer to its own calls
 * is; then both call at once, and each must get its own.
 */
#include "abi.h"
#include "attest.h"
#include "bytes.h"
#include "check.h"
#include "console.h"
#include "freestanding_string.h"
#include "memory.h"
#include "pvalidate.h"
#include "second_cpu.h"
#include "svsm_call.h"
#include "tpm_wire.h"
#include "vcpu_checks.h"
#include "vtpm.h"

#define ROUNDS 200u
#define ATTEST_EVERY 8u
#define CC_HASH 0x17du
#define ALG_SHA256 0x000bu
#define RH_NULL 0x40000007u
#define COMMAND_MAX 128u
#define RESPONSE_MAX 256u
#define DATA_BYTES 48u
#define TEST_PAGES 8u

/* One CPU's calls. Its answers depend on @seed alone. */
static struct worker {
	uint8_t seed;
	uint8_t *tpm_page;
	uint8_t *pages; /* to rescind and validate */
	struct attest attest;
	uint8_t command[COMMAND_MAX];
	size_t command_size;
	uint8_t response[RESPONSE_MAX];
	size_t response_size;
	uint8_t report_data[64];
	uint32_t core, tpm, attestation, memory; /* wrong answers */
} workers[2];

static bool make_command(struct worker *worker)
{
	uint8_t data[DATA_BYTES];
	struct tpm_writer out;

	memset(data, worker->seed, sizeof(data));
	tpm_command(&out, worker->command, sizeof(worker->command), TPM_ST_NO_SESSIONS, CC_HASH);
	tpm_put_2b(&out, data, sizeof(data));
	tpm_put(&out, 2, ALG_SHA256);
	tpm_put(&out, 4, RH_NULL);
	worker->command_size = out.size;
	return tpm_command_end(&out);
}

static bool prepare(struct worker *worker, uint8_t seed)
{
	worker->seed = seed;
	worker->tpm_page = memory_pages(1);
	worker->pages = memory_pages(TEST_PAGES);
	return worker->tpm_page != NULL && worker->pages != NULL && attest_start(&worker->attest) &&
	       make_command(worker);
}

/* The TPM's answer stands in the page; its size, or 0. */
static size_t hash(struct worker *worker)
{
	size_t size;

	if (vtpm_send_at(worker->tpm_page, (uint32_t)worker->command_size, worker->command, worker->command_size) !=
	    R_SUCCESS)
		return 0;
	size = bytes_get32(worker->tpm_page + VTPM_RSP_SIZE);
	return size > RESPONSE_MAX ? 0 : size;
}

static const uint8_t *attest(struct worker *worker)
{
	attest_default(&worker->attest, worker->seed);
	memset(worker->attest.report, 0, PAGE_BYTES);
	if (attest_call(ATTEST_SINGLE_SERVICE, (uint64_t)worker->attest.request).rax != R_SUCCESS)
		return NULL;
	return worker->attest.report + REPORT_DATA;
}

static void learn(void *argument)
{
	struct worker *worker = argument;
	const uint8_t *report_data = attest(worker);

	worker->response_size = hash(worker);
	memcpy(worker->response, worker->tpm_page + VTPM_RSP_DATA, worker->response_size);
	if (report_data != NULL)
		memcpy(worker->report_data, report_data, sizeof(worker->report_data));
}

static bool query_is_right(const struct worker *worker)
{
	struct svsm_call call = {.rax = SVSM_FUNCTION(SVSM_CORE, CORE_QUERY_PROTOCOL),
				 .rcx = (uint64_t)(worker->seed & 1 ? SVSM_ATTEST : SVSM_VTPM) << 32 | 1};

	return svsm_call(&call) == R_SUCCESS && call.rcx == ((worker->seed & 1 ? 2ull : 1ull) << 32 | 1);
}

static bool memory_is_right(const struct worker *worker)
{
	memset(worker->pages, worker->seed, TEST_PAGES * PAGE_BYTES);
	return pvalidate_run(worker->pages, TEST_PAGES, 0) == R_SUCCESS &&
	       pvalidate_run(worker->pages, TEST_PAGES, ENTRY_VALIDATE) == R_SUCCESS &&
	       bytes_all(worker->pages, TEST_PAGES * PAGE_BYTES, 0);
}

static void work(void *argument)
{
	struct worker *worker = argument;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		size_t size = hash(worker);
		const uint8_t *report_data;

		worker->tpm += size != worker->response_size ||
			       memcmp(worker->tpm_page + VTPM_RSP_DATA, worker->response, size) != 0;
		worker->core += !query_is_right(worker);
		worker->memory += !memory_is_right(worker);
		if (i % ATTEST_EVERY != 0)
			continue;
		report_data = attest(worker);
		worker->attestation += report_data == NULL ||
				       memcmp(report_data, worker->report_data, sizeof(worker->report_data)) != 0;
	}
}

void checks_vcpu_load(void)
{
	struct worker *first = &workers[0], *second = &workers[1];
	uint64_t retries = second_cpu_retries();

	if (!check_true("two CPUs: test memory", prepare(first, 0x41) && prepare(second, 0x82)))
		return;
	learn(first);
	check_true("two CPUs: the second alone", second_cpu_run(learn, second));
	check_true("  each gets TPM responses of its own",
		   first->response_size != 0 && first->response_size == second->response_size &&
			   memcmp(first->response, second->response, first->response_size) != 0);
	check_true("  and REPORT_DATA of its own",
		   !bytes_all(first->report_data, sizeof(first->report_data), 0) &&
			   memcmp(first->report_data, second->report_data, sizeof(first->report_data)) != 0);
	second_cpu_begin(work, second);
	work(first);
	check_true("two CPUs at once", second_cpu_end());
	check_equal("  wrong TPM responses of the first", first->tpm, 0);
	check_equal("  wrong TPM responses of the second", second->tpm, 0);
	check_equal("  wrong core answers of the first", first->core, 0);
	check_equal("  wrong core answers of the second", second->core, 0);
	check_equal("  wrong reports of the first", first->attestation, 0);
	check_equal("  wrong reports of the second", second->attestation, 0);
	check_equal("  wrong memory of the first", first->memory, 0);
	check_equal("  wrong memory of the second", second->memory, 0);
	console_printf("note: %u rounds on two CPUs, the second had to repeat %lu calls\n", ROUNDS,
		       second_cpu_retries() - retries);
}
