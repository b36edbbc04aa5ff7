/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "sp_report.h"

#include "sp_launch.h"
#include "sp_signature.h"

#include <string.h>

#define REPORT_VERSION 3u
#define PLATFORM_SMT_EN (1u << 0)
#define PLATFORM_ECC_EN (1u << 2)
#define PLATFORM_ALIAS_CHECK_COMPLETE (1u << 5)

/* KEY_SEL: the word behind VMPL, bits 1:0 */
enum { KEY_SEL_DEFAULT = 0, KEY_SEL_VCEK = 1, KEY_SEL_VLEK = 2 };

static void fill_platform(const struct sp_state *state, struct snp_report *report)
{
	uint8_t tcb[8];

	sp_state_tcb(&state->tcb, tcb);
	memcpy(report->current_tcb, tcb, sizeof(tcb));
	memcpy(report->reported_tcb, tcb, sizeof(tcb));
	memcpy(report->committed_tcb, tcb, sizeof(tcb));
	memcpy(report->launch_tcb, tcb, sizeof(tcb));
	memcpy(report->chip_id, state->chip_id, sizeof(report->chip_id));
	report->platform_info = PLATFORM_SMT_EN | PLATFORM_ECC_EN | PLATFORM_ALIAS_CHECK_COMPLETE;
	report->cpuid_family = SP_FAMILY;
	report->cpuid_model = SP_MODEL;
	report->cpuid_stepping = SP_STEPPING;
	report->current_major = report->committed_major = SP_API_MAJOR;
	report->current_minor = report->committed_minor = SP_API_MINOR;
	report->current_build = report->committed_build = SP_API_BUILD;
}

void sp_report_fill(const struct sp_state *state, const struct sp_guest *guest, struct snp_report *report)
{
	memset(report, 0, sizeof(*report));
	report->version = REPORT_VERSION;
	report->signature_algo = SNP_SIGNATURE_ALGO_P384_SHA384;
	report->key_info = SNP_SIGNING_KEY_VCEK << SNP_KEY_INFO_SIGNING_KEY_SHIFT;
	if (guest->author_key_en)
		report->key_info |= SNP_KEY_INFO_AUTHOR_KEY_EN;
	report->guest_svn = guest->guest_svn;
	report->policy = guest->policy;
	memcpy(report->family_id, guest->family_id, sizeof(report->family_id));
	memcpy(report->image_id, guest->image_id, sizeof(report->image_id));
	memcpy(report->measurement, guest->digest, sizeof(report->measurement));
	memcpy(report->host_data, guest->host_data, sizeof(report->host_data));
	memcpy(report->id_key_digest, guest->id_key_digest, sizeof(report->id_key_digest));
	memcpy(report->author_key_digest, guest->author_key_digest, sizeof(report->author_key_digest));
	memcpy(report->report_id, guest->report_id, sizeof(report->report_id));
	memset(report->report_id_ma, 0xff, sizeof(report->report_id_ma)); /* no migration agent */
	fill_platform(state, report);
}

bool sp_report_sign(const struct sp_state *state, struct snp_report *report)
{
	struct snp_ecdsa_signature signature;

	static_assert(sizeof(signature) == SNP_REPORT_SIZE - SNP_REPORT_SIGNED_SIZE, "signature ends the report");
	if (!sp_signature_make(state->vcek_key, report, SNP_REPORT_SIGNED_SIZE, &signature))
		return false;
	memcpy((uint8_t *)report + SNP_REPORT_SIGNED_SIZE, &signature, sizeof(signature));
	return true;
}

static uint32_t check(const struct snp_report_req *request, unsigned int caller_vmpl)
{
	uint32_t key_sel;

	memcpy(&key_sel, request->reserved, sizeof(key_sel));
	if (request->vmpl >= SNP_VMPL_COUNT || request->vmpl < caller_vmpl || key_sel > KEY_SEL_VLEK)
		return SNP_MSG_STATUS_INVALID_PARAMETER;
	for (size_t i = sizeof(key_sel); i < sizeof(request->reserved); i++) {
		if (request->reserved[i] != 0)
			return SNP_MSG_STATUS_INVALID_PARAMETER;
	}
	return key_sel == KEY_SEL_VLEK ? SNP_MSG_STATUS_INVALID_KEY : SNP_MSG_STATUS_OK; /* no VLEK is loaded */
}

bool sp_report_answer(const struct sp_state *state, const struct sp_guest *guest, unsigned int caller_vmpl,
		      const uint8_t *request, size_t request_size, struct snp_report_rsp *out, uint32_t *command_status)
{
	struct snp_report_req parsed;

	memset(out, 0, sizeof(*out));
	if (request_size != sizeof(parsed)) {
		*command_status = SP_STATUS_INVALID_PARAM;
		return false;
	}
	memcpy(&parsed, request, sizeof(parsed));
	out->status = check(&parsed, caller_vmpl);
	if (out->status != SNP_MSG_STATUS_OK)
		return true;
	sp_report_fill(state, guest, &out->report);
	out->report.vmpl = parsed.vmpl;
	memcpy(out->report.report_data, parsed.report_data, sizeof(out->report.report_data));
	if (!sp_report_sign(state, &out->report)) {
		*command_status = SP_STATUS_HW_PLATFORM;
		return false;
	}
	out->report_size = SNP_REPORT_SIZE;
	return true;
}
