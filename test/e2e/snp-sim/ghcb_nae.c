/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Non-automatic exits: requests in a GHCB page. */
#include "abi/ghcb.h"
#include "cpu.h"
#include "cpuid_policy.h"
#include "freestanding_string.h"
#include "ghcb_host.h"
#include "memory.h"
#include "npf.h"
#include "report.h"
#include "rmp.h"
#include "sp.h"

#define PORT_RANGE_COUNT (sizeof(ports) / sizeof(ports[0]))
#define MSR_TSC 0x10u

/* Devices of QEMU the guest may use */
static const struct {
	uint16_t first, last;
} ports[] = {{0x20, 0x21}, {0x40, 0x43}, {0x61, 0x61},	 {0x70, 0x71},	{0x80, 0x80},
	     {0xa0, 0xa1}, {0xf4, 0xf4}, {0x2f8, 0x2ff}, {0x3f8, 0x3ff}};

static bool is_valid(const struct ghcb *ghcb, size_t offset)
{
	return (ghcb->valid_bitmap[offset / 64] >> (offset / 8 % 8) & 1) != 0;
}

static void put(struct ghcb *ghcb, size_t offset, uint64_t value)
{
	memcpy((uint8_t *)ghcb + offset, &value, sizeof(value));
	ghcb->valid_bitmap[offset / 64] = (uint8_t)(ghcb->valid_bitmap[offset / 64] | 1u << (offset / 8 % 8));
}

#define VALID(ghcb, field) is_valid(ghcb, offsetof(struct ghcb, field))
#define PUT(ghcb, field, value) put(ghcb, offsetof(struct ghcb, field), value)

static void answer(struct ghcb *ghcb, uint64_t info_1, uint64_t info_2)
{
	PUT(ghcb, exit_info_1, info_1);
	PUT(ghcb, exit_info_2, info_2);
}

static void refuse(struct ghcb *ghcb, uint64_t reason)
{
	answer(ghcb, GHCB_INFO1_BAD_INPUT, reason);
}

static bool port_known(uint16_t port, unsigned int size)
{
	for (size_t i = 0; i < PORT_RANGE_COUNT; i++) {
		if (port >= ports[i].first && port + size - 1 <= ports[i].last)
			return true;
	}
	return false;
}

static uint32_t port_in(uint16_t port, unsigned int size)
{
	return port_known(port, size) ? cpu_in(port, size) : size == 4 ? 0xffffffffu : (1u << size * 8) - 1;
}

static void port_out(uint16_t port, unsigned int size, uint32_t value)
{
	if (port_known(port, size))
		cpu_out(port, size, value);
}

/* Host address of @size bytes the guest names as a buffer: they have to be shared. */
static uint8_t *shared_buffer(uint64_t gpa, uint64_t size)
{
	if (size == 0 || !memory_has(gpa, size))
		return 0;
	for (uint64_t page = gpa & ~(PAGE_SIZE - 1); page < gpa + size; page += PAGE_SIZE) {
		if (rmp_at(page)->assigned)
			return 0;
	}
	return memory_guest(gpa);
}

static void io_string(struct ghcb *ghcb, uint64_t info, unsigned int size, uint64_t count)
{
	uint16_t port = (uint16_t)(info >> IOIO_PORT_SHIFT);
	uint8_t *buffer = count <= PAGE_SIZE ? shared_buffer(ghcb->scratch, count * size) : 0;

	if (!VALID(ghcb, scratch) || buffer == 0) {
		refuse(ghcb, GHCB_BAD_SCRATCH);
		return;
	}
	for (uint64_t i = 0; i < count; i++, buffer += size) {
		uint32_t value = 0;

		if ((info & IOIO_IN) != 0) {
			value = port_in(port, size);
			memcpy(buffer, &value, size);
		} else {
			memcpy(&value, buffer, size);
			port_out(port, size, value);
		}
	}
	answer(ghcb, 0, 0);
}

