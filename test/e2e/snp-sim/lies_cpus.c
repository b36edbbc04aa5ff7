/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* A host that lies about its processors, or does not start them. */
#include "lies.h"

static const char *const names[] = {"ap-refused", "ap-dead", "ids-none", "ids-malformed", "ids-twice", "no-invlpgb"};

static enum {
	NO_LIE,
	AP_REFUSED,    /* no processor is started at VMPL0 */
	AP_DEAD,       /* none is, though the host says so */
	IDS_NONE,      /* no list of processors is offered */
	IDS_MALFORMED, /* the list says that it is longer than it can be */
	IDS_TWICE,     /* each processor is listed twice */
	NO_INVLPGB,
} lie;

bool lies_cpus_choose(const char *name)
{
	lie = lies_find(name, names, sizeof(names) / sizeof(names[0]));
	return lie != NO_LIE;
}

bool lies_cpus_refuse(unsigned int vmpl)
{
	return vmpl == 0 && lie == AP_REFUSED;
}

bool lies_cpus_skip(unsigned int vmpl)
{
	if (vmpl != 0 || lie != AP_DEAD)
		return false;
	lies_told("a processor is started, it says", vmpl);
	return true;
}

uint64_t lies_cpus_features(uint64_t features)
{
	return lie == IDS_NONE ? features & ~GHCB_FEATURE_APIC_ID_LIST : features;
}

void lies_cpus_list(struct ghcb_apic_ids *list, uint32_t count)
{
	if (lie == IDS_MALFORMED)
		list->count = UINT32_MAX;
	if (lie != IDS_TWICE)
		return;
	list->count = 2 * count;
	for (uint32_t i = 0; i < count; i++)
		list->apic_id[count + i] = list->apic_id[i];
}

bool lies_cpus_hide_invlpgb(void)
{
	return lie == NO_INVLPGB;
}
