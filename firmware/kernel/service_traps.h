/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Why a service left ring 3: system calls, CPUID, interrupts, and exceptions, which end it. */
#ifndef KERNEL_SERVICE_TRAPS_H
#define KERNEL_SERVICE_TRAPS_H

#include <stdint.h>

struct service;

/*
 * Handles @vector, which user_enter() returned for @service. The host can inject any vector, so an exception is
 * believed only as far as the instruction at RIP would have raised it. The service's address space is active.
 */
void service_traps_handle(struct service *service, uint32_t vector);

#endif