static void io(struct ghcb *ghcb, uint64_t info, uint64_t count)
{
	unsigned int size = (unsigned int)(info >> 4 & 7);
	uint16_t port = (uint16_t)(info >> IOIO_PORT_SHIFT);

	if (size != 1 && size != 2 && size != 4) {
		refuse(ghcb, GHCB_BAD_INPUT);
		return;
	}
	if ((info & IOIO_STRING) != 0) {
		io_string(ghcb, info, size, count);
		return;
	}
	if (!VALID(ghcb, rax)) {
		refuse(ghcb, GHCB_BAD_MISSING_INPUT);
		return;
	}
	if ((info & IOIO_IN) != 0)
		PUT(ghcb, rax, port_in(port, size));
	else
		port_out(port, size, (uint32_t)ghcb->rax);
	answer(ghcb, 0, 0);
}

static void cpuid(struct ghcb *ghcb)
{
	uint32_t out[4];

	if (!VALID(ghcb, rax) || !VALID(ghcb, rcx)) {
		refuse(ghcb, GHCB_BAD_MISSING_INPUT);
		return;
	}
	cpuid_policy((uint32_t)ghcb->rax, (uint32_t)ghcb->rcx, out);
	PUT(ghcb, rax, out[0]);
	PUT(ghcb, rbx, out[1]);
	PUT(ghcb, rcx, out[2]);
	PUT(ghcb, rdx, out[3]);
	answer(ghcb, 0, 0);
}

static void msr(struct ghcb *ghcb, bool write)
{
	uint64_t tsc = cpu_tsc();

	if (!VALID(ghcb, rcx) || (write && (!VALID(ghcb, rax) || !VALID(ghcb, rdx)))) {
		refuse(ghcb, GHCB_BAD_MISSING_INPUT);
		return;
	}
	if (write || (uint32_t)ghcb->rcx != MSR_TSC) {
		answer(ghcb, GHCB_INFO1_EXCEPTION, GHCB_EVENT_GP);
		return;
	}
	PUT(ghcb, rax, (uint32_t)tsc);
	PUT(ghcb, rdx, tsc >> 32);
	answer(ghcb, 0, 0);
}

static void page_state(struct ghcb *ghcb, uint64_t ghcb_gpa)
{
	struct ghcb_psc *psc = (struct ghcb_psc *)ghcb->shared_buffer;

	if (!VALID(ghcb, scratch) || ghcb->scratch != ghcb_gpa + offsetof(struct ghcb, shared_buffer)) {
		refuse(ghcb, GHCB_BAD_SCRATCH);
		return;
	}
	if (psc->end_entry >= GHCB_PSC_ENTRY_MAX || psc->cur_entry > psc->end_entry) {
		answer(ghcb, 0, 1ull << 32 | 1); /* invalid header */
		return;
	}
	for (; psc->cur_entry <= psc->end_entry; psc->cur_entry++) {
		uint64_t entry = psc->entry[psc->cur_entry];
		bool large = (entry & GHCB_PSC_ENTRY_2M) != 0;

		if (!ghcb_host_page_state(entry & GHCB_PSC_ENTRY_GFN_MASK, large,
					  entry >> GHCB_PSC_ENTRY_OP_SHIFT & 0xf)) {
			answer(ghcb, 0, 1ull << 32 | 2); /* invalid entry */
			return;
		}
	}
	answer(ghcb, 0, 0);
}

static void guest_request(struct ghcb *ghcb, uint64_t request, uint64_t response)
{
	struct sp_mailbox *box;
	uint32_t status;

	if (((request | response) & (PAGE_SIZE - 1)) != 0 || request == response ||
	    shared_buffer(request, PAGE_SIZE) == 0 || shared_buffer(response, PAGE_SIZE) == 0) {
		refuse(ghcb, GHCB_BAD_INPUT);
		return;
	}
	box = sp_arguments();
	box->guest_request.request_hpa = (uint64_t)memory_guest(request);
	box->guest_request.response_hpa = (uint64_t)memory_guest(response);
	status = sp_command(SP_GUEST_REQUEST);
	answer(ghcb, 0, status == SP_STATUS_BUSY ? (uint64_t)SNP_GUEST_REQ_VMM_BUSY << 32 : status);
}

