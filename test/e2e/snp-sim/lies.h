/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * A host that lies: option "lie=NAME" has it tell one lie in a run; the names are in the lies_*.c files. "at=N" says
 * when, as each file tells, "seed=N" makes random ones differ. Every hook below is a function of one of those files and
 * changes nothing when no lie of its is told.
 */
#ifndef SIM_LIES_H
#define SIM_LIES_H

#include "abi/ghcb.h"
#include "abi/igvm.h"
#include "abi/snp.h"
#include "vcpu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the lie from the options of the run, and ends the run when there is none of that name. */
void lies_choose(const char *options, uint64_t at, uint64_t seed);

/* For the files of lies: the place of @name in @names from 1 on, 0 when it is not there. */
unsigned int lies_find(const char *name, const char *const names[], size_t count);
extern uint64_t lies_at;
uint64_t lies_random(void);
/* A lie was told: it is logged, the first few times. */
void lies_told(const char *what, uint64_t value);

/* lies_cpuid.c: the CPUID page before the AMD-SP sees it */
bool lies_cpuid_choose(const char *name);
void lies_cpuid(struct snp_cpuid_page *page);

/* lies_map.c: the memory map in a parameter area of @size bytes */
bool lies_map_choose(const char *name);
void lies_map(struct igvm_memory_map_entry *map, uint64_t size);

#endif
