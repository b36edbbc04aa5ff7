/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "verify.h"

#include <stdarg.h>

static const struct {
	const char *name;
	verify_stage_function *run;
} stages[VERIFY_STAGES] = {
	[VERIFY_PARSE] = {"parse", verify_parse},
	[VERIFY_CHAIN] = {"chain", verify_chain},
	[VERIFY_REVOCATION] = {"revocation", verify_revocation},
	[VERIFY_SIGNATURE] = {"signature", verify_signature},
	[VERIFY_BINDING] = {"binding", verify_binding},
	[VERIFY_TCB] = {"tcb", verify_tcb},
	[VERIFY_POLICY] = {"policy", verify_policy},
	[VERIFY_SVSM] = {"svsm", verify_svsm},
	[VERIFY_KEYS] = {"keys", verify_keys},
	[VERIFY_QUOTE] = {"quote", verify_quote},
	[VERIFY_EVENT_LOG] = {"event-log", verify_event_log},
};

enum verify_status verify_ok(struct error *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	error_set(text, ERROR_NONE, format, arguments);
	va_end(arguments);
	return VERIFY_OK;
}

enum verify_status verify_skip(struct error *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	error_set(text, ERROR_NONE, format, arguments);
	va_end(arguments);
	return VERIFY_SKIPPED;
}

enum verify_status verify_fail(struct error *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	error_set(text, ERROR_REFUSED, format, arguments);
	va_end(arguments);
	return VERIFY_FAILED;
}

const char *verify_stage_name(enum verify_stage stage)
{
	return stages[stage].name;
}

void verify_run(struct verify *verify)
{
	bool going = true;

	for (int i = 0; i < VERIFY_STAGES; i++) {
		struct error *text = &verify->stage[i].text;

		if (!going) {
			verify->stage[i].status = VERIFY_NOT_RUN;
			verify_skip(text, "not run");
			continue;
		}
		verify->stage[i].status = stages[i].run(verify, text);
		going = verify->stage[i].status == VERIFY_OK || verify->stage[i].status == VERIFY_SKIPPED;
	}
}

void verify_free(struct verify *verify)
{
	evidence_free(&verify->evidence);
	chain_free(&verify->chain);
}

enum verify_stage verify_refused_at(const struct verify *verify)
{
	int stage = 0;

	while (stage < VERIFY_STAGES &&
	       (verify->stage[stage].status == VERIFY_OK || verify->stage[stage].status == VERIFY_SKIPPED))
		stage++;
	return (enum verify_stage)stage;
}

int verify_exit_code(const struct verify *verify)
{
	enum verify_stage stage = verify_refused_at(verify);

	if (stage == VERIFY_STAGES)
		return EXIT_ACCEPTED;
	if (verify->stage[stage].text.kind == ERROR_IO)
		return EXIT_CANNOT_READ;
	return EXIT_FIRST_STAGE + (int)stage;
}
