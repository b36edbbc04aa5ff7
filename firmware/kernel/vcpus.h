/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The guest's virtual CPUs: which page holds the registers (VMSA) of VMPL2 on each CPU of the machine, and which pages
 * of guest memory are VMSAs. VMPL0 could write to any page, so a VMSA that the guest gave must be out of its reach:
 * what stands in `vmpl` there decides who the guest is.
 *
 * Three rules hold that together:
 * - A page is registered first, then nobody may have it in his window (window_wait_others()), then it is looked at.
 *   guest_memory.h maps a page first and then looks here. So one of the two always sees the other.
 * - Registered pages change only with the lock of guest_pages.h held, as calling areas and validated pages do.
 * - The CPU that works with a guest's registers holds them (vcpus_take()). Whoever wants to change which page they are
 *   in, tries to hold them too, and refuses when they are in use. A CPU holds its own while it serves a call and takes
 *   any lock then; another CPU's are only tried for. So nobody waits for registers but the CPU they belong to.
 */
#ifndef KERNEL_VCPUS_H
#define KERNEL_VCPUS_H

#include "addr.h"

#include <stdbool.h>
#include <stdint.h>

/* A guest that brings a CPU up again makes a new VMSA before it deletes the old one. */
#define VCPUS_PAGES_PER_CPU 2u

/* At boot: @page of the firmware's region holds the registers on CPU @index, for ever. */
void vcpus_start(uint32_t index, struct gpa page);

/* The current registers of CPU @index become the caller's, until vcpus_release(). False when there are none. */
bool vcpus_take(uint32_t index, struct gpa *page);
void vcpus_release(uint32_t index);

/* The same for another CPU's, to change them. False when they are in use, or the firmware's. */
bool vcpus_try_hold(uint32_t index);

/* Registers @page for CPU @index. False when it has VCPUS_PAGES_PER_CPU already. */
bool vcpus_register(uint32_t index, struct gpa page);
void vcpus_unregister(struct gpa page);

/* CPU @index runs with @page from now on, or with none. The caller holds its registers. */
void vcpus_set_current(uint32_t index, struct gpa page);
void vcpus_clear_current(uint32_t index);

/* For a registered page: its CPU, and whether that runs with it. False when it is not registered. */
bool vcpus_find(struct gpa page, uint32_t *index, bool *current);

/* True when a registered page lies in the range. Needs no lock: see the first rule. */
bool vcpus_overlap(struct gpa_range range);

#endif
