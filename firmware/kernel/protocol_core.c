/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Protocol 0, core (AMD 58019, section 6) */
#include "svsm_call.h"

#include "budget.h"
#include "calling_area.h"
#include "clock.h"
#include "guest_memory.h"
#include "guest_pages.h"
#include "memory_map.h"
#include "percpu.h"
#include "pvalidate.h"
#include "vcpu_calls.h"

#include <stddef.h>

/* Protocols and the versions served: all of [min, max] */
static const struct {
	uint32_t protocol;
	uint32_t min, max;
} protocols[] = {
	{SVSM_PROTOCOL_CORE, 1, 1},
	{SVSM_PROTOCOL_ATTEST, 1, 2}, /* 2 adds SINGLE_SERVICE_EX */
	{SVSM_PROTOCOL_VTPM, 1, 1},
};

/* With the record of pages locked: the page must not be rescinded, or made a VMSA, between check and use. */
static uint32_t move_calling_area(struct percpu *cpu, struct gpa page)
{
	uint8_t old;

	if (!guest_memory_probe(page, PAGE_SIZE) || !calling_area_set(cpu->index, page))
		return SVSM_ERR_INVALID_ADDRESS;
	/* A flag left in the new area must not look like a call. The current area still carries this call's flag. */
	if (page.value != cpu->calling_area.value && !guest_memory_exchange(page, 0, &old)) {
		(void)calling_area_set(cpu->index, cpu->calling_area);
		return SVSM_ERR_INVALID_ADDRESS;
	}
	cpu->calling_area = page;
	return SVSM_SUCCESS;
}

static uint32_t remap_ca(struct svsm_call *call)
{
	uint32_t result;

	if (!addr_is_aligned(call->rcx, PAGE_SIZE))
		return SVSM_ERR_INVALID_PARAMETER;
	if (!guest_pages_acquire_before(clock_add(call->start, CALL_BUDGET_US)))
		return SVSM_ERR_BUSY;
	result = move_calling_area(percpu_this(), gpa_of(call->rcx));
	guest_pages_release();
	return result;
}

static uint32_t query_protocol(struct svsm_call *call)
{
	uint32_t protocol = (uint32_t)(call->rcx >> 32);
	uint32_t version = (uint32_t)call->rcx;

	call->rcx = 0;
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (protocols[i].protocol == protocol && version >= protocols[i].min && version <= protocols[i].max)
			call->rcx = (uint64_t)protocols[i].max << 32 | protocols[i].min;
	}
	return SVSM_SUCCESS;
}

static uint32_t configure_vtom(struct svsm_call *call)
{
	if ((call->rcx & SVSM_CONFIGURE_VTOM_QUERY) == 0)
		return SVSM_ERR_INVALID_REQUEST;
	call->rcx = 0; /* not supported */
	return SVSM_SUCCESS;
}

uint32_t protocol_core(struct svsm_call *call)
{
	switch (call->number) {
	case SVSM_CORE_REMAP_CA:
		return remap_ca(call);
	case SVSM_CORE_PVALIDATE:
		return pvalidate_list(gpa_of(call->rcx), call->start);
	case SVSM_CORE_CREATE_VCPU:
		return vcpu_calls_create(gpa_of(call->rcx), gpa_of(call->rdx), (uint32_t)call->r8, call->start);
	case SVSM_CORE_DELETE_VCPU:
		return vcpu_calls_delete(gpa_of(call->rcx), call->start);
	case SVSM_CORE_QUERY_PROTOCOL:
		return query_protocol(call);
	case SVSM_CORE_CONFIGURE_VTOM:
		return configure_vtom(call);
	default:
		return SVSM_ERR_UNSUPPORTED_CALL;
	}
}
