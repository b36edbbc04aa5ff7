/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest_vcpu.h"

#include "console.h"
#include "ghcb.h"
#include "guest.h"
#include "page_alloc.h"
#include "paging.h"
#include "percpu.h"
#include "rmp.h"
#include "vcpus.h"
#include "vmsa_reset.h"

#define ATTRIBUTES_LDT 0x82
#define ATTRIBUTES_TSS_BUSY 0x8b

struct snp_vmsa *guest_vcpu_new(void)
{
	struct snp_vmsa *vmsa = page_alloc_vmsa();

	if (vmsa == NULL) {
		console_printf("SVSM: guest: no page for its registers\n");
		return NULL;
	}
	vmsa_reset(vmsa);
	vmsa->vmpl = GUEST_VMPL;
	vmsa->ldtr = (struct vmsa_segment){.attributes = ATTRIBUTES_LDT, .limit = 0xffff};
	vmsa->tr = (struct vmsa_segment){.attributes = ATTRIBUTES_TSS_BUSY, .limit = 0xffff};
	return vmsa;
}

bool guest_vcpu_register(struct snp_vmsa *vmsa)
{
	struct percpu *cpu = percpu_this();

	/* No rights for VMPL2: it must not reach its own register page. */
	if (rmp_adjust_page(vmsa, RMP_PAGE_4K, GUEST_VMPL, 0, true) == RMP_RESULT_OK &&
	    ghcb_create_vcpu(cpu->apic_id, GUEST_VMPL, paging_gpa(vmsa), vmsa->sev_features)) {
		vcpus_start(cpu->index, paging_gpa(vmsa));
		return true;
	}
	console_printf("SVSM: guest: the host refuses its virtual CPU\n");
	return false;
}
