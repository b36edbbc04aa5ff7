/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Races for a page that becomes a VMSA. In each round the first CPU creates a virtual CPU with it while the second
 * makes another call that names it, a little earlier or later each time. If CREATE_VCPU succeeds, what is in the page
 * must be what the first CPU wrote: no other call may have changed it behind the SVSM's back.
 */
#include "abi.h"
#include "bytes.h"
#include "check.h"
#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "freestanding_string.h"
#include "memory.h"
#include "pvalidate.h"
#include "second_cpu.h"
#include "svsm_call.h"
#include "tpm_wire.h"
#include "vcpu.h"
#include "vcpu_checks.h"
#include "vtpm.h"

#define ROUNDS 1000u
#define RACE_MS 20000u /* enough rounds on a machine that has no processor for each of ours */
#define PHASES 97u
#define PHASE_PAUSES 200u
#define RETRY_BYTES 14u /* of TPM_RC_RETRY; a real response goes beyond `vmpl`, which is not 2 then */
#define CC_PCR_READ 0x17eu
#define ALG_SHA256 0x000bu

static uint8_t *page, *image; /* what is raced for, and what the first CPU wrote there */
static uint64_t area;
static uint32_t apic_id;

/* Of one round */
static uint32_t pauses;
static bool second_is_there;
static uint64_t result, result_2;

static bool is_refusal(uint64_t code)
{
	return code == R_INVALID_ADDRESS || code == R_INVALID_PARAMETER;
}

static void wait(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		cpu_pause();
}

/* The second CPU's side of a round's beginning: it is there, and waits a little. */
static void second_waits(void)
{
	__atomic_store_n(&second_is_there, true, __ATOMIC_RELEASE);
	wait(pauses);
}

/* @job runs on the second CPU, and both wait, together as long in every round. */
static void start_both(void (*job)(void *), uint32_t round)
{
	pauses = round % PHASES * PHASE_PAUSES;
	__atomic_store_n(&second_is_there, false, __ATOMIC_RELEASE);
	second_cpu_begin(job, NULL);
	while (!__atomic_load_n(&second_is_there, __ATOMIC_ACQUIRE))
		cpu_pause();
	wait((PHASES - round % PHASES) * PHASE_PAUSES);
}

static void begin_round(void (*job)(void *), uint32_t round)
{
	memcpy(page, image, PAGE_BYTES);
	start_both(job, round);
}

/* VMPL0 reads a command from the page and writes a response over it, beyond `vmpl` and EFER of a VMSA. */
static void send_command(void *unused)
{
	(void)unused;
	second_waits();
	result = vtpm_call((uint64_t)page);
}

/* VMPL0 clears call_pending in the page, then the area moves back. */
static void remap(void *unused)
{
	uint8_t *own = svsm_call_area();
	struct svsm_call call = {.rax = SVSM_FUNCTION(SVSM_CORE, CORE_REMAP_CA), .rcx = (uint64_t)page};

	(void)unused;
	second_waits();
	result = svsm_call(&call);
	result_2 = R_SUCCESS;
	if (result != R_SUCCESS)
		return;
	svsm_call_use_area(page);
	call = (struct svsm_call){.rax = SVSM_FUNCTION(SVSM_CORE, CORE_REMAP_CA), .rcx = (uint64_t)own};
	/* It may be a VMSA before this call is back. */
	result_2 = svsm_call_leaving_area(&call);
	svsm_call_use_area(own);
}

/* Rescinded and validated, which also zeroes it */
static void rescind(void *unused)
{
	(void)unused;
	second_waits();
	result = pvalidate_one((uint64_t)page);
	result_2 = R_SUCCESS;
	if (result == R_SUCCESS)
		result_2 = pvalidate_one((uint64_t)page | ENTRY_VALIDATE);
}

static void create_too(void *unused)
{
	(void)unused;
	second_waits();
	result = vcpu_create((uint64_t)page, area, apic_id);
}

static void delete_too(void *unused)
{
	(void)unused;
	second_waits();
	result = vcpu_delete((uint64_t)page);
}

/* Registers, with a TPM command at the start, where nobody looks while the CPU does not run */
static bool make_image(void)
{
	struct tpm_writer out;

	vcpu_write_registers(image, second_cpu_hold, NULL, image);
	bytes_put(image + VTPM_REQ_COMMAND, 4, VTPM_SEND_COMMAND);
	image[VTPM_REQ_LOCALITY] = 0;
	tpm_command(&out, image + VTPM_REQ_DATA, 64, TPM_ST_NO_SESSIONS, CC_PCR_READ);
	tpm_put(&out, 4, 1);
	tpm_put(&out, 2, ALG_SHA256);
	tpm_put(&out, 1, 3);
	tpm_put(&out, 3, 0xff0000); /* PCR 0 to 7 */
	bytes_put(image + VTPM_REQ_SIZE, 4, out.size);
	return tpm_command_end(&out);
}

