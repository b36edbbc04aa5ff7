/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "vmsa_fields.h"

#include "abi/snp.h"

#include <string.h>

#define FIELD(kind, name, loaded)                                                                                      \
	{                                                                                                              \
#name, offsetof(struct snp_vmsa, name), sizeof(((struct snp_vmsa *)0)->name), kind, loaded             \
	}
#define SEGMENT(name) FIELD(VMSA_FIELD_SEGMENT, name, ALL)
#define NUMBER(name, loaded) FIELD(VMSA_FIELD_NUMBER, name, loaded)
#define BYTES(name, loaded) FIELD(VMSA_FIELD_BYTES, name, loaded)
#define ALL (VMSA_LOADED_QEMU | VMSA_LOADED_WIDE | VMSA_LOADED_OPENVMM)
#define WIDE (VMSA_LOADED_WIDE | VMSA_LOADED_OPENVMM)
#define KVM VMSA_LOADED_WIDE /* not OpenVMM, which refuses what it cannot pass on */

static const struct vmsa_field fields[] = {
	SEGMENT(es),
	SEGMENT(cs),
	SEGMENT(ss),
	SEGMENT(ds),
	SEGMENT(fs),
	SEGMENT(gs),
	SEGMENT(gdtr),
	SEGMENT(ldtr),
	SEGMENT(idtr),
	SEGMENT(tr),
	BYTES(pl_ssp, 0),
	BYTES(u_cet, 0),
	BYTES(reserved_0c8, 0),
	NUMBER(vmpl, 0),
	NUMBER(cpl, 0),
	BYTES(reserved_0cc, 0),
	NUMBER(efer, ALL),
	BYTES(reserved_0d8, 0),
	NUMBER(xss, WIDE),
	NUMBER(cr4, ALL),
	NUMBER(cr3, ALL),
	NUMBER(cr0, ALL),
	NUMBER(dr7, ALL),
	NUMBER(dr6, ALL),
	NUMBER(rflags, ALL),
	NUMBER(rip, ALL),
	NUMBER(dr0, WIDE),
	NUMBER(dr1, WIDE),
	NUMBER(dr2, WIDE),
	NUMBER(dr3, WIDE),
	NUMBER(dr0_mask, KVM),
	NUMBER(dr1_mask, KVM),
	NUMBER(dr2_mask, KVM),
	NUMBER(dr3_mask, KVM),
	BYTES(reserved_1c0, 0),
	NUMBER(rsp, ALL),
	NUMBER(s_cet, 0),
	NUMBER(ssp, 0),
	NUMBER(isst_addr, 0),
	NUMBER(rax, ALL),
	NUMBER(star, WIDE),
	NUMBER(lstar, WIDE),
	NUMBER(cstar, WIDE),
	NUMBER(sfmask, WIDE),
	NUMBER(kernel_gs_base, WIDE),
	NUMBER(sysenter_cs, WIDE),
	NUMBER(sysenter_esp, WIDE),
	NUMBER(sysenter_eip, WIDE),
	NUMBER(cr2, WIDE),
	BYTES(reserved_248, 0),
	NUMBER(g_pat, ALL),
	NUMBER(dbgctl, 0),
	NUMBER(br_from, 0),
	NUMBER(br_to, 0),
	NUMBER(last_excp_from, 0),
	NUMBER(last_excp_to, 0),
	BYTES(reserved_298, 0),
	NUMBER(spec_ctrl, WIDE),
	NUMBER(pkru, KVM),
	NUMBER(tsc_aux, VMSA_LOADED_OPENVMM),
	NUMBER(tsc_scale, 0),
	NUMBER(tsc_offset, 0),
	NUMBER(reg_prot_nonce, 0),
	NUMBER(rcx, ALL),
	NUMBER(rdx, ALL),
	NUMBER(rbx, ALL),
	NUMBER(reserved_320, 0),
	NUMBER(rbp, ALL),
	NUMBER(rsi, ALL),
	NUMBER(rdi, ALL),
	NUMBER(r8, ALL),
	NUMBER(r9, ALL),
	NUMBER(r10, ALL),
	NUMBER(r11, ALL),
	NUMBER(r12, ALL),
	NUMBER(r13, ALL),
	NUMBER(r14, ALL),
	NUMBER(r15, ALL),
	BYTES(reserved_380, 0),
	NUMBER(guest_exit_info_1, 0),
	NUMBER(guest_exit_info_2, 0),
	NUMBER(guest_exit_int_info, 0),
	NUMBER(guest_nrip, 0),
	NUMBER(sev_features, ALL),
	NUMBER(vintr_ctrl, 0),
	NUMBER(guest_exit_code, 0),
	NUMBER(virtual_tom, 0),
	NUMBER(tlb_id, 0),
	NUMBER(pcpu_id, 0),
	NUMBER(event_inj, 0),
	NUMBER(xcr0, ALL),
	BYTES(reserved_3f0, 0),
	NUMBER(x87_dp, WIDE),
	NUMBER(mxcsr, ALL),
	NUMBER(x87_ftw, KVM),
	NUMBER(x87_fsw, WIDE),
	NUMBER(x87_fcw, ALL),
	NUMBER(x87_fop, WIDE),
	NUMBER(x87_ds, KVM),
	NUMBER(x87_cs, KVM),
	NUMBER(x87_rip, WIDE),
	BYTES(fpreg_x87, KVM),
	BYTES(fpreg_xmm, KVM),
	BYTES(fpreg_ymm, KVM),
	BYTES(reserved_670, 0),
};

const struct vmsa_field *vmsa_field_at(size_t index)
{
	return index < sizeof(fields) / sizeof(fields[0]) ? &fields[index] : NULL;
}

uint64_t vmsa_field_number(const struct vmsa_field *field, const uint8_t *vmsa)
{
	uint64_t value = 0;

	memcpy(&value, vmsa + field->offset, field->size);
	return value;
}
