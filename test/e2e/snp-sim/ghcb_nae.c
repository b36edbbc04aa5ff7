/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Non-automatic exits: requests in a GHCB page. */
#include "ghcb_nae.h"
#include "cpuid_policy.h"
#include "freestanding_string.h"
#include "ghcb_host.h"
#include "lies.h"
#include "memory.h"
#include "npf.h"
#include "report.h"
#include "residency.h"
#include "rmp.h"
#include "sp.h"

bool ghcb_is_valid(const struct ghcb *ghcb, size_t offset)
{
	return (ghcb->valid_bitmap[offset / 64] >> (offset / 8 % 8) & 1) != 0;
}

void ghcb_put(struct ghcb *ghcb, size_t offset, uint64_t value)
{
	memcpy((uint8_t *)ghcb + offset, &value, sizeof(value));
	ghcb->valid_bitmap[offset / 64] = (uint8_t)(ghcb->valid_bitmap[offset / 64] | 1u << (offset / 8 % 8));
}

void ghcb_answer(struct ghcb *ghcb, uint64_t info_1, uint64_t info_2)
{
	PUT(ghcb, exit_info_1, info_1);
	PUT(ghcb, exit_info_2, info_2);
}

void ghcb_refuse(struct ghcb *ghcb, uint64_t reason)
{
	if (report_trace)
		report_log("ghcb refused: reason %lx version %u usage %u code %lx valid %lx\n", reason,
			   ghcb->protocol_version, ghcb->usage, ghcb->exit_code,
			   *(const uint64_t *)(ghcb->valid_bitmap + 8));
	ghcb_answer(ghcb, GHCB_INFO1_BAD_INPUT, reason);
}

uint8_t *ghcb_shared(uint64_t gpa, uint64_t size)
{
	if (size == 0 || !memory_has(gpa, size))
		return 0;
	for (uint64_t page = gpa & ~(PAGE_SIZE - 1); page < gpa + size; page += PAGE_SIZE) {
		if (rmp_at(page)->assigned)
			return 0;
	}
	return memory_guest(gpa);
}

static void cpuid(const struct vcpu *vcpu, struct ghcb *ghcb)
{
	uint32_t out[4];

	if (!VALID(ghcb, rax) || !VALID(ghcb, rcx)) {
		ghcb_refuse(ghcb, GHCB_BAD_MISSING_INPUT);
		return;
	}
	cpuid_policy(vcpu, (uint32_t)ghcb->rax, (uint32_t)ghcb->rcx, out);
	PUT(ghcb, rax, out[0]);
	PUT(ghcb, rbx, out[1]);
	PUT(ghcb, rcx, out[2]);
	PUT(ghcb, rdx, out[3]);
	ghcb_answer(ghcb, 0, 0);
}

static void page_state(struct ghcb *ghcb, uint64_t ghcb_gpa)
{
	struct ghcb_psc *psc = (struct ghcb_psc *)ghcb->shared_buffer;

	if (!VALID(ghcb, scratch) || ghcb->scratch != ghcb_gpa + offsetof(struct ghcb, shared_buffer)) {
		ghcb_refuse(ghcb, GHCB_BAD_SCRATCH);
		return;
	}
	if (psc->end_entry >= GHCB_PSC_ENTRY_MAX || psc->cur_entry > psc->end_entry) {
		ghcb_answer(ghcb, 0, 1ull << 32 | 1); /* invalid header */
		return;
	}
	for (; psc->cur_entry <= psc->end_entry; psc->cur_entry++) {
		uint64_t entry = psc->entry[psc->cur_entry];
		bool large = (entry & GHCB_PSC_ENTRY_2M) != 0;

		if (!ghcb_host_page_state(entry & GHCB_PSC_ENTRY_GFN_MASK, large,
					  entry >> GHCB_PSC_ENTRY_OP_SHIFT & 0xf)) {
			ghcb_answer(ghcb, 0, 1ull << 32 | 2); /* invalid entry */
			return;
		}
	}
	ghcb_answer(ghcb, 0, 0);
}

static void guest_request(struct vcpu *vcpu, struct ghcb *ghcb, uint64_t request, uint64_t response)
{
	uint64_t info_1 = 0, info_2;
	struct sp_mailbox *box;
	uint32_t status;

	if (((request | response) & (PAGE_SIZE - 1)) != 0 || request == response ||
	    ghcb_shared(request, PAGE_SIZE) == 0 || ghcb_shared(response, PAGE_SIZE) == 0) {
		ghcb_refuse(ghcb, GHCB_BAD_INPUT);
		return;
	}
	if (lies_sp_skips(vcpu, (struct snp_guest_message *)memory_guest(request), &info_1, &info_2)) {
		ghcb_answer(ghcb, info_1, info_2);
		return;
	}
	box = sp_arguments();
	box->guest_request.request_hpa = (uint64_t)memory_guest(request);
	box->guest_request.response_hpa = (uint64_t)memory_guest(response);
	status = sp_command(SP_GUEST_REQUEST);
	info_2 = status == SP_STATUS_BUSY ? (uint64_t)SNP_GUEST_REQ_VMM_BUSY << 32 : status;
	lies_sp(vcpu->vmpl, (const struct snp_guest_message *)memory_guest(request),
		(struct snp_guest_message *)memory_guest(response), &info_2);
	ghcb_answer(ghcb, info_1, info_2);
}