/* The page after DELETE_VCPU, from byte @from: as written, but for what both calls change. */
static bool is_image(uint32_t from)
{
	static const uint8_t no_exit[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	bytes_put(page + VMSA_EFER, 8, bytes_get64(page + VMSA_EFER) | VMSA_EFER_SVME);
	if (memcmp(page + VMSA_EXIT_CODE, no_exit, sizeof(no_exit)) != 0)
		return false;
	memcpy(page + VMSA_EXIT_CODE, image + VMSA_EXIT_CODE, sizeof(no_exit));
	return memcmp(page + from, image + from, PAGE_BYTES - from) == 0;
}

struct outcome {
	uint32_t rounds, created, refused, other_done, wrong;
};

static void report(const char *name, const struct outcome *outcome)
{
	check_equal(name, outcome->wrong, 0);
	console_printf("note: %u rounds, %u times created, %u refused, the other call done %u times\n", outcome->rounds,
		       outcome->created, outcome->refused, outcome->other_done);
}

/*
 * Races CREATE_VCPU with @other. Where @other was done before, and left registers that CREATE_VCPU takes all the same,
 * it has changed no more than @changes bytes at the start.
 */
static void race(const char *name, void (*other)(void *), uint32_t changes)
{
	uint64_t deadline = clock_deadline(RACE_MS);
	struct outcome outcome = {0};

	for (uint32_t i = 0; i < ROUNDS && !clock_passed(deadline); i++) {
		uint64_t created;

		begin_round(other, i);
		outcome.rounds++;
		created = vcpu_create((uint64_t)page, area, apic_id);
		if (!second_cpu_end()) {
			outcome.wrong++;
			break;
		}
		outcome.other_done += result == R_SUCCESS;
		outcome.created += created == R_SUCCESS;
		outcome.refused += created != R_SUCCESS;
		outcome.wrong += !is_refusal(created) && created != R_SUCCESS;
		outcome.wrong += (result != R_SUCCESS && !is_refusal(result)) || result_2 != R_SUCCESS;
		if (created != R_SUCCESS)
			continue;
		outcome.wrong += vcpu_delete((uint64_t)page) != R_SUCCESS;
		outcome.wrong += !is_image(result == R_SUCCESS ? changes : 0);
	}
	report(name, &outcome);
}

/* Both create, then both delete: one each. */
static void race_with_itself(void)
{
	uint64_t deadline = clock_deadline(RACE_MS);
	struct outcome outcome = {0};

	for (uint32_t i = 0; i < ROUNDS && !clock_passed(deadline); i++) {
		uint64_t mine;

		begin_round(create_too, i);
		outcome.rounds++;
		mine = vcpu_create((uint64_t)page, area, apic_id);
		outcome.wrong += !second_cpu_end() || !((mine == R_SUCCESS && result == R_INVALID_ADDRESS) ||
							(mine == R_INVALID_ADDRESS && result == R_SUCCESS));
		outcome.created += mine == R_SUCCESS;
		start_both(delete_too, i);
		mine = vcpu_delete((uint64_t)page);
		outcome.wrong += !second_cpu_end() ||
				 !((mine == R_SUCCESS && result == R_INVALID_PARAMETER) ||
				   (mine == R_INVALID_PARAMETER && result == R_SUCCESS)) ||
				 !is_image(0);
		outcome.refused += mine != R_SUCCESS;
		outcome.other_done += result == R_SUCCESS;
	}
	report("race: CREATE_VCPU and DELETE_VCPU on both", &outcome);
}

void checks_vcpu_races(uint32_t third)
{
	uint8_t *pages = memory_pages(3);

	apic_id = third;
	if (!check_true("races: test memory", pages != NULL))
		return;
	page = pages;
	image = pages + PAGE_BYTES;
	area = (uint64_t)(pages + 2 * PAGE_BYTES);
	result_2 = R_SUCCESS;
	if (!check_true("races: registers", make_image()))
		return;
	race("race: TPM command in the VMSA", send_command, RETRY_BYTES);
	race("race: REMAP_CA to the VMSA", remap, 1);
	race("race: PVALIDATE of the VMSA", rescind, 0);
	race_with_itself();
}
