/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The verdict as text. */
#include "verify.h"

static const char *word(const struct verify *v, enum verify_stage stage)
{
	if (verify_failed(v, stage))
		return "FAIL";
	return v->stage[stage].skipped ? "skip" : "ok";
}

static void print_stage(const struct verify *v, enum verify_stage stage, FILE *out)
{
	unsigned int total = v->findings.total[stage], shown = 0;

	if (total == 0) {
		fprintf(out, "%-4s  %-10s  %s\n", word(v, stage), check_stage_name(stage), v->stage[stage].summary);
		return;
	}
	for (size_t i = 0; i < v->findings.count; i++) {
		const struct finding *finding = &v->findings.item[i];

		if (check_info(finding->check)->stage != stage)
			continue;
		fprintf(out, "%-4s  %-10s  %s: %s\n", shown == 0 ? "FAIL" : "",
			shown == 0 ? check_stage_name(stage) : "", check_info(finding->check)->name,
			finding->error.text);
		shown++;
	}
	if (shown == 0)
		fprintf(out, "%-4s  %-10s  ", "FAIL", check_stage_name(stage));
	if (shown < total)
		fprintf(out, "%s%u more\n", shown == 0 ? "" : "                  ", total - shown);
}

static void explain_stage(const struct verify *v, enum verify_stage stage, FILE *out)
{
	for (int i = 0; i < CHECK_COUNT; i++) {
		const struct check_info *info = check_info((enum check)i);

		if (info->stage == stage)
			fprintf(out, "      %s %s: closes %s\n",
				v->findings.violated[i] ? "[violated]"
				: v->findings.made[i]	? "[held]    "
							: "[not made]",
				info->name, info->closes);
	}
}

void verify_print(const struct verify *v, bool explain, FILE *out)
{
	enum verify_stage refused = verify_refused_at(v);

	for (int i = 0; i < VERIFY_STAGES; i++) {
		print_stage(v, (enum verify_stage)i, out);
		if (explain)
			explain_stage(v, (enum verify_stage)i, out);
	}
	if (v->warning[0])
		fprintf(out, "warning: %s\n", v->warning);
	if (!v->policy)
		fputs("policy: none was applied; only what makes the evidence genuine was judged\n", out);
	if (refused == VERIFY_STAGES)
		fputs("verdict: accepted\n", out);
	else
		fprintf(out, "verdict: refused at %s (exit status %d)\n", check_stage_name(refused),
			verify_exit_code(v));
}
