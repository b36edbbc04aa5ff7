/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Exits of the guest, as an SEV-ES processor and its host would turn them into events. */
#ifndef SIM_EXITS_H
#define SIM_EXITS_H

#include "vcpu.h"

/* Runs the machine; the run ends through report_exit(). */
_Noreturn void exits_loop(struct vcpu *vcpu);

#endif
