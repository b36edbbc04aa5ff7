/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "scheduler.h"

#include "attest_vtpm.h"
#include "budget.h"
#include "clock.h"
#include "cpu.h"
#include "paging.h"
#include "service_traps.h"
#include "timer.h"
#include "vtpm_commands.h"

#define START_TURN_US 100000u

static bool can_run(const struct service *service)
{
	const struct port *vtpm = &services[SERVICE_VTPM].port;

	switch (service->wait) {
	case WAIT_NOTHING:
		return true;
	case WAIT_REQUEST:
		return service->port.state == PORT_REQUESTED;
	case WAIT_VTPM_IDLE:
		return vtpm->state == PORT_IDLE || vtpm->state == PORT_DEAD;
	case WAIT_VTPM_REPLY:
		return attest_vtpm_has_reply() || vtpm->state == PORT_DEAD;
	case WAIT_NEVER:
		return false;
	}
	return false;
}

/* The service to run next: @first when it can, so that a service's own work does not delay who asks it. */
static struct service *choose(struct service *first)
{
	if (first != NULL && can_run(first))
		return first;
	for (unsigned int i = 0; i < SERVICE_COUNT; i++) {
		if (can_run(&services[i]))
			return &services[i];
	}
	return NULL;
}

static void run(struct service *service, uint64_t deadline)
{
	service->wait = WAIT_NOTHING;
	service->yields = false;
	address_space_activate(&service->space);
	user_context_load(&service->context);
	do {
		uint32_t vector;

		timer_arm(deadline);
		vector = user_enter(&service->context);
		if (vector < VECTOR_FIRST_INTERRUPT)
			timer_check_expiry();
		service_traps_handle(service, vector);
	} while (service->wait == WAIT_NOTHING && !service->yields && !clock_passed(deadline));
	user_context_save(&service->context);
	cpu_write_cr3(paging_kernel_cr3());
}

bool scheduler_start(void)
{
	for (unsigned int i = 0; i < SERVICE_COUNT; i++) {
		while (!services[i].started && can_run(&services[i]))
			run(&services[i], clock_deadline(START_TURN_US));
		if (!services[i].started)
			return false;
	}
	return true;
}

enum scheduler_result scheduler_turn(struct service *first, uint64_t deadline)
{
	struct service *next = choose(first);

	if (next == NULL)
		return SCHEDULER_STUCK;
	if (clock_passed(deadline))
		return SCHEDULER_TIME_OVER;
	run(next, deadline);
	/* A client that does not come for its reply must not block the vTPM for others. */
	vtpm_commands_collect();
	attest_vtpm_collect();
	return SCHEDULER_RAN;
}

void scheduler_background(bool guest_waits, uint64_t deadline)
{
	static uint64_t not_before;
	uint64_t start = clock_now();

	if (!guest_waits) {
		if (!clock_passed(not_before))
			return;
		deadline = clock_add(start, BACKGROUND_SLICE_US);
	}
	while (scheduler_turn(NULL, deadline) == SCHEDULER_RAN)
		continue;
	not_before = clock_now() + (clock_now() - start) * BACKGROUND_GUEST_SHARE;
}
