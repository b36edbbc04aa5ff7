/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Lies in the CPUID page. The AMD-SP refuses a malformed one, and values that the processor does not have: bits that
 * name features it lacks, and the C-bit's position. It does not mind what is hidden or left out.
 */
#include "lies.h"

#include "freestanding_string.h"
#include "memory.h"

enum lie {
	TRUTH,
	EMPTY,	       /* no entry */
	COUNT,	       /* an entry more than a page may have */
	COUNT_MOST,    /* 2^32 - 1 entries */
	RESERVED,      /* reserved fields of the header */
	OUT_OF_RANGE,  /* a function that no CPUID page has */
	NO_ENCRYPTION, /* without leaf 8000001F */
	C_BIT_LOW,     /* below 32: past the AMD-SP only if that were broken */
	C_BIT_OTHER,   /* one higher */
	NO_SMAP,
	NO_SMEP,
	NO_RANDOM, /* neither RDRAND nor RDSEED */
	NO_RDSEED,
	BASIC_0, /* highest basic function 0 */
	XSAVE,	 /* a save area of 4 GiB, and OSXSAVE as if the firmware had switched it on */
	FULL,	 /* all 64 entries, the rest repeat known ones with other values */
	VENDOR,	 /* another maker */
	CACHES,	 /* all bits of leaves that describe caches and topology */
	COUNT_OF_LIES,
};
static const char *const names[] = {
	"cpuid-empty",	       "cpuid-count",	  "cpuid-count-most",  "cpuid-reserved", "cpuid-out-of-range",
	"cpuid-no-encryption", "cpuid-c-bit-low", "cpuid-c-bit-other", "cpuid-no-smap",	 "cpuid-no-smep",
	"cpuid-no-random",     "cpuid-no-rdseed", "cpuid-basic-0",     "cpuid-xsave",	 "cpuid-full",
	"cpuid-vendor",	       "cpuid-caches"};
static_assert(sizeof(names) / sizeof(names[0]) == COUNT_OF_LIES - 1, "a name for each lie");

#define LEAF_ENCRYPTION 0x8000001fu
#define LEAF_1_ECX_XSAVE (3u << 26) /* XSAVE, OSXSAVE */
#define LEAF_1_ECX_RDRAND (1u << 30)
#define LEAF_7_EBX_SMEP (1u << 7)
#define LEAF_7_EBX_RDSEED (1u << 18)
#define LEAF_7_EBX_SMAP (1u << 20)

static enum lie lie;

bool lies_cpuid_choose(const char *name)
{
	lie = lies_find(name, names, sizeof(names) / sizeof(names[0]));
	return lie != TRUTH;
}

static struct snp_cpuid_entry *entry_of(struct snp_cpuid_page *page, uint32_t leaf)
{
	for (uint32_t i = 0; i < page->count; i++) {
		if (page->entry[i].eax_in == leaf)
			return &page->entry[i];
	}
	return &page->entry[0]; /* of leaf 0, which is always there */
}

static struct snp_cpuid_entry *add(struct snp_cpuid_page *page, uint32_t leaf)
{
	struct snp_cpuid_entry *entry = &page->entry[page->count++];

	*entry = (struct snp_cpuid_entry){
		.eax_in = leaf, .eax = UINT32_MAX, .ebx = UINT32_MAX, .ecx = UINT32_MAX, .edx = UINT32_MAX};
	return entry;
}

static void repeat(struct snp_cpuid_page *page)
{
	uint32_t known = page->count;

	for (uint32_t i = 0; page->count < SNP_CPUID_COUNT_MAX; i++)
		add(page, page->entry[i % known].eax_in);
}

static void encryption(struct snp_cpuid_page *page)
{
	struct snp_cpuid_entry *entry = entry_of(page, LEAF_ENCRYPTION);

	if (lie == NO_ENCRYPTION)
		*entry = page->entry[--page->count];
	else
		entry->ebx = (entry->ebx & ~0x3fu) | (lie == C_BIT_LOW ? 31 : C_BIT_POSITION + 1);
}

static void hide(struct snp_cpuid_page *page)
{
	struct snp_cpuid_entry *leaf_1 = entry_of(page, 1), *leaf_7 = entry_of(page, 7);

	if (lie == NO_SMAP)
		leaf_7->ebx &= ~LEAF_7_EBX_SMAP;
	if (lie == NO_SMEP)
		leaf_7->ebx &= ~LEAF_7_EBX_SMEP;
	if (lie == NO_RANDOM || lie == NO_RDSEED)
		leaf_7->ebx &= ~LEAF_7_EBX_RDSEED;
	if (lie == NO_RANDOM)
		leaf_1->ecx &= ~LEAF_1_ECX_RDRAND;
}

void lies_cpuid(struct snp_cpuid_page *page)
{
	if (lie == TRUTH)
		return;
	lies_told("CPUID page", lie);
	switch (lie) {
	case EMPTY:
		page->count = 0;
		break;
	case COUNT:
		page->count = SNP_CPUID_COUNT_MAX + 1;
		break;
	case COUNT_MOST:
		page->count = UINT32_MAX;
		break;
	case RESERVED:
		page->reserved_08 = 1;
		break;
	case OUT_OF_RANGE:
		add(page, 0x40000000);
		break;
	case NO_ENCRYPTION:
	case C_BIT_LOW:
	case C_BIT_OTHER:
		encryption(page);
		break;
	case BASIC_0:
		entry_of(page, 0)->eax = 0;
		break;
	case XSAVE:
		add(page, 0xd);
		entry_of(page, 1)->ecx |= LEAF_1_ECX_XSAVE;
		break;
	case FULL:
		repeat(page);
		break;
	case VENDOR:
		memset(&entry_of(page, 0)->ebx, 'X', 3 * sizeof(uint32_t));
		break;
	case CACHES:
		memset(&entry_of(page, 2)->eax, 0xff, 4 * sizeof(uint32_t));
		(void)add(page, 4);
		(void)add(page, 0xb);
		(void)add(page, 0x8000001d);
		break;
	default:
		hide(page);
	}
}
