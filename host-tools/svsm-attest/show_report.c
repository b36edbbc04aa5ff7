/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "report.h"
#include "show.h"

#include <string.h>

static void show_bits(FILE *out, const char *name, const struct bit_name *bits, uint64_t value, uint64_t nameless)
{
	char text[BIT_NAMES_TEXT_SIZE];

	show_line(out, name, "0x%llx (%s)", (unsigned long long)value, bit_names_text(bits, value & ~nameless, text));
}

static void show_tcb(FILE *out, const char *name, enum product product, const uint8_t bytes[8])
{
	char text[TCB_TEXT_MAX];
	struct tcb tcb;

	if (product == PRODUCT_UNKNOWN) {
		show_hex(out, name, bytes, 8);
		return;
	}
	if (!tcb_decode(product, bytes, &tcb))
		show_line(out, name, "has bytes that mean nothing on %s", product_name(product));
	tcb_text(&tcb, text);
	show_line(out, name, "%s", text);
}

static void show_identity(const struct report *report, FILE *out)
{
	const struct snp_report *f = &report->fields;
	uint32_t key = report_signing_key(f);

	show_line(out, "version", "%u", f->version);
	if (f->version >= REPORT_VERSION_WITH_CPUID)
		show_line(out, "processor", "%s (family %02xh, model %02xh, stepping %u)",
			  product_name(report->product), f->cpuid_family, f->cpuid_model, f->cpuid_stepping);
	else
		show_line(out, "processor", "not in a version 2 report");
	show_line(out, "signed with", "%s%s%s",
		  key == SNP_SIGNING_KEY_VCEK	? "VCEK"
		  : key == SNP_SIGNING_KEY_VLEK ? "VLEK"
						: "nothing",
		  f->key_info & SNP_KEY_INFO_MASK_CHIP_KEY ? ", chip key masked" : "",
		  f->key_info & SNP_KEY_INFO_AUTHOR_KEY_EN ? ", author key enabled" : "");
	if (f->vmpl == REPORT_VMPL_HOST)
		show_line(out, "VMPL", "asked for by the host");
	else
		show_line(out, "VMPL", "%u", f->vmpl);
}

bool show_report(const struct blob *bytes, FILE *out, struct error *error)
{
	struct findings findings = {.count = 0};
	struct report report;
	const struct snp_report *f = &report.fields;

	if (!report_parse(bytes->data, bytes->size, &report, &findings) && report.product == PRODUCT_UNKNOWN &&
	    (findings.violated[CHECK_REPORT_SIZE] || findings.violated[CHECK_REPORT_VERSION]))
		return error_refuse(error, "%s", findings.item[0].error.text);
	fputs("SNP attestation report\n", out);
	show_identity(&report, out);
	show_line(out, "guest policy ABI", "%u.%u", (unsigned int)(f->policy >> 8 & 255),
		  (unsigned int)(f->policy & 255));
	show_bits(out, "guest policy", bit_names_guest_policy, f->policy, SNP_POLICY_RESERVED_MBO | 0xffff);
	show_bits(out, "platform", report_platform_info_bits, f->platform_info, 0);
	show_line(out, "guest SVN", "%u", f->guest_svn);
	show_tcb(out, "reported TCB", report.product, f->reported_tcb);
	show_tcb(out, "committed TCB", report.product, f->committed_tcb);
	show_tcb(out, "current TCB", report.product, f->current_tcb);
	show_tcb(out, "launch TCB", report.product, f->launch_tcb);
	show_line(out, "firmware", "current %u.%u.%u, committed %u.%u.%u", f->current_major, f->current_minor,
		  f->current_build, f->committed_major, f->committed_minor, f->committed_build);
	if (f->version >= REPORT_VERSION_WITH_MITIGATIONS)
		show_line(out, "mitigations", "launch 0x%llx, current 0x%llx", (unsigned long long)f->launch_mit_vector,
			  (unsigned long long)f->current_mit_vector);
	show_hex(out, "measurement", f->measurement, sizeof(f->measurement));
	show_hex(out, "report data", f->report_data, sizeof(f->report_data));
	show_hex(out, "host data", f->host_data, sizeof(f->host_data));
	show_hex(out, "family id", f->family_id, sizeof(f->family_id));
	show_hex(out, "image id", f->image_id, sizeof(f->image_id));
	show_hex(out, "ID key digest", f->id_key_digest, sizeof(f->id_key_digest));
	show_hex(out, "author key digest", f->author_key_digest, sizeof(f->author_key_digest));
	show_hex(out, "report id", f->report_id, sizeof(f->report_id));
	show_hex(out, "migration agent's id", f->report_id_ma, sizeof(f->report_id_ma));
	if (report_chip_id_masked(f))
		show_line(out, "chip id", "masked, or not named (VLEK)");
	else
		show_hex(out, "chip id", f->chip_id, sizeof(f->chip_id));
	for (size_t i = 0; i < findings.count; i++)
		show_line(out, "violation", "%s", findings.item[i].error.text);
	return true;
}
