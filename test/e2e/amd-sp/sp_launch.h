/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The launch commands (AMD 56860, SNP_LAUNCH_START, SNP_LAUNCH_UPDATE, SNP_LAUNCH_FINISH). All return a SP_STATUS_
 * code and change the guest context only when it is SP_STATUS_SUCCESS.
 */
#ifndef AMD_SP_LAUNCH_H
#define AMD_SP_LAUNCH_H

#include "sp_guest.h"
#include "test/sp_mailbox.h"

#define SP_API_MAJOR 1u
#define SP_API_MINOR 55u
#define SP_API_BUILD 29u
#define SP_FMS 0x00a00f11u /* CPUID Fn1 EAX of Milan B1, which QEMU's EPYC-Milan reports */
#define SP_FAMILY 0x19u
#define SP_MODEL 0x01u
#define SP_STEPPING 0x01u

/* Forgets the guest before and begins a new one with new keys. */
uint32_t sp_launch_start(struct sp_guest *guest, uint64_t policy);
/*
 * `page`: private copy of the 4096 bytes at `gpa`. It is read for the types whose contents are measured, checked for
 * CPUID pages, filled for SECRETS pages and cleared for ZERO pages; `*write_back` says that it changed.
 */
uint32_t sp_launch_update(struct sp_guest *guest, uint64_t gpa, uint32_t type, uint8_t page[SNP_PAGE_SIZE],
			  bool *write_back);
/* `id_block` and `id_auth`: private copies, NULL when the ID block is not enabled. */
uint32_t sp_launch_finish(struct sp_guest *guest, const struct sp_launch_finish *finish,
			  const struct snp_id_block *id_block, const uint8_t id_auth[SNP_PAGE_SIZE]);

#endif
