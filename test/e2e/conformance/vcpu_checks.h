/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Parts of checks_vcpus(), which want a second CPU that runs. */
#ifndef CONFORMANCE_VCPU_CHECKS_H
#define CONFORMANCE_VCPU_CHECKS_H

#include <stdint.h>

/* Calls of both CPUs at the same time, each with its own right answer */
void checks_vcpu_load(void);

/* Calls of both CPUs for the same pages. @apic_id: of a third CPU, which never runs. */
void checks_vcpu_races(uint32_t apic_id);

#endif
