/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * What each loader does with an IGVM file, as data: which headers it takes, what it measures and as which type, which
 * VMSA it can start. Every quirk names its source. The code that follows a profile is in accept.c and measure.c.
 */
#ifndef IGVM_BUILD_PROFILE_H
#define IGVM_BUILD_PROFILE_H

#include "abi/snp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* VMSA fields beside those all loaders take. */
enum profile_vmsa {
	PROFILE_VMSA_QEMU, /* a fixed list of registers */
	PROFILE_VMSA_WIDE, /* all registers KVM keeps in a VMSA */
	PROFILE_VMSA_OPENVMM,
	PROFILE_VMSA_ALL, /* the page as it is */
};

/* VMSAs of vCPUs that the file leaves out. */
enum profile_absent_vp {
	PROFILE_ABSENT_QEMU_RESET, /* measured: QEMU's reset state */
	PROFILE_ABSENT_UNKNOWN,	   /* measured, but with contents nobody documents: rule vp-absent */
	PROFILE_ABSENT_NOT_MEASURED,
};

struct profile_quirk {
	const char *rule; /* findings about it have the rule PROFILE/RULE */
	const char *text;
	const char *source;
};

struct profile {
	const char *name;
	const char *summary;
	const char *source;	  /* revision the profile was read from */
	const uint32_t *headers;  /* accepted types, 0 ends the list */
	bool refuses_masked;	  /* refuses other headers even where their mask is of another platform */
	bool first_platform_only; /* the SNP platform must be the first header */
	uint64_t vmsa_gpa;
	enum profile_vmsa vmsa;
	bool vmsa_kvm_bits;	 /* EFER.SVME, CR4.MCE, CR0.ET, CD, NW and DR7 are forced by KVM */
	bool tr_base_from_ldtr;	 /* TR.base is loaded from LDTR.base */
	bool long_mode_entry;	 /* vCPU 0 must start in long mode with paging */
	bool id_block_ignored;	 /* an SNP_ID_BLOCK is read and not given to the AMD-SP */
	uint64_t features;	 /* SEV features it can start */
	uint64_t features_plain; /* SEV features that every host supports; the others get a warning */
	uint32_t vp_limit;	 /* contexts it takes */
	enum profile_absent_vp absent_vp;
	enum snp_page_type no_data;	    /* type of NORMAL pages without data */
	bool by_address;		    /* pages are measured by ascending address, not in file order */
	bool area_one_page;		    /* only the first page of a parameter area is given to the AMD-SP */
	bool insert_overtakes;		    /* a PARAMETER_INSERT is measured before the page run in front of it */
	bool shared_measured;		    /* the shared flag is ignored */
	bool area_data_ignored;		    /* PARAMETER_AREA initial data is not loaded */
	bool map_at_zero;		    /* MEMORY_MAP is written at offset 0 of its area */
	bool large_pages;		    /* takes PAGE_DATA with the 2 MiB flag */
	bool cpuid_xf;			    /* takes CPUID_XF pages */
	bool version_2;			    /* takes the version 2 fixed header */
	uint32_t area_limit;		    /* parameter area indices below this; 0: no limit */
	uint64_t area_bytes_limit;	    /* largest parameter area; 0: no limit */
	bool vtl_zero;			    /* highest_vtl and shared GPA boundary must be 0 */
	const struct profile_quirk *quirks; /* rule NULL ends the list */
	const char *disagreement;	    /* what sources say otherwise, with their revisions; NULL: none found */
	const struct profile *other;	    /* with `disagreement`: the profile by those sources */
	const char *note; /* rule that says what the loader is for, not what is wrong with a file: it counts only for
			   * who names the profile; NULL: none */
};

/* NULL: unknown name. */
const struct profile *profile_find(const char *name);
/* Number `index`, NULL behind the last. The first is the default. */
const struct profile *profile_at(size_t index);
bool profile_accepts(const struct profile *profile, uint32_t header_type);
/* The quirk with that rule, NULL: the profile has none. */
const struct profile_quirk *profile_quirk(const struct profile *profile, const char *rule);

#endif
