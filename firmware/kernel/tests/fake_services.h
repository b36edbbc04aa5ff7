/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Services in no time of their own: a twin of scheduler.h whose services need as long as a test says for each request,
 * by the clock of fake_guest.h. The vtpm service answers a command with "done " and the command's first byte, and logs
 * that byte when it executes the command.
 */
#ifndef KERNEL_TESTS_FAKE_SERVICES_H
#define KERNEL_TESTS_FAKE_SERVICES_H

#include "../services.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_LOG_MAX 64u

struct fake_services {
	uint64_t work_us;	/* for each request from now on */
	uint32_t answer_status; /* and its result */
	bool malformed;		/* the next answers break the message format */
	bool dies;		/* the service ends when it takes a request */
	size_t executed;
	uint8_t log[FAKE_LOG_MAX]; /* first byte of each request's payload, in the order of execution */
	uint64_t turns;
};
extern struct fake_services fake_services;

void fake_services_reset(void);

#endif
