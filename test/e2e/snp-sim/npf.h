/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Nested page faults: what an access means by the RMP. */
#ifndef SIM_NPF_H
#define SIM_NPF_H

#include "vcpu.h"

/*
 * Handles the fault of the last exit. True: mapped, repeat the access. False: an exception (#VC) is due for it and
 * has been delivered; with @delivering, where that is impossible, the run ends instead. A forbidden access ends the
 * run.
 */
bool npf_handle(struct vcpu *vcpu, bool delivering);

/* Ends the run: @rule is a stable identifier, @sentence says it in words. */
_Noreturn void npf_violation(struct vcpu *vcpu, const char *rule, uint64_t gpa, const char *sentence);

#endif