/* Names the VMSA of VMPL1..3 of this CPU. It has to be marked as one in the RMP. */
static void ap_creation(struct vcpu *vcpu, struct ghcb *ghcb, uint64_t info, uint64_t vmsa)
{
	unsigned int vmpl = (unsigned int)(info >> 16 & 0xf);
	uint32_t apic_id = (uint32_t)(info >> 32);
	uint32_t op = (uint32_t)(info & 0xffff);

	if (!VALID(ghcb, rax)) {
		refuse(ghcb, GHCB_BAD_MISSING_INPUT);
		return;
	}
	if (apic_id != vcpu->apic_id || vmpl == 0 || vmpl >= SNP_VMPL_COUNT || vmpl <= vcpu->vmpl ||
	    op > GHCB_AP_DESTROY || (vmsa & (PAGE_SIZE - 1)) != 0 || !memory_has(vmsa, PAGE_SIZE)) {
		refuse(ghcb, GHCB_BAD_INPUT);
		return;
	}
	vcpu->level[vmpl].present = false;
	if (op != GHCB_AP_DESTROY) {
		if (!rmp_at(vmsa)->vmsa)
			npf_violation(vcpu, "vmsa-not-marked", vmsa, "VMRUN of a page that is not a VMSA in the RMP");
		vcpu->level[vmpl].vmsa_gpa = vmsa;
		vcpu->level[vmpl].present = true;
	}
	answer(ghcb, 0, 0);
}

static void run_vmpl(struct vcpu *vcpu, struct ghcb *ghcb, uint64_t vmpl)
{
	answer(ghcb, 0, 0);
	if (vmpl >= SNP_VMPL_COUNT || vmpl == vcpu->vmpl || !vcpu_switch(vcpu, (unsigned int)vmpl, SVM_EXIT_VMGEXIT))
		refuse(ghcb, GHCB_BAD_INPUT);
}

static void serve(struct vcpu *vcpu, struct ghcb *ghcb, uint64_t gpa)
{
	uint64_t code = ghcb->exit_code, info_1 = ghcb->exit_info_1, info_2 = ghcb->exit_info_2;

	if (report_trace)
		report_log("ghcb vmpl %u code %lx info %lx %lx\n", vcpu->vmpl, code, info_1, info_2);
	switch (code) {
	case SVM_EXIT_CPUID:
		cpuid(ghcb);
		break;
	case SVM_EXIT_IOIO:
		io(ghcb, info_1, info_2);
		break;
	case SVM_EXIT_MSR:
		msr(ghcb, info_1 != 0);
		break;
	case GHCB_EXIT_PSC:
		page_state(ghcb, gpa);
		break;
	case GHCB_EXIT_GUEST_REQUEST:
		guest_request(ghcb, info_1, info_2);
		break;
	case GHCB_EXIT_AP_CREATION:
		ap_creation(vcpu, ghcb, info_1, info_2);
		break;
	case GHCB_EXIT_RUN_VMPL:
		run_vmpl(vcpu, ghcb, info_1);
		break;
	case GHCB_EXIT_FEATURES:
		answer(ghcb, 0, GHCB_HOST_FEATURES);
		break;
	default:
		refuse(ghcb, GHCB_BAD_EVENT);
	}
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
	ghcb = (struct ghcb *)shared_buffer(gpa, PAGE_SIZE);
	if (ghcb == 0)
		npf_violation(vcpu, "ghcb-not-shared", gpa, "VMGEXIT with a GHCB that the host cannot read");
	if (!level->ghcb_registered || level->ghcb_gpa != gpa)
		refuse(ghcb, GHCB_BAD_NOT_REGISTERED);
	else if (ghcb->usage != 0 || ghcb->protocol_version < GHCB_PROTOCOL_MIN ||
		 ghcb->protocol_version > GHCB_PROTOCOL_MAX)
		refuse(ghcb, GHCB_BAD_USAGE);
	else if (!VALID(ghcb, exit_code) || !VALID(ghcb, exit_info_1) || !VALID(ghcb, exit_info_2))
		refuse(ghcb, GHCB_BAD_MISSING_INPUT);
	else
		serve(vcpu, ghcb, gpa);
}
