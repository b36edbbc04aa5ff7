/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The verdict as text and as JSON. */
#include "verify.h"

#include <stdlib.h>

static const char *const status_words[] = {
	[VERIFY_NOT_RUN] = "-",
	[VERIFY_OK] = "ok",
	[VERIFY_SKIPPED] = "skip",
	[VERIFY_FAILED] = "FAIL",
};
static const char *const status_names[] = {
	[VERIFY_NOT_RUN] = "not-run",
	[VERIFY_OK] = "ok",
	[VERIFY_SKIPPED] = "skipped",
	[VERIFY_FAILED] = "failed",
};

void verify_print(const struct verify *v, FILE *out)
{
	enum verify_stage refused = verify_refused_at(v);

	for (int i = 0; i < VERIFY_STAGES; i++)
		fprintf(out, "%-4s  %-10s  %s\n", status_words[v->stage[i].status],
			verify_stage_name((enum verify_stage)i), v->stage[i].text.text);
	if (refused == VERIFY_STAGES)
		fputs("verdict: accepted\n", out);
	else
		fprintf(out, "verdict: refused at %s: %s\n", verify_stage_name(refused), v->stage[refused].text.text);
}

static json_t *hex(const void *data, size_t size)
{
	char *text = blob_hex(data, size);
	json_t *value = text ? json_string(text) : NULL;

	free(text);
	return value;
}

static json_t *bits(uint64_t value)
{
	return json_sprintf("0x%llx", (unsigned long long)value);
}

static json_t *bit_list(const struct report_bit *names, uint64_t mask)
{
	json_t *list = json_array();

	for (; list && names->name; names++) {
		if (mask & names->mask)
			json_array_append_new(list, json_string(names->name));
	}
	return list;
}

static json_t *tcb_json(const struct verify *v, const uint8_t bytes[8])
{
	struct tcb tcb;

	if (v->product == PRODUCT_UNKNOWN || !tcb_decode(v->product, bytes, &tcb))
		return json_null();
	return json_pack("{s:i, s:i, s:i, s:i, s:i}", "fmc", tcb.fmc, "bootloader", tcb.bootloader, "tee", tcb.tee,
			 "snp", tcb.snp, "microcode", tcb.microcode);
}

/* What the report says; whether it is true is what the stages say. */
static json_t *report_json(const struct verify *v)
{
	const struct snp_report *f = &v->evidence.report.fields;

	return json_pack(
		"{s:I, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "version",
		(json_int_t)f->version, "product", product_name(v->product), "vmpl", (json_int_t)f->vmpl, "guest_svn",
		(json_int_t)f->guest_svn, "measurement", hex(f->measurement, sizeof(f->measurement)), "guest_policy",
		bits(f->policy), "guest_policy_bits", bit_list(report_guest_policy_bits, f->policy), "platform_info",
		bits(f->platform_info), "platform_info_bits", bit_list(report_platform_info_bits, f->platform_info),
		"host_data", hex(f->host_data, sizeof(f->host_data)), "id_key_digest",
		hex(f->id_key_digest, sizeof(f->id_key_digest)), "author_key_digest",
		hex(f->author_key_digest, sizeof(f->author_key_digest)), "report_id",
		hex(f->report_id, sizeof(f->report_id)), "chip_id", hex(f->chip_id, sizeof(f->chip_id)), "reported_tcb",
		tcb_json(v, f->reported_tcb), "committed_tcb", tcb_json(v, f->committed_tcb), "current_tcb",
		tcb_json(v, f->current_tcb), "launch_tcb", tcb_json(v, f->launch_tcb));
}

static json_t *key_json(const struct tpm_public *key)
{
	char *text = blob_base64(key->bytes.data, key->bytes.size);
	json_t *object = text ? json_pack("{s:o, s:s}", "name", hex(key->name, key->name_size), "public", text) : NULL;

	free(text);
	return object;
}

static json_t *keys_json(const struct verify *v)
{
	json_t *eks = json_array();

	for (size_t i = 0; eks && i < v->evidence.ek_count; i++)
		json_array_append_new(eks, key_json(&v->evidence.ek[i]));
	return json_pack("{s:o, s:o}", "eks", eks, "ak", key_json(&v->evidence.ak));
}

static json_t *pcrs_json(const struct verify *v)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < v->evidence.pcr_count; i++) {
		const struct evidence_pcr *pcr = &v->evidence.pcr[i];

		json_array_append_new(list, json_pack("{s:s, s:I, s:o}", "bank",
						      pcr->bank == TPM2_ALG_SHA256   ? "sha256"
						      : pcr->bank == TPM2_ALG_SHA384 ? "sha384"
										     : "sha512",
						      "index", (json_int_t)pcr->index, "digest",
						      hex(pcr->digest, pcr->size)));
	}
	return list;
}

static json_t *stages_json(const struct verify *v)
{
	json_t *list = json_array();

	for (int i = 0; list && i < VERIFY_STAGES; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s}", "stage", verify_stage_name((enum verify_stage)i), "status",
					status_names[v->stage[i].status], "sentence", v->stage[i].text.text));
	return list;
}

json_t *verify_json(const struct verify *v)
{
	enum verify_stage refused = verify_refused_at(v);
	bool accepted = refused == VERIFY_STAGES, parsed = v->stage[VERIFY_PARSE].status == VERIFY_OK;
	char when[32];

	chain_time_text(v->now, when);
	return json_pack("{s:s, s:i, s:b, s:i, s:s?, s:s?, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "format",
			 "svsm-verdict", "version", 1, "accepted", accepted, "exit_code", verify_exit_code(v),
			 "refused_at", accepted ? NULL : verify_stage_name(refused), "reason",
			 accepted ? NULL : v->stage[refused].text.text, "verified_at", when, "policy", v->policy->name,
			 "image", v->reference->image, "stages", stages_json(v), "report",
			 parsed ? report_json(v) : json_null(), "keys",
			 v->stage[VERIFY_KEYS].status == VERIFY_OK ? keys_json(v) : json_null(), "pcrs",
			 v->stage[VERIFY_QUOTE].status == VERIFY_OK ? pcrs_json(v) : json_null());
}
