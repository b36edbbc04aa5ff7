/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Derived keys (AMD 56860, MSG_KEY_REQ and MSG_KEY_RSP). */
#ifndef AMD_SP_KEY_H
#define AMD_SP_KEY_H

#include "sp_guest.h"
#include "sp_state.h"

#define SP_DERIVED_KEY_SIZE 32u

struct sp_key_req {
	uint32_t root_key_select; /* bit 0: 0 chip's key, 1 VMRK; bits 2:1: which of the chip's keys */
	uint32_t reserved;
	uint64_t guest_field_select;
	uint32_t vmpl;
	uint32_t guest_svn;
	uint8_t tcb_version[8];
};
static_assert(sizeof(struct sp_key_req) == 0x20, "MSG_KEY_REQ");

struct sp_key_rsp {
	uint32_t status;
	uint8_t reserved[28];
	uint8_t derived_key[SP_DERIVED_KEY_SIZE];
};
static_assert(sizeof(struct sp_key_rsp) == 0x40, "MSG_KEY_RSP");

/* As sp_report_answer. AMD does not publish its derivation; here it is HKDF with SHA-384 over all that was selected. */
bool sp_key_answer(const struct sp_state *state, const struct sp_guest *guest, unsigned int caller_vmpl,
		   const uint8_t *request, size_t request_size, struct sp_key_rsp *out,
		   uint32_t *command_status) MUST_CHECK;

#endif
