/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What every VMSA that the firmware makes begins with (APM 2, 14.1.3, table 14-1). */
#ifndef KERNEL_VMSA_RESET_H
#define KERNEL_VMSA_RESET_H

#include "abi/snp.h"
#include "cpu.h"
#include "guest.h"

/* Fills @vmsa, which is zero; mode, segments and addresses are the caller's. */
static inline void vmsa_reset(struct snp_vmsa *vmsa)
{
	vmsa->efer = EFER_SVME;
	vmsa->rflags = RFLAGS_FIXED;
	vmsa->dr6 = 0xffff0ff0ull;
	vmsa->dr7 = 0x400ull;
	vmsa->g_pat = 0x0007040600070406ull;
	vmsa->xcr0 = 1;
	vmsa->mxcsr = 0x1f80;
	vmsa->x87_fcw = 0x37f;
	vmsa->x87_ftw = 0x5555;
	vmsa->sev_features = guest_sev_features();
}

#endif
