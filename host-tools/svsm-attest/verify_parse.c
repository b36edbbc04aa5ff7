/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Stage parse: each part of the evidence has its form. Nothing is believed yet. */
#include "verify.h"

/* With an expected form the evidence's own word is only compared with it. */
static void parse_manifest(struct verify *v)
{
	const struct evidence *e = &v->evidence;
	enum manifest_kind kind = v->expectation ? MANIFEST_SINGLE_SERVICE : e->manifest_kind;
	const struct expectation *x = v->expectation;
	struct error error;

	v->has_manifest = x ? manifest_parse_vtpm(&v->manifest, expectation_version(x), e->manifest.data,
						  e->manifest.size, &error)
			    : manifest_parse(&v->manifest, kind, e->manifest.data, e->manifest.size, &error);
	if (!findings_result(&v->findings, CHECK_MANIFEST_FORM, v->has_manifest, &error))
		return;
	if (v->expectation)
		findings_check(&v->findings, CHECK_MANIFEST_HINT, e->manifest_kind == kind,
			       "manifest: said to be a services manifest; %s asks for a single-service manifest",
			       v->expectation->path);
	if (e->manifest_kind == MANIFEST_SINGLE_SERVICE)
		findings_check(&v->findings, CHECK_MANIFEST_HINT, v->manifest.vtpm_version == e->manifest_version,
			       "manifest: said to be version %u, but its bytes are version %u", e->manifest_version,
			       v->manifest.vtpm_version);
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
		verify_summary(v, VERIFY_PARSE, "report version %u from '%s', %s manifest with %zu key%s",
			       v->report.fields.version, e->collector, manifest_kind_name(e->manifest_kind),
			       v->manifest.ek_count, v->manifest.ek_count == 1 ? "" : "s");
	else
		verify_summary(v, VERIFY_PARSE, "report version %u, no manifest", v->report.fields.version);
}
