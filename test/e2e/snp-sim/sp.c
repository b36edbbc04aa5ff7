/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp.h"

#include "cpu.h"
#include "freestanding_string.h"
#include "report.h"

#define CYCLES_PER_SECOND 2500000000ull /* about; only limits a wait */
#define ATTACH_SECONDS 60u
#define COMMAND_SECONDS 60u

static struct sp_mailbox *mailbox(void)
{
	uint64_t address = SP_MAILBOX_HPA;

	__asm__("" : "+r"(address)); /* the compiler must not know that this is no C object */
	return (struct sp_mailbox *)address;
}

void sp_wait(void)
{
	uint64_t start = cpu_tsc();

	while (__atomic_load_n(&mailbox()->magic, __ATOMIC_ACQUIRE) != SP_MAILBOX_MAGIC) {
		if (cpu_tsc() - start > ATTACH_SECONDS * CYCLES_PER_SECOND)
			report_internal("amd-sp is not there", 0);
		__asm__ volatile("pause");
	}
}

struct sp_mailbox *sp_arguments(void)
{
	memset(mailbox()->bytes, 0, sizeof(mailbox()->bytes));
	return mailbox();
}

uint32_t sp_command(uint32_t command)
{
	struct sp_mailbox *box = mailbox();
	uint32_t number = box->doorbell + 1;
	uint64_t start = cpu_tsc();

	box->command = command;
	__atomic_store_n(&box->doorbell, number, __ATOMIC_RELEASE);
	while (__atomic_load_n(&box->complete, __ATOMIC_ACQUIRE) != number) {
		if (cpu_tsc() - start > COMMAND_SECONDS * CYCLES_PER_SECOND)
			report_internal("amd-sp does not answer command", command);
		__asm__ volatile("pause");
	}
	return box->status;
}
