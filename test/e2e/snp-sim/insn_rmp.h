/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* PVALIDATE, RMPADJUST, RMPQUERY (APM 3), which TCG does not know: exits with #UD. */
#ifndef SIM_INSN_RMP_H
#define SIM_INSN_RMP_H

#include "vcpu.h"

#include <stdbool.h>

/* True when the instruction at RIP is one of them and was carried out. */
bool insn_rmp_handle(struct vcpu *vcpu);

#endif
