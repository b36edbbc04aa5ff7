/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vtpm_budgets.h"

#include "abi/svsm.h"
#include "budget.h"
#include "freestanding_string.h"

#include <stddef.h>

#define WAITING_COUNT 4u /* commands of different senders that are retried at the same time */

static struct waiting {
	uint32_t size; /* 0: none */
	uint8_t bytes[SVSM_VTPM_REQUEST_MAX];
	uint64_t budget_us; /* of the next try */
	uint64_t number;    /* in order of tries */
} waiting[WAITING_COUNT];

static struct waiting *find(const uint8_t *command, uint32_t size)
{
	for (unsigned int i = 0; i < WAITING_COUNT; i++) {
		if (waiting[i].size == size && memcmp(waiting[i].bytes, command, size) == 0)
			return &waiting[i];
	}
	return NULL;
}

/* Entries that are free have number 0. */
static struct waiting *oldest(void)
{
	struct waiting *found = &waiting[0];

	for (unsigned int i = 1; i < WAITING_COUNT; i++) {
		if (waiting[i].number < found->number)
			found = &waiting[i];
	}
	return found;
}

uint64_t vtpm_budgets_get(const uint8_t *command, uint32_t size)
{
	const struct waiting *entry = find(command, size);

	return entry != NULL ? entry->budget_us : CALL_BUDGET_US;
}

void vtpm_budgets_grow(const uint8_t *command, uint32_t size)
{
	struct waiting *entry = find(command, size);
	static uint64_t tries;

	if (entry == NULL) {
		entry = oldest();
		entry->size = size;
		memcpy(entry->bytes, command, size);
		entry->budget_us = CALL_BUDGET_US;
	}
	entry->number = ++tries;
	entry->budget_us *= CALL_BUDGET_GROWTH;
	if (entry->budget_us > CALL_BUDGET_MOST_US)
		entry->budget_us = CALL_BUDGET_MOST_US;
}

void vtpm_budgets_forget(const uint8_t *command, uint32_t size)
{
	struct waiting *entry = find(command, size);

	if (entry != NULL)
		string_cleanse(entry, sizeof(*entry));
}
