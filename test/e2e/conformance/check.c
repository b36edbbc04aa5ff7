/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "check.h"

#include "console.h"

static uint32_t passed, failed;

static bool count(const char *name, bool good)
{
	if (good)
		passed++;
	else
		failed++;
	if (good)
		console_printf("ok %u %s\n", passed + failed, name);
	else
		console_printf("FAIL %u %s", passed + failed, name);
	return good;
}

bool check_equal(const char *name, uint64_t got, uint64_t expected)
{
	if (count(name, got == expected))
		return true;
	console_printf(": got %lx expected %lx\n", got, expected);
	return false;
}

bool check_either(const char *name, uint64_t got, uint64_t expected, uint64_t or_expected)
{
	if (count(name, got == expected || got == or_expected))
		return true;
	console_printf(": got %lx expected %lx or %lx\n", got, expected, or_expected);
	return false;
}

bool check_true(const char *name, bool got)
{
	return check_equal(name, got, true);
}

bool check_summary(void)
{
	console_printf("conformance: %u passed, %u failed\n", passed, failed);
	return failed == 0 && passed != 0;
}
