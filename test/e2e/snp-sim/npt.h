/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Nested page tables (APM 2, 15.25), one root for each VMPL. GPA bit 39 is the C-bit: PML4[1] is the guest's private
 * view, PML4[0] the shared one. Empty at first; filled by nested page faults as the RMP allows, dropped on every change
 * of it. All virtual CPUs share them. Entries are added while others run; one is changed or taken away only when all
 * have left the guest (vcpus_stop_others), and the next VMRUN finds no old translation: TCG keeps none over it.
 */
#ifndef SIM_NPT_H
#define SIM_NPT_H

#include <stdbool.h>
#include <stdint.h>

#define NPT_READ 0u
#define NPT_WRITE_OK 1u
#define NPT_EXECUTE_OK 2u

void npt_init(void);

/*
 * The root to run a VMPL with. Without guest paging every access is private, so addresses have no C-bit and mean the
 * private view. A guest that turns paging on goes on with that root until its first private access, which faults.
 */
uint64_t npt_root(unsigned int vmpl, bool paged);

/* Maps the 4 KiB (or 2 MiB) page of @gpa in a view. @rights: NPT_WRITE_OK | NPT_EXECUTE_OK. */
void npt_map(unsigned int vmpl, bool c_bit, uint64_t gpa, bool large, unsigned int rights);

/* Unmaps a page in both views of all VMPLs. */
void npt_drop(uint64_t gpa, bool large);

/* The same, but what other virtual CPUs know of a 4 KiB page stays until they leave the guest. */
void npt_drop_lazily(uint64_t gpa, bool large);

#endif
