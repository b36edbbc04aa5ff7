/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "lies.h"

#include "freestanding_string.h"
#include "report.h"

#define NAME_MAX 32u
#define TOLD_MAX 8u
#define OPTION "lie="

uint64_t lies_at;

static uint64_t random_state;

static bool (*const choosers[])(const char *name) = {lies_cpuid_choose, lies_map_choose, lies_msr_choose,
						     lies_nae_choose,	lies_sp_choose,	 lies_pages_choose,
						     lies_vmpl_choose,	lies_cpus_choose};

/* xorshift64* */
uint64_t lies_random(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1dull;
}

void lies_told(const char *what, uint64_t value)
{
	static unsigned int told;

	if (told++ < TOLD_MAX)
		report_log("snp-sim: lie: %s %lx\n", what, value);
}

static bool same(const char *a, const char *b)
{
	while (*a != 0 && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

unsigned int lies_find(const char *name, const char *const names[], size_t count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (same(name, names[i]))
			return i + 1;
	}
	return 0;
}

void lies_choose(const char *options, uint64_t at, uint64_t seed)
{
	char name[NAME_MAX] = {0};
	size_t size = 0;

	lies_at = at != 0 ? at : 1;
	random_state = seed * 0x9e3779b97f4a7c15ull + 1;
	while (*options != 0 && memcmp(options, OPTION, sizeof(OPTION) - 1) != 0)
		options++;
	if (*options == 0)
		return;
	for (options += sizeof(OPTION) - 1; *options != 0 && *options != ' ' && size < sizeof(name) - 1; options++)
		name[size++] = *options;
	for (size_t i = 0; i < sizeof(choosers) / sizeof(choosers[0]); i++) {
		if (choosers[i](name))
			return;
	}
	report_log("snp-sim: no lie has the name %s\n", name);
	report_exit(EXIT_VALUE_INTERNAL);
}
