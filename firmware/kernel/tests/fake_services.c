/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "fake_services.h"

#include "../attest_vtpm.h"
#include "../scheduler.h"
#include "../user_memory.h"
#include "../vtpm_commands.h"
#include "fake_guest.h"
#include "freestanding_string.h"

#include <string.h>

#define ANSWER "done "

struct fake_services fake_services;
struct service services[SERVICE_COUNT];
struct spinlock services_lock;

static uint64_t work_left[SERVICE_COUNT];

/* Twin of freestanding_string.h's: the rest of that file would replace the C library's functions. */
void string_cleanse(void *at, size_t size)
{
	memset(at, 0, size);
}

/* A service's memory is the test's; address 0 is never there. */
bool user_memory_read(void *to, struct uva from, uint64_t size)
{
	if (from.value != 0)
		memcpy(to, (const void *)from.value, size);
	return from.value != 0;
}

bool user_memory_write(struct uva to, const void *from, uint64_t size)
{
	if (to.value != 0)
		memcpy((void *)to.value, from, size);
	return to.value != 0;
}

void fake_services_reset(void)
{
	memset(services, 0, sizeof(services));
	services_lock.held = 0;
	fake_services = (struct fake_services){.answer_status = SERVICE_OK};
}

static void answer(struct port *port)
{
	uint8_t *payload = port->message + sizeof(port->header);
	uint8_t first = payload[0];

	fake_services.log[fake_services.executed++ % FAKE_LOG_MAX] = first;
	memcpy(payload, ANSWER, sizeof(ANSWER) - 1);
	payload[sizeof(ANSWER) - 1] = first;
	port->header.size = sizeof(ANSWER) + (fake_services.malformed ? 1 : 0);
	port->header.status = fake_services.answer_status;
	port->size = (uint32_t)(sizeof(port->header) + sizeof(ANSWER));
	port->state = PORT_REPLIED;
}

enum scheduler_result scheduler_turn(struct service *first, uint64_t deadline)
{
	size_t i = (size_t)(first - services);
	struct port *port = &first->port;

	fake_services.turns++;
	if (port->state != PORT_REQUESTED && port->state != PORT_SERVING)
		return SCHEDULER_STUCK;
	if (fake_now >= deadline)
		return SCHEDULER_TIME_OVER;
	if (fake_services.dies) {
		port->state = PORT_DEAD;
		return SCHEDULER_RAN;
	}
	if (port->state == PORT_REQUESTED) {
		port->state = PORT_SERVING;
		work_left[i] = fake_services.work_us;
	}
	if (work_left[i] > deadline - fake_now) {
		work_left[i] -= deadline - fake_now;
		fake_now = deadline;
	} else {
		fake_now += work_left[i];
		answer(port);
	}
	vtpm_commands_collect();
	attest_vtpm_collect();
	return SCHEDULER_RAN;
}
