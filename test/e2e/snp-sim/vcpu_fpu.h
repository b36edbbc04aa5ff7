/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* x87 and SSE state: the VMSA's form (APM 2, table B-4) and that of FXSAVE64 (APM 2, 11.4.4). */
#ifndef SIM_VCPU_FPU_H
#define SIM_VCPU_FPU_H

#include "abi/snp.h"

void vcpu_fpu_load(uint8_t fxsave[512], const struct snp_vmsa *vmsa);
void vcpu_fpu_store(struct snp_vmsa *vmsa, const uint8_t fxsave[512]);

#endif
