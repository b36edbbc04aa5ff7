/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The ring-3 services. One CPU at a time runs them, holding services_lock; another CPU whose guest needs one answers
 * SVSM_ERR_BUSY. A service may be left at any instruction and resumed by any CPU: scheduler.h.
 */
#ifndef KERNEL_SERVICES_H
#define KERNEL_SERVICES_H

#include "address_space.h"
#include "port.h"
#include "spinlock.h"
#include "svsm/boot_info.h"
#include "user_context.h"

enum service_id {
	SERVICE_VTPM,
	SERVICE_ATTEST,
	SERVICE_COUNT,
};

/* What a service that cannot run waits for. Its system call is executed again when that has come. */
enum service_wait {
	WAIT_NOTHING,	/* it can run: its turn was over, or has not come yet */
	WAIT_REQUEST,	/* a request at its own port */
	WAIT_VTPM_IDLE, /* to ask the vTPM */
	WAIT_VTPM_REPLY,
	WAIT_NEVER, /* ended */
};

struct service {
	enum service_id id;
	const char *name;
	enum service_wait wait;
	struct address_space space;
	struct user_context context;
	struct port port;
	const uint8_t *key_templates; /* what is left to read of SERVICE_FD_KEY_TEMPLATES */
	uint64_t key_templates_left;
	bool started; /* it has asked for a request, or whether there is one */
	bool yields;  /* it has answered, or started: its turn ends */
	uint64_t brk_start, brk;
	uint64_t system_calls;
	uint64_t cpuid_traps;
	bool log_mid_line;
	size_t told_pages; /* services_tell_memory() */
};

extern struct service services[SERVICE_COUNT];
extern struct spinlock services_lock;

/* Loads the modules of @info. False with a message when one is missing or malformed. */
bool services_load(const struct boot_info *info);

/* Logs how much memory services have used at most, in steps of 64 KiB. Under services_lock. */
void services_tell_memory(void);

/* Ends @service: its port refuses everything from now on. */
void services_end(struct service *service, const char *reason);

#endif
