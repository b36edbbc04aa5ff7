/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "svsm_call.h"

#include "abi.h"
#include "clock.h"
#include "cpu.h"
#include "cpu_local.h"
#include "ghcb.h"

#define PATIENCE_MS 60000u

uint64_t svsm_issue(struct svsm_call *call, uint8_t *pending, bool set_pending);

void svsm_call_use_area(uint8_t *area)
{
	cpu_local()->calling_area = area;
}

uint8_t *svsm_call_area(void)
{
	return cpu_local()->calling_area;
}

/* What is done with call_pending around a call */
enum flag {
	FLAG_NORMAL,
	FLAG_NOT_SET,  /* not set before */
	FLAG_NOT_READ, /* not looked at afterwards */
};

static uint64_t issue(enum svsm_path path, struct svsm_call *call, enum flag flag)
{
	uint8_t *area = cpu_local()->calling_area;
	uint64_t before = 0, changed;
	bool confirmed;

	if (path == SVSM_BY_MSR) {
		before = cpu_read_msr(MSR_NUMBER_GHCB);
		cpu_write_msr(MSR_NUMBER_GHCB, GHCB_REQ_RUN_VMPL);
	} else {
		ghcb_prepare_run_vmpl();
	}
	changed = svsm_issue(call, area + CA_PENDING, flag != FLAG_NOT_SET);
	if (path == SVSM_BY_MSR) {
		confirmed = cpu_read_msr(MSR_NUMBER_GHCB) == GHCB_RSP_RUN_VMPL;
		cpu_write_msr(MSR_NUMBER_GHCB, before);
	} else {
		confirmed = ghcb_run_vmpl_done();
	}
	if (flag != FLAG_NOT_READ && __atomic_exchange_n(area + CA_PENDING, 0, __ATOMIC_SEQ_CST) != 0)
		call->rax = R_PENDING;
	if (!confirmed)
		call->rax = R_TRANSPORT;
	if (changed != 0)
		call->rax = R_REGISTERS;
	return call->rax;
}

/* The SVSM will have it later. Interrupts, for which a kernel would look now, this guest has none. */
static bool is_later(const struct svsm_call *call, uint64_t result)
{
	return call->rax >> 32 == SVSM_ATTEST && result == R_ATTEST_LATER;
}

static uint64_t repeat(enum svsm_path path, struct svsm_call *call, enum flag flag)
{
	const struct svsm_call input = *call;
	uint64_t deadline = clock_deadline(PATIENCE_MS);
	uint64_t result;

	for (;;) {
		result = issue(path, call, flag);
		if (result != R_BUSY && result != R_INCOMPLETE && !is_later(&input, result))
			return result;
		if (clock_passed(deadline))
			return R_STUCK;
		cpu_local()->retries++;
		*call = input;
	}
}

uint64_t svsm_call_by(enum svsm_path path, struct svsm_call *call)
{
	return repeat(path, call, FLAG_NORMAL);
}

static enum svsm_path usual_path(void)
{
	return ghcb_ready() ? SVSM_BY_GHCB : SVSM_BY_MSR;
}

uint64_t svsm_call(struct svsm_call *call)
{
	return repeat(usual_path(), call, FLAG_NORMAL);
}

uint64_t svsm_call_leaving_area(struct svsm_call *call)
{
	return repeat(usual_path(), call, FLAG_NOT_READ);
}

uint64_t svsm_call_not_pending(struct svsm_call *call)
{
	return issue(usual_path(), call, FLAG_NOT_SET);
}
