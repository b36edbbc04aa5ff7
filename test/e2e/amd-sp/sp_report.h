/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Attestation reports (AMD 56860, MSG_REPORT_REQ, MSG_REPORT_RSP and ATTESTATION_REPORT). */
#ifndef AMD_SP_REPORT_H
#define AMD_SP_REPORT_H

#include "sp_guest.h"
#include "sp_state.h"

/*
 * Fills the response, all of which is sent. `caller_vmpl`: of the message's key. False when the request
 * has the wrong size or OpenSSL failed; `*command_status` then is the command's status.
 */
bool sp_report_answer(const struct sp_state *state, const struct sp_guest *guest, unsigned int caller_vmpl,
		      const uint8_t *request, size_t request_size, struct snp_report_rsp *out,
		      uint32_t *command_status) MUST_CHECK;
/* An unsigned report with all that the chip and its guest say. */
void sp_report_fill(const struct sp_state *state, const struct sp_guest *guest, struct snp_report *report);
/* Signs with the VCEK; false after saying why. */
bool sp_report_sign(const struct sp_state *state, struct snp_report *report) MUST_CHECK;

#endif
