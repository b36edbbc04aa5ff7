/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Calls to the SVSM (AMD 58019), made as Linux makes them. */
#ifndef CONFORMANCE_SVSM_CALL_H
#define CONFORMANCE_SVSM_CALL_H

#include <stdbool.h>
#include <stdint.h>

/* Registers, in and out; svsm_issue.S knows the order */
struct svsm_call {
	uint64_t rax, rcx, rdx, r8, r9;
};

enum svsm_path { SVSM_BY_MSR, SVSM_BY_GHCB };

/* Results that are no code of the SVSM: the call did not come back as it should */
#define R_TRANSPORT 0xbad00000000001ull /* the host did not confirm that VMPL0 ran */
#define R_PENDING 0xbad00000000002ull	/* the call came back with call_pending still set */
#define R_REGISTERS 0xbad00000000003ull /* a register that is no output changed */
#define R_STUCK 0xbad00000000004ull	/* still BUSY or INCOMPLETE after a minute */

#define SVSM_FUNCTION(protocol, call) ((uint64_t)(protocol) << 32 | (call))

/* Sets which page holds call_pending on this CPU. The SVSM is told by REMAP_CA, not here. */
void svsm_call_use_area(uint8_t *area);
uint8_t *svsm_call_area(void);

/* By GHCB once there is one. Repeats with the same inputs while the answer is BUSY or INCOMPLETE. Gives RAX. */
uint64_t svsm_call(struct svsm_call *call);
uint64_t svsm_call_by(enum svsm_path path, struct svsm_call *call);

/* The same for a call after which the calling area may be anything: it is not touched when the call is back. */
uint64_t svsm_call_leaving_area(struct svsm_call *call);

/* One VMGEXIT with call_pending clear: nothing may happen. */
uint64_t svsm_call_not_pending(struct svsm_call *call);

#endif
