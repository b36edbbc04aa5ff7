/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Guest side of the GHCB protocol (AMD 56421): the MSR protocol, then requests in a shared page. */
#ifndef CONFORMANCE_GHCB_H
#define CONFORMANCE_GHCB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the host answered to the first requests; 0 before */
struct ghcb_host {
	uint64_t sev_info; /* raw response */
	uint64_t features;
};
extern struct ghcb_host ghcb_host;

/* One request of the MSR protocol; gives the response. The MSR holds afterwards what it held before. */
uint64_t ghcb_msr_request(uint64_t request);

/* Asks the host for SEV information and features. */
void ghcb_ask_host(void);

/* Changes a page's state with the host, by MSR protocol; false when the host refuses. */
bool ghcb_page_state(uint64_t gpa, uint64_t state);

/* The same for a 2 MiB block, by GHCB. */
bool ghcb_block_state(uint64_t gpa, uint64_t state);

/* Registers @page, which is shared already, as the current CPU's, which uses it from now on. */
bool ghcb_start(uint8_t *page);
bool ghcb_ready(void);

/* Runs VMPL0 for the call svsm_issue() makes: prepares the page, then reads the host's answer. */
void ghcb_prepare_run_vmpl(void);
bool ghcb_run_vmpl_done(void);

/* The host's list of APIC IDs into the shared page @page: u32 count, u32 ids[]. */
bool ghcb_apic_ids(uint8_t *page);

/* AP creation for VMPL2 of another CPU: @request is AP_CREATE or AP_DESTROY. */
bool ghcb_ap_creation(uint32_t apic_id, uint64_t request, uint64_t vmsa, uint64_t sev_features);

/* Stops this CPU until the host or another CPU starts it; returns when the host just likes to. */
void ghcb_reset_hold(void);

/* Port I/O; answers all ones when the host refuses. @count at most GHCB_BUFFER_BYTES. */
uint8_t ghcb_in(uint16_t port);
void ghcb_out(uint16_t port, uint8_t value);
void ghcb_out_string(uint16_t port, const uint8_t *data, size_t count);

/* Ends the virtual machine. */
_Noreturn void ghcb_terminate(uint64_t reason);

#endif
