/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "finding.h"

bool findings_result(struct findings *findings, enum check check, bool ok, const struct error *error)
{
	enum verify_stage stage = check_info(check)->stage;

	findings->made[check] = true;
	if (ok)
		return true;
	findings->violated[check] = true;
	findings->total[stage]++;
	if (findings->count < FINDINGS_MAX)
		findings->item[findings->count++] = (struct finding){.check = check, .error = *error};
	return false;
}

bool findings_check(struct findings *findings, enum check check, bool ok, const char *format, ...)
{
	struct error error;
	va_list arguments;

	if (ok)
		return findings_result(findings, check, true, NULL);
	va_start(arguments, format);
	error_set(&error, ERROR_REFUSED, format, arguments);
	va_end(arguments);
	return findings_result(findings, check, false, &error);
}

const struct finding *findings_first(const struct findings *findings, enum verify_stage stage)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (check_info(findings->item[i].check)->stage == stage)
			return &findings->item[i];
	}
	return NULL;
}
