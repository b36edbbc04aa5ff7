/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Guest-hypervisor communication (AMD 56421). Everything read from a GHCB was written by the host: it is copied once
 * and checked. Each CPU has its own GHCB page, shared with the host.
 */
#ifndef KERNEL_GHCB_H
#define KERNEL_GHCB_H

#include "abi/ghcb.h"
#include "addr.h"

#include <stdbool.h>
#include <stdint.h>

#define GHCB_TERMINATE_SET_GENERAL 0u
#define GHCB_TERMINATE_GENERAL 0u
#define GHCB_TERMINATE_PROTOCOL 1u
#define GHCB_TERMINATE_SNP 2u

/* Checks protocol version, C-bit and the features the firmware needs; terminates when the host cannot serve it. */
void ghcb_negotiate(void);

/* Hypervisor features (GHCB_FEATURE_*), the host's word. */
uint64_t ghcb_features(void);

/* Makes @page, private memory, the first CPU's GHCB page; terminates when the host does not play along. */
void ghcb_init(void *page);

/* Registers @page, which is shared already, as the current CPU's. After it ghcb_ready(). False when the host refuses.
 */
bool ghcb_register(void *page);
bool ghcb_ready(void);

_Noreturn void ghcb_terminate(unsigned int set, unsigned int reason);

/* Page state of one 4 KiB page by the MSR protocol. */
bool ghcb_set_page_state_msr(struct gpa gpa, bool shared);

/*
 * Page state of [start, end), page-aligned; in 2 MiB operations where alignment allows. The host's refusal is false;
 * then some pages may have changed.
 */
bool ghcb_set_page_state(struct gpa_range range, bool shared);

/* Port I/O of 1, 2 or 4 bytes. False when the host refuses. */
bool ghcb_in(uint16_t port, unsigned int size, uint32_t *value);
bool ghcb_out(uint16_t port, unsigned int size, uint32_t value);

/* RDMSR and WRMSR of a register the host emulates. False when the host refuses, with #GP or otherwise. */
bool ghcb_read_msr(uint32_t msr, uint64_t *value);
bool ghcb_write_msr(uint32_t msr, uint64_t value);

/*
 * SNP_GUEST_REQUEST with two shared pages. Returns false when the host broke the protocol; otherwise *exit_info_2 says
 * what happened (0 = done).
 */
bool ghcb_guest_request(struct gpa request, struct gpa response, uint64_t *exit_info_2);

/* Registers @vmsa as the registers of @vmpl of the CPU with @apic_id, to be run by ghcb_run_vmpl(). */
bool ghcb_create_vcpu(uint32_t apic_id, unsigned int vmpl, struct gpa vmsa, uint64_t sev_features);

/*
 * The host's list of APIC IDs (struct ghcb_apic_ids) into the shared page at @page. False when the host refuses or has
 * more than one page of them.
 */
bool ghcb_get_apic_ids(struct gpa page);

/* Lets the current CPU run at @vmpl until that exits to VMPL0. False when the host refused. */
bool ghcb_run_vmpl(unsigned int vmpl);

#endif
