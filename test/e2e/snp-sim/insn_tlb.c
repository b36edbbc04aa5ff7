/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "insn_tlb.h"

#include "vcpus.h"

#define INSN_LENGTH 3u /* 0F 01 FE, 0F 01 FF */

bool insn_tlb_handle(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vcpu_current(vcpu)->vmcb;
	uint8_t bytes[INSN_LENGTH];

	if (!vcpu_fetch(vcpu, bytes, sizeof(bytes)) || bytes[0] != 0x0f || bytes[1] != 0x01 || bytes[2] < 0xfe)
		return false;
	if (vmcb->cpl != 0) {
		vcpu_inject(vcpu, 13, true, 0);
		return true;
	}
	/* Each VMRUN begins without translations */
	if (bytes[2] == 0xfe)
		vcpus_stop_others();
	vmcb->rip += INSN_LENGTH;
	return true;
}
