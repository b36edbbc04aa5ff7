/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "guest_handover.h"

#include "abi/snp.h"
#include "cpuid.h"
#include "freestanding_string.h"
#include "guest.h"
#include "guest_memory.h"
#include "secrets.h"

bool guest_handover_write(const struct boot_guest *guest, void *scratch)
{
	bool done;

	secrets_for_guest(scratch, GUEST_VMPL, gpa_of(guest->calling_area));
	done = guest_memory_write(gpa_of(guest->secrets), scratch, PAGE_SIZE);
	string_cleanse(scratch, PAGE_SIZE);
	return done && guest_memory_write(gpa_of(guest->cpuid), cpuid_page(), PAGE_SIZE) &&
	       guest_memory_zero_page(gpa_of(guest->calling_area), false);
}
