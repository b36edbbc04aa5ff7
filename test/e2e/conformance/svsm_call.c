/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "svsm_call.h"

#include "abi.h"
#include "clock.h"
#include "cpu.h"
#include "ghcb.h"

#define PATIENCE_MS 60000u

uint64_t svsm_issue(struct svsm_call *call, uint8_t *pending, bool set_pending);

uint64_t svsm_call_retries;
static uint8_t *calling_area;

void svsm_call_use_area(uint8_t *area)
{
	calling_area = area;
}

uint8_t *svsm_call_area(void)
{
	return calling_area;
}

static uint64_t issue(enum svsm_path path, struct svsm_call *call, bool set_pending)
{
	uint8_t *area = calling_area;
	uint64_t before = 0, changed;
	bool confirmed;

	if (path == SVSM_BY_MSR) {
		before = cpu_read_msr(MSR_NUMBER_GHCB);
		cpu_write_msr(MSR_NUMBER_GHCB, GHCB_REQ_RUN_VMPL);
	} else {
		ghcb_prepare_run_vmpl();
	}
	changed = svsm_issue(call, area + CA_PENDING, set_pending);
	if (path == SVSM_BY_MSR) {
		confirmed = cpu_read_msr(MSR_NUMBER_GHCB) == GHCB_RSP_RUN_VMPL;
		cpu_write_msr(MSR_NUMBER_GHCB, before);
	} else {
		confirmed = ghcb_run_vmpl_done();
	}
	if (__atomic_exchange_n(area + CA_PENDING, 0, __ATOMIC_SEQ_CST) != 0)
		call->rax = R_PENDING;
	if (!confirmed)
		call->rax = R_TRANSPORT;
	if (changed != 0)
		call->rax = R_REGISTERS;
	return call->rax;
}

uint64_t svsm_call_by(enum svsm_path path, struct svsm_call *call)
{
	const struct svsm_call input = *call;
	uint64_t deadline = clock_deadline(PATIENCE_MS);
	uint64_t result;

	for (;;) {
		result = issue(path, call, true);
		if (result != R_BUSY && result != R_INCOMPLETE)
			return result;
		if (clock_passed(deadline))
			return R_STUCK;
		svsm_call_retries++;
		*call = input;
	}
}

uint64_t svsm_call(struct svsm_call *call)
{
	return svsm_call_by(ghcb_ready() ? SVSM_BY_GHCB : SVSM_BY_MSR, call);
}

uint64_t svsm_call_not_pending(struct svsm_call *call)
{
	return issue(ghcb_ready() ? SVSM_BY_GHCB : SVSM_BY_MSR, call, false);
}
