/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Which checks the tests have seen refuse. */
#include "fixture.h"

/* Checks that a scene has violated, and no other check with them */
static bool violated_alone[CHECK_COUNT];

void fixture_note_violation(const struct findings *findings)
{
	int count = 0, only = 0;

	for (int i = 0; i < CHECK_COUNT; i++) {
		count += findings->violated[i];
		only = findings->violated[i] ? i : only;
	}
	if (count == 1)
		violated_alone[only] = true;
}

static void every_check_refuses(void **unused)
{
	char missing[2048] = "";
	size_t used = 0;

	(void)unused;
	for (int i = 0; i < CHECK_COUNT; i++) {
		if (!violated_alone[i] && used < sizeof(missing))
			used += (size_t)snprintf(missing + used, sizeof(missing) - used, " %s",
						 check_info((enum check)i)->name);
	}
	if (used)
		fail_msg("checks that no test has seen refuse by themselves:%s", missing);
}

int fixture_run_coverage(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_check_refuses)};

	return cmocka_run_group_tests_name("coverage of checks", tests, NULL, NULL);
}