/*
 * The same with the host's certificates: RAX is where, RBX how many pages. This host has none, which is a table of one
 * entry of zeros (GHCB, SNP Extended Guest Request).
 */
static void extended_guest_request(struct vcpu *vcpu, struct ghcb *ghcb, uint64_t request, uint64_t response)
{
	uint8_t *table;

	if (!VALID(ghcb, rax) || !VALID(ghcb, rbx)) {
		ghcb_refuse(ghcb, GHCB_BAD_MISSING_INPUT);
		return;
	}
	if (ghcb->rbx != 0) {
		table = (ghcb->rax & (PAGE_SIZE - 1)) == 0 ? ghcb_shared(ghcb->rax, PAGE_SIZE) : 0;
		if (table == 0) {
			ghcb_refuse(ghcb, GHCB_BAD_INPUT);
			return;
		}
		memset(table, 0, GHCB_CERTIFICATE_ENTRY_SIZE);
	}
	guest_request(vcpu, ghcb, request, response);
}

static void run_vmpl(struct vcpu *vcpu, struct ghcb *ghcb, uint64_t vmpl)
{
	ghcb_answer(ghcb, 0, 0);
	if (lies_vmpl_skips(vcpu))
		return;
	if (vmpl >= SNP_VMPL_COUNT || vmpl == vcpu->vmpl || !vcpu_switch(vcpu, (unsigned int)vmpl, SVM_EXIT_VMGEXIT))
		ghcb_refuse(ghcb, GHCB_BAD_INPUT);
}

static void serve(struct vcpu *vcpu, struct ghcb *ghcb, uint64_t gpa)
{
	uint64_t code = ghcb->exit_code, info_1 = ghcb->exit_info_1, info_2 = ghcb->exit_info_2;
	unsigned int vmpl = vcpu->vmpl;

	if (report_trace)
		report_log("ghcb vmpl %u code %lx info %lx %lx\n", vcpu->vmpl, code, info_1, info_2);
	if (lies_nae_skips(vmpl, ghcb, code))
		return;
	switch (code) {
	case SVM_EXIT_CPUID:
		cpuid(vcpu, ghcb);
		break;
	case SVM_EXIT_IOIO:
		ghcb_io(ghcb, info_1, info_2);
		break;
	case SVM_EXIT_MSR:
		ghcb_rdwr_msr(vcpu, ghcb, info_1 != 0);
		break;
	case GHCB_EXIT_MMIO_READ:
	case GHCB_EXIT_MMIO_WRITE:
		ghcb_mmio(ghcb, info_1, info_2, code == GHCB_EXIT_MMIO_WRITE);
		break;
	case GHCB_EXIT_PSC:
		page_state(ghcb, gpa);
		break;
	case GHCB_EXIT_GUEST_REQUEST:
		guest_request(vcpu, ghcb, info_1, info_2);
		break;
	case GHCB_EXIT_EXT_GUEST_REQUEST:
		extended_guest_request(vcpu, ghcb, info_1, info_2);
		break;
	case GHCB_EXIT_AP_CREATION:
		ghcb_ap_creation(vcpu, ghcb, info_1, info_2);
		break;
	case GHCB_EXIT_GET_APIC_IDS:
		ghcb_get_apic_ids(ghcb, info_1);
		break;
	case GHCB_EXIT_AP_RESET_HOLD:
		/* Only AP creation ends it, and that with other registers */
		vcpu_current(vcpu)->held = true;
		ghcb_answer(ghcb, 0, 0);
		break;
	case GHCB_EXIT_NMI_COMPLETE:
		vcpu_current(vcpu)->nmi_blocked = false;
		ghcb_answer(ghcb, 0, 0);
		break;
	case GHCB_EXIT_RUN_VMPL:
		run_vmpl(vcpu, ghcb, info_1);
		break;
	case GHCB_EXIT_FEATURES:
		ghcb_answer(ghcb, 0, ghcb_host_features());
		break;
	default:
		ghcb_refuse(ghcb, GHCB_BAD_EVENT);
	}
	lies_nae(vmpl, ghcb, code);
}

void ghcb_host_vmgexit(struct vcpu *vcpu)
{
	struct vcpu_level *level = vcpu_current(vcpu);
	uint64_t gpa = level->ghcb_msr;
	struct ghcb *ghcb;

	if ((gpa & GHCB_MSR_INFO_MASK) != 0) {
		if (report_trace)
			report_log("ghcb msr vmpl %u %lx\n", vcpu->vmpl, gpa);
		ghcb_host_msr(vcpu);
		return;
	}
	ghcb = (struct ghcb *)ghcb_shared(gpa, PAGE_SIZE);
	if (ghcb == 0)
		npf_violation(vcpu, "ghcb-not-shared", gpa, "VMGEXIT with a GHCB that the host cannot read");
	if (!level->ghcb_registered || level->ghcb_gpa != gpa)
		ghcb_refuse(ghcb, GHCB_BAD_NOT_REGISTERED);
	/* KVM looks at the usage only, and OVMF's first phase leaves the version 0. */
	else if (ghcb->usage != 0 || ghcb->protocol_version > GHCB_PROTOCOL_MAX)
		ghcb_refuse(ghcb, GHCB_BAD_USAGE);
	else if (!VALID(ghcb, exit_code) || !VALID(ghcb, exit_info_1) || !VALID(ghcb, exit_info_2))
		ghcb_refuse(ghcb, GHCB_BAD_MISSING_INPUT);
	else
		serve(vcpu, ghcb, gpa);
}
