/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "random.h"

#include "cpu.h"
#include "cpuid.h"
#include "freestanding_string.h"

#include <stdint.h>

#define SEED_ATTEMPTS 16
#define RAND_ATTEMPTS 64

static bool seed_word(uint64_t *word)
{
	for (int i = 0; i < SEED_ATTEMPTS; i++) {
		bool ok;

		__asm__ volatile("rdseed %0" : "=r"(*word), "=@ccc"(ok));
		if (ok)
			return true;
		cpu_pause();
	}
	return false;
}

static bool rand_word(uint64_t *word)
{
	for (int i = 0; i < RAND_ATTEMPTS; i++) {
		bool ok;

		__asm__ volatile("rdrand %0" : "=r"(*word), "=@ccc"(ok));
		if (ok)
			return true;
		cpu_pause();
	}
	return false;
}

bool random_fill(void *to, size_t size)
{
	uint8_t *at = to;

	while (size > 0) {
		size_t chunk = size < sizeof(uint64_t) ? size : sizeof(uint64_t);
		uint64_t word = 0;

		if (!(cpuid_features.rdseed && seed_word(&word)) && !(cpuid_features.rdrand && rand_word(&word)))
			return false;
		memcpy(at, &word, chunk);
		string_cleanse(&word, sizeof(word));
		at += chunk;
		size -= chunk;
	}
	return true;
}
