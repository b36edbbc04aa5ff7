/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Reverse map table (APM 2, 15.36.3): the truth about each page; nested page tables are a cache of it. One entry for
 * each 4 KiB page; the 512 entries of a page assigned as 2 MiB carry `large` and are changed together.
 */
#ifndef SIM_RMP_H
#define SIM_RMP_H

#include <stdbool.h>
#include <stdint.h>

struct rmp_entry {
	bool assigned; /* private to the guest */
	bool validated;
	bool vmsa;
	bool in_use; /* a VMSA whose level runs: RMP instructions and writes fail (APM 2, 15.36.12) */
	bool large;
	uint8_t permissions[4]; /* by VMPL; VMPL0 always has all */
};

extern bool rmp_small_pages; /* the host backs everything with 4 KiB pages */

/* Other virtual CPUs keep translations that RMPADJUST or PVALIDATE made wrong until they leave the guest or somebody
 * executes INVLPGB, as processors may (APM 3). */
extern bool rmp_stale_translations;

void rmp_init(void);
struct rmp_entry *rmp_at(uint64_t gpa);

/* Page state change of 4 KiB or 2 MiB by the host. Contents are lost, as private and shared memory are different. */
void rmp_assign(uint64_t gpa, bool large);
void rmp_share(uint64_t gpa, bool large);

/* Splits the 2 MiB entry that covers @gpa, as PSMASH does. */
void rmp_smash(uint64_t gpa);

/* A page the launch put there: assigned and validated. */
void rmp_launch(uint64_t gpa);

/* Drops what nested page tables know of the entry's page (or large page). */
void rmp_changed(uint64_t gpa);

/* The same for a change by the guest's own instruction. */
void rmp_changed_by_guest(uint64_t gpa);

/* The 4 KiB or 2 MiB at @gpa have a VMSA that is in use. */
bool rmp_in_use(uint64_t gpa, bool large);

#endif
