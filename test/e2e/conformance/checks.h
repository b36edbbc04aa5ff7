/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The groups of checks, in the order they run. Facts they share are gathered by the first. */
#ifndef CONFORMANCE_CHECKS_H
#define CONFORMANCE_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

/* Filled by checks_entry() */
struct platform {
	uint64_t svsm_base, svsm_size;
};
extern struct platform platform;

/* What the firmware entered us with; before any call and without console. False: there is nothing to go on with. */
bool checks_entry(void);

/* First calls by the MSR protocol, then a GHCB; false when there is none, and so no console. */
bool checks_ghcb(void);

void checks_core(void);
void checks_remap(void);
void checks_pvalidate(void);
void checks_attest(void);
void checks_vtpm(void);
/* These need a started TPM. */
void checks_keys(void);
void checks_selector(void);
void checks_long(void);

/* CREATE_VCPU, DELETE_VCPU and calls of two CPUs at once; a note when the host has one CPU only */
void checks_vcpus(void);

#endif
