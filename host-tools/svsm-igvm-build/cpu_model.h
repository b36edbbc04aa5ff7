/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * CPU models by their QEMU names -> CPUID function 1 EAX (family, model, stepping), which QEMU puts into RDX at reset.
 * Sources: QEMU target/i386/cpu.c, builtin_x86_defs; AMD 25481, CPUID Fn0000_0001_EAX.
 */
#ifndef IGVM_BUILD_CPU_MODEL_H
#define IGVM_BUILD_CPU_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPU_MODEL_DEFAULT "EPYC-v4"

/*
 * `text` is a name (any case, "EPYC-" may be left out, a version "-vN" may follow), FAMILY:MODEL:STEPPING in decimal,
 * or the signature itself as 0x-hexadecimal. False: neither.
 */
bool cpu_model_parse(const char *text, uint32_t *signature) __attribute__((warn_unused_result));

/* Encodes a combined family, model and stepping. False: does not fit. */
bool cpu_model_signature(unsigned family, unsigned model, unsigned stepping, uint32_t *out)
	__attribute__((warn_unused_result));

/* Name number `index` of the table, NULL behind its end. */
const char *cpu_model_name(size_t index);

#endif
