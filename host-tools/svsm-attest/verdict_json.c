/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The verdict as JSON, docs/schemas/svsm-verdict.schema.json. */
#include "report_json.h"
#include "verify.h"

#include <stdlib.h>

static json_t *key_json(const struct tpm_public *key)
{
	char *text = blob_base64(key->bytes.data, key->bytes.size);
	json_t *object =
		text ? json_pack("{s:o, s:s}", "name", report_json_hex(key->name, key->name_size), "public", text)
		     : NULL;

	free(text);
	return object;
}

static json_t *keys_json(const struct verify *v)
{
	json_t *eks = json_array();

	for (size_t i = 0; eks && i < v->manifest.ek_count; i++)
		json_array_append_new(eks, key_json(&v->manifest.ek[i]));
	return json_pack("{s:o, s:o}", "eks", eks, "ak", v->has_ak ? key_json(&v->ak) : json_null());
}

static json_t *pcrs_json(const struct verify *v)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < v->evidence.pcr_count; i++) {
		const struct evidence_pcr *pcr = &v->evidence.pcr[i];

		json_array_append_new(list, json_pack("{s:s, s:I, s:o}", "bank", evidence_bank_name(pcr->bank), "index",
						      (json_int_t)pcr->index, "digest",
						      report_json_hex(pcr->digest, pcr->size)));
	}
	return list;
}

static json_t *violations_json(const struct verify *v, enum verify_stage stage)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < v->findings.count; i++) {
		const struct finding *finding = &v->findings.item[i];

		if (check_info(finding->check)->stage == stage)
			json_array_append_new(list, json_pack("{s:s, s:s}", "check", check_info(finding->check)->name,
							      "message", finding->error.text));
	}
	return list;
}

static json_t *checks_json(const struct verify *v, enum verify_stage stage)
{
	json_t *list = json_array();

	for (int i = 0; list && i < CHECK_COUNT; i++) {
		const struct check_info *info = check_info((enum check)i);

		if (info->stage == stage)
			json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "check", info->name, "outcome",
							      v->findings.violated[i] ? "violated"
							      : v->findings.made[i]   ? "held"
										      : "not-made",
							      "closes", info->closes));
	}
	return list;
}

static json_t *stages_json(const struct verify *v, bool explain)
{
	json_t *list = json_array();

	for (int i = 0; list && i < VERIFY_STAGES; i++) {
		enum verify_stage stage = (enum verify_stage)i;
		bool failed = verify_failed(v, stage);
		json_t *object = json_pack("{s:s, s:s, s:s, s:o}", "name", check_stage_name(stage), "result",
					   verify_result(v, stage), "summary", failed ? "" : v->stage[i].summary,
					   "violations", violations_json(v, stage));

		if (object && explain)
			json_object_set_new(object, "checks", checks_json(v, stage));
		json_array_append_new(list, object);
	}
	return list;
}

static bool passed(const struct verify *v, enum verify_stage stage)
{
	return !verify_failed(v, stage) && !v->stage[stage].skipped;
}

json_t *verify_json(const struct verify *v, bool explain)
{
	enum verify_stage refused = verify_refused_at(v);
	bool accepted = refused == VERIFY_STAGES;
	char when[32];

	certificate_time_text(v->now, when);
	return json_pack("{s:s, s:i, s:s, s:s?, s:i, s:s, s:s?, s:b, s:s, s:s?, s:s?, s:o, s:o, s:o, s:o}", "format",
			 "svsm-verdict", "version", 1, "verdict", accepted ? "accepted" : "refused", "first_failure",
			 accepted ? NULL : check_stage_name(refused), "exit_code", verify_exit_code(v), "judged_at",
			 when, "policy", v->policy ? v->policy->name : NULL, "policy_applied", v->policy != NULL,
			 "trust", v->test_roots ? "test-root" : "amd", "warning", v->warning[0] ? v->warning : NULL,
			 "image", v->reference ? v->reference->image : NULL, "stages", stages_json(v, explain),
			 "report", v->has_report ? report_json(&v->report, v->product) : json_null(), "keys",
			 passed(v, VERIFY_KEYS) ? keys_json(v) : json_null(), "pcrs",
			 passed(v, VERIFY_QUOTE) ? pcrs_json(v) : json_null());
}
