/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Fields of a GHCB page as the hypervisor reads and answers them; for the files that serve non-automatic exits. */
#ifndef SIM_GHCB_NAE_H
#define SIM_GHCB_NAE_H

#include "abi/ghcb.h"

#include <stdbool.h>

struct vcpu;

/* True when the guest marked the 8 bytes at @offset as valid. */
bool ghcb_is_valid(const struct ghcb *ghcb, size_t offset);

/* Writes the 8 bytes at @offset and marks them as valid. */
void ghcb_put(struct ghcb *ghcb, size_t offset, uint64_t value);

#define VALID(ghcb, field) ghcb_is_valid(ghcb, offsetof(struct ghcb, field))
#define PUT(ghcb, field, value) ghcb_put(ghcb, offsetof(struct ghcb, field), value)

/* EXITINFO1 and EXITINFO2 of the answer. */
void ghcb_answer(struct ghcb *ghcb, uint64_t info_1, uint64_t info_2);
void ghcb_refuse(struct ghcb *ghcb, uint64_t reason);

/* Host address of @size bytes the guest names as a buffer; NULL unless all of them are shared RAM. */
uint8_t *ghcb_shared(uint64_t gpa, uint64_t size);

/* ghcb_io.c: IOIO, and MMIO reads and writes */
void ghcb_io(struct ghcb *ghcb, uint64_t info, uint64_t count);
void ghcb_mmio(struct ghcb *ghcb, uint64_t gpa, uint64_t size, bool write);

/* ghcb_ap.c: AP creation, list of APIC ids */
void ghcb_ap_creation(struct vcpu *vcpu, struct ghcb *ghcb, uint64_t info, uint64_t vmsa_gpa);
void ghcb_get_apic_ids(struct ghcb *ghcb, uint64_t list_gpa);

/* ghcb_rdwr_msr.c */
void ghcb_rdwr_msr(struct vcpu *vcpu, struct ghcb *ghcb, bool write);

#endif
