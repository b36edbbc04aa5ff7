/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* INVLPGB and TLBSYNC (APM 3), which TCG does not know: exits with #UD. */
#ifndef SIM_INSN_TLB_H
#define SIM_INSN_TLB_H

#include "vcpu.h"

#include <stdbool.h>

/*
 * True when the instruction at RIP is one of them and was carried out: everything is flushed on all virtual CPUs,
 * whatever INVLPGB names. Changes of the RMP reach all of them at once here, as hardware does not promise; so a guest
 * that forgets INVLPGB goes unnoticed.
 */
bool insn_tlb_handle(struct vcpu *vcpu);

#endif
