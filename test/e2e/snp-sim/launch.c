/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "launch.h"

#include "cpu.h"
#include "cpuid_policy.h"
#include "freestanding_string.h"
#include "lies.h"
#include "memory.h"
#include "report.h"
#include "rmp.h"
#include "sp.h"
#include "vcpus.h"

static uint64_t pages;
static struct snp_vmsa *vmsa_page; /* host memory: KVM keeps the first VMSA outside the guest's memory map */

static void check(uint32_t status, const char *what)
{
	if (status == SP_STATUS_SUCCESS)
		return;
	report_log("snp-sim: image refused: AMD-SP answers %s with status %x\n", what, status);
	report_exit(EXIT_VALUE_REFUSED);
}

void launch_start(uint64_t policy)
{
	sp_arguments()->launch_start.policy = policy;
	check(sp_command(SP_LAUNCH_START), "SNP_LAUNCH_START");
}

static void update(uint64_t gpa, uint64_t hpa, enum snp_page_type type)
{
	struct sp_mailbox *box = sp_arguments();

	box->launch_update.gpa = gpa;
	box->launch_update.hpa = hpa;
	box->launch_update.page_type = type;
	check(sp_command(SP_LAUNCH_UPDATE), "SNP_LAUNCH_UPDATE");
	pages++;
}

static void take_page(uint64_t gpa)
{
	/* A second launch of a page fails in KVM: it is assigned already */
	if (rmp_at(gpa)->assigned) {
		report_log("snp-sim: image refused: page %lx is launched twice\n", gpa);
		report_exit(EXIT_VALUE_REFUSED);
	}
	rmp_launch(gpa);
}

void launch_page(uint64_t gpa, enum snp_page_type type, const uint8_t *data)
{
	take_page(gpa);
	if (data != 0)
		memcpy(memory_guest(gpa), data, PAGE_SIZE);
	else
		memset(memory_guest(gpa), 0, PAGE_SIZE);
	update(gpa, (uint64_t)memory_guest(gpa), type);
}

void launch_cpuid_page(const struct vcpu *vcpu, uint64_t gpa)
{
	take_page(gpa);
	cpuid_policy_page(vcpu, (struct snp_cpuid_page *)memory_guest(gpa));
	lies_cpuid((struct snp_cpuid_page *)memory_guest(gpa));
	update(gpa, (uint64_t)memory_guest(gpa), SNP_PAGE_CPUID);
}

void launch_set_vmsa(const struct snp_vmsa *vmsa)
{
	vmsa_page = memory_alloc_pages(1);
	memcpy(vmsa_page, vmsa, sizeof(*vmsa_page));
}

static void fill_key(struct snp_ecc_public_key *to, const struct igvm_snp_id_block_key *key)
{
	to->curve = key->curve;
	memcpy(to->qx, key->qx, sizeof(to->qx));
	memcpy(to->qy, key->qy, sizeof(to->qy));
}

static void fill_signature(struct snp_ecdsa_signature *to, const struct igvm_snp_id_block_signature *signature)
{
	memcpy(to->r, signature->r, sizeof(to->r));
	memcpy(to->s, signature->s, sizeof(to->s));
}

/* The IGVM form of keys and signatures -> the ID authentication page, which is zero otherwise */
static void fill_id_auth(struct snp_id_auth *auth, const struct igvm_snp_id_block *block)
{
	auth->id_key_algo = block->id_key_algorithm;
	auth->author_key_algo = block->author_key_algorithm;
	fill_signature(&auth->id_block_signature, &block->id_key_signature);
	fill_key(&auth->id_key, &block->id_public_key);
	fill_signature(&auth->id_key_signature, &block->author_key_signature);
	fill_key(&auth->author_key, &block->author_public_key);
}

static void fill_id_block(struct snp_id_block *to, const struct launch_finish *finish)
{
	memcpy(to->ld, finish->id_block.ld, sizeof(to->ld));
	memcpy(to->family_id, finish->id_block.family_id, sizeof(to->family_id));
	memcpy(to->image_id, finish->id_block.image_id, sizeof(to->image_id));
	to->version = 1;
	to->guest_svn = finish->id_block.guest_svn;
	to->policy = finish->policy;
}

/*
 * What KVM measures for a CPU that the image has no VMSA for: the state QEMU resets it to (APM 2, table 14-1, but for
 * what KVM makes of it). KVM starts none of them; AP creation gives them another VMSA.
 */
static void fill_reset_vmsa(struct snp_vmsa *vmsa)
{
	const struct vmsa_segment data = {.attributes = 0x93, .limit = 0xffff};
	uint32_t version[4];

	cpu_cpuid(1, 0, version);
	*vmsa = (struct snp_vmsa){
		.es = data,
		.cs = {.selector = 0xf000, .attributes = 0x9b, .limit = 0xffff, .base = 0xffff0000},
		.ss = data,
		.ds = data,
		.fs = data,
		.gs = data,
		.gdtr = {.limit = 0xffff},
		.ldtr = {.attributes = 0x82, .limit = 0xffff},
		.idtr = {.limit = 0xffff},
		.tr = {.attributes = 0x8b, .limit = 0xffff},
		.efer = EFER_SVME,
		.cr4 = 0x40, /* MCE, set by KVM */
		.cr0 = 0x10,
		.dr7 = 0x400,
		.dr6 = 0xffff0ff0,
		.rflags = 2,
		.rip = 0xfff0,
		.rdx = version[0],
		.g_pat = 0x0007040600070406,
		.sev_features = vmsa_page->sev_features,
		.xcr0 = 1,
		.mxcsr = 0x1f80,
		.x87_fcw = 0x37f,
	};
}

void launch_finish(struct vcpu *vcpu, const struct launch_finish *finish)
{
	struct sp_mailbox *box;
	const char *fault;

	update(IGVM_SNP_VMSA_GPA_KVM, (uint64_t)vmsa_page, SNP_PAGE_VMSA);
	for (unsigned int i = 1; i < vcpus_count; i++) {
		struct snp_vmsa *reset = memory_alloc_pages(1);

		fill_reset_vmsa(reset);
		update(IGVM_SNP_VMSA_GPA_KVM, (uint64_t)reset, SNP_PAGE_VMSA);
	}
	box = sp_arguments();
	if (finish->have_id_block) {
		struct snp_id_block *block = memory_alloc_pages(1);
		struct snp_id_auth *auth = memory_alloc_pages(1);

		fill_id_block(block, finish);
		fill_id_auth(auth, &finish->id_block);
		box->launch_finish.id_block_enabled = 1;
		box->launch_finish.author_key_enabled = finish->id_block.author_public_key.curve != 0;
		box->launch_finish.id_block_hpa = (uint64_t)block;
		box->launch_finish.id_auth_hpa = (uint64_t)auth;
	}
	check(sp_command(SP_LAUNCH_FINISH), "SNP_LAUNCH_FINISH");
	vcpu_sev_features = vmsa_page->sev_features;
	fault = vcpu_vmsa_fault(vmsa_page, VCPU_LAUNCH_VMSA, 0);
	if (fault != 0) {
		report_log("snp-sim: image refused: VMRUN refuses its VMSA: %s\n", fault);
		report_exit(EXIT_VALUE_REFUSED);
	}
	vcpu->level[0].vmsa = vmsa_page;
	vcpu->level[0].vmsa_gpa = VCPU_LAUNCH_VMSA;
	vcpu->level[0].present = true;
	report_log("snp-sim: launched %lu pages, %lu MiB of RAM\n", pages, memory_guest_size >> 20);
}
