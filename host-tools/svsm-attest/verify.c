/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "verify.h"

#include <stdarg.h>
#include <string.h>

static verify_stage_function *const stages[VERIFY_STAGES] = {
	[VERIFY_PARSE] = verify_parse,
	[VERIFY_CHAIN] = verify_chain,
	[VERIFY_REVOCATION] = verify_revocation,
	[VERIFY_SIGNATURE] = verify_signature,
	[VERIFY_BINDING] = verify_binding,
	[VERIFY_TCB] = verify_tcb,
	[VERIFY_POLICY] = verify_policy,
	[VERIFY_SVSM] = verify_svsm,
	[VERIFY_KEYS] = verify_keys,
	[VERIFY_QUOTE] = verify_quote,
	[VERIFY_EVENT_LOG] = verify_event_log,
};

static void set_summary(struct verify *verify, enum verify_stage stage, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));

static void set_summary(struct verify *verify, enum verify_stage stage, const char *format, va_list arguments)
{
	vsnprintf(verify->stage[stage].summary, sizeof(verify->stage[stage].summary), format, arguments);
	error_printable(verify->stage[stage].summary);
}

void verify_summary(struct verify *verify, enum verify_stage stage, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_summary(verify, stage, format, arguments);
	va_end(arguments);
}

void verify_skip(struct verify *verify, enum verify_stage stage, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_summary(verify, stage, format, arguments);
	va_end(arguments);
	verify->stage[stage].skipped = true;
}

void verify_warn(struct verify *verify, const char *format, ...)
{
	size_t used = strlen(verify->warning);
	va_list arguments;

	if (used > 0 && used + 2 < sizeof(verify->warning)) {
		memcpy(verify->warning + used, "; ", 3);
		used += 2;
	}
	va_start(arguments, format);
	vsnprintf(verify->warning + used, sizeof(verify->warning) - used, format, arguments);
	va_end(arguments);
	error_printable(verify->warning);
}

bool verify_failed(const struct verify *verify, enum verify_stage stage)
{
	return verify->findings.total[stage] > 0;
}

bool verify_manifest_label(const struct verify *verify)
{
	enum manifest_form said;

	return verify->evidence.is_files ||
	       (manifest_form_of(verify->evidence.manifest_kind, verify->evidence.manifest_version, &said) &&
		said == verify->manifest_form);
}

/* REPORT_DATA does not tell the forms apart, so the evidence has no say in it. */
static enum manifest_form settle_form(const struct verify *verify)
{
	if (verify->expectation)
		return expectation_form(verify->expectation);
	return verify->policy && verify->policy->vtpm_required ? verify->policy->manifest_form : verify->form;
}

void verify_run(struct verify *verify)
{
	verify->manifest_form = settle_form(verify);
	if (verify->test_roots)
		verify_warn(verify, "TEST ROOT: certificates are judged under a root named by --trust-root, not under "
				    "AMD's; nothing here says that an AMD processor made the report");
	for (int i = 0; i < VERIFY_STAGES; i++) {
		if (verify->findings.violated[CHECK_EVIDENCE_FORM])
			verify_skip(verify, (enum verify_stage)i, "the evidence cannot be read");
		else
			stages[i](verify);
	}
}

void verify_free(struct verify *verify)
{
	evidence_free(&verify->evidence);
	manifest_free(&verify->manifest);
	for (size_t i = 0; i < verify->ek_count; i++)
		tpm_public_free(&verify->ek[i]);
	verify->ek_count = 0;
	tpm_public_free(&verify->ak);
	chain_free(&verify->chain);
}

enum verify_stage verify_refused_at(const struct verify *verify)
{
	int stage = 0;

	while (stage < VERIFY_STAGES && !verify_failed(verify, (enum verify_stage)stage))
		stage++;
	return (enum verify_stage)stage;
}

int verify_exit_code(const struct verify *verify)
{
	enum verify_stage stage = verify_refused_at(verify);
	const struct finding *first;

	if (stage == VERIFY_STAGES)
		return EXIT_ACCEPTED;
	first = findings_first(&verify->findings, stage);
	if (first && first->error.kind == ERROR_IO)
		return EXIT_INPUT_OUTPUT;
	if (first && first->error.kind == ERROR_NETWORK)
		return EXIT_NETWORK;
	return EXIT_FIRST_STAGE + (int)stage;
}

const char *verify_result(const struct verify *verify, enum verify_stage stage)
{
	if (verify_failed(verify, stage))
		return "fail";
	return verify->stage[stage].skipped ? "skipped" : "pass";
}
