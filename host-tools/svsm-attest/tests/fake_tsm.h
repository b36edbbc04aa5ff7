/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * configfs-tsm in a plain folder: mkdir() inside its root makes an entry with the kernel's attributes, writes count as
 * generations, and reading outblob, manifestblob or auxblob asks the "AMD-SP". The test program is linked with
 * --wrap for mkdir, rmdir, open.
 */
#ifndef SVSM_ATTEST_TESTS_FAKE_TSM_H
#define SVSM_ATTEST_TESTS_FAKE_TSM_H

#include "fixture.h"

struct fake_tsm {
	char root[64];
	bool no_svsm;			/* a guest at VMPL0, or a kernel without SVSM support */
	unsigned int floor;		/* lowest VMPL the guest's own key may ask for */
	const char *provider;		/* "sev_guest" */
	bool refused;			/* by the host: Linux then gives an empty report */
	unsigned int disturbances;	/* so many reads find that somebody else wrote */
	struct blob manifest, services; /* of the vTPM alone, and of all services */
	struct blob certificates;
	struct snp_report report; /* what the AMD-SP puts into a report, but for REPORT_DATA and signature */
	/* What the guest asked for last */
	char service_guid[64], service_manifest_version[16];
	unsigned int entries; /* made and not removed */
};

/* There is one; NULL ends it. */
void fake_tsm_use(struct fake_tsm *fake);

#endif
