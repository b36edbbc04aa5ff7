/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Image description: the JSON file a person writes. Schema: docs/schemas/svsm-image.schema.json. */
#ifndef IGVM_BUILD_DESCRIPTION_H
#define IGVM_BUILD_DESCRIPTION_H

#include "error.h"
#include "measure.h"
#include "profile.h"
#include "svsm/boot_info.h"

#include <stddef.h>
#include <stdint.h>

struct description_module {
	enum boot_module_kind kind;
	char *file; /* as written */
};

struct description_guest {
	enum boot_guest_kind kind;
	char *file;	    /* of a Linux guest: the kernel */
	char *initrd;	    /* Linux guest; NULL: none */
	char *command_line; /* Linux guest */
	uint64_t stack_top; /* flat64 guest; the rest as in struct boot_guest */
	uint64_t page_tables;
	uint64_t boot_params;
	uint64_t secrets;
	uint64_t cpuid;
	uint64_t calling_area;
};

struct description {
	char *name;		       /* letters, digits, '.', '_', '-' */
	const struct profile *profile; /* loader it is built for */
	uint64_t guest_policy;
	uint64_t sev_features; /* bits of the VMSA field; the profile and the firmware take them */
	uint32_t vcpus;	       /* the image is for, 1 to LAUNCH_VCPU_MAX */
	uint32_t options;      /* BOOT_OPTION_ bits */
	char *firmware;
	size_t module_count;
	struct description_module module[BOOT_MODULE_MAX];
	struct description_guest guest; /* kind BOOT_GUEST_NONE: absent */
};

/* `path` is for messages. An error names the field by its JSON path. Free with description_free also after a failure.
 */
bool description_parse(const char *path, const char *text, size_t size, struct description *out,
		       struct error *error) MUST_CHECK;
void description_free(struct description *description);

#endif
