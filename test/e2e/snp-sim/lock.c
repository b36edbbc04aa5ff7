/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "lock.h"

#include <stdint.h>

/* Tickets, so that a processor whose guest exits all the time does not keep the others out */
static uint32_t next_ticket, served;

void lock_take(void)
{
	uint32_t ticket = __atomic_fetch_add(&next_ticket, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&served, __ATOMIC_ACQUIRE) != ticket)
		__asm__ volatile("pause");
}

void lock_release(void)
{
	__atomic_store_n(&served, served + 1, __ATOMIC_RELEASE);
}
