/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stage parse: each part of the evidence has its form. Nothing is believed yet. */
#include "verify.h"

/* In the form that is asked for and no other; evidence that says it is of another one is refused in stage svsm. */
static void parse_manifest(struct verify *v)
{
	const struct blob *bytes = &v->evidence.manifest;
	struct error error, detail;

	if (!verify_manifest_label(v))
		return;
	v->has_manifest = manifest_parse(&v->manifest, v->manifest_form, bytes->data, bytes->size, &error);
	if (!v->has_manifest && error.kind == ERROR_REFUSED) {
		detail = error;
		error_refuse(&error, "the manifest is not %s: %.500s", manifest_form_words(v->manifest_form),
			     detail.text);
	}
	findings_result(&v->findings, CHECK_MANIFEST_FORM, v->has_manifest, &error);
}

static void parse_keys(struct verify *v)
{
	const struct evidence *e = &v->evidence;
	struct error error;

	for (size_t i = 0; i < e->ek_count; i++) {
		char where[48];
		bool ok;

		snprintf(where, sizeof(where), "eks[%zu]", i);
		ok = tpm_public_parse(&v->ek[v->ek_count], where, e->ek[i].data, e->ek[i].size, &error);
		v->ek_count += findings_result(&v->findings, CHECK_EK_FORM, ok, &error);
	}
	if (!e->ak.data)
		return;
	v->has_ak = tpm_public_parse(&v->ak, "ak", e->ak.data, e->ak.size, &error);
	findings_result(&v->findings, CHECK_AK_FORM, v->has_ak, &error);
}

void verify_parse(struct verify *v)
{
	const struct evidence *e = &v->evidence;
	struct error error;

	if (v->bundle && !findings_result(&v->findings, CHECK_EVIDENCE_FORM,
					  evidence_parse(&v->evidence, v->name, v->bundle, &error), &error))
		return;
	v->has_report = report_parse(e->report.data, e->report.size, &v->report, &v->findings);
	if (e->certificates.data)
		findings_result(&v->findings, CHECK_CERTIFICATE_TABLE,
				certificate_table_parse(&v->table, &e->certificates, &error), &error);
	if (e->manifest.data)
		parse_manifest(v);
	parse_keys(v);
	if (v->has_manifest)
		verify_summary(v, VERIFY_PARSE, "report version %u from '%s', %s with %zu key%s",
			       v->report.fields.version, e->collector, manifest_form_words(v->manifest_form),
			       v->manifest.ek_count, v->manifest.ek_count == 1 ? "" : "s");
	else
		verify_summary(v, VERIFY_PARSE, "report version %u, no manifest%s", v->report.fields.version,
			       e->manifest.data ? " of the form that is asked for" : "");
}
