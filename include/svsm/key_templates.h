/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Key-template manifest of an image, compiled: the endorsement keys the vTPM offers, in the order in which it makes and
 * lists them. svsm-igvm-build writes it from JSON (docs/schemas/svsm-key-templates.schema.json), the vtpm service reads
 * it. Little-endian; a header, then for each key an entry and its template, nothing between or behind them.
 */
#ifndef SVSM_KEY_TEMPLATES_H
#define SVSM_KEY_TEMPLATES_H

#include <assert.h>
#include <stdint.h>

#define KEY_TEMPLATES_MAGIC 0x5359454b4d535653ull /* "SVSMKEYS" */
#define KEY_TEMPLATES_VERSION 1u
#define KEY_TEMPLATES_MAX 16u	    /* keys in a manifest */
#define KEY_TEMPLATE_NAME_MAX 32u   /* characters */
#define KEY_TEMPLATE_SIZE_MAX 1016u /* bytes of a TPMT_PUBLIC; with a selector's kind ATTEST_SELECTOR_MAX */

struct key_templates_header {
	uint64_t magic;
	uint32_t version;
	uint32_t count; /* 1 to KEY_TEMPLATES_MAX */
	uint32_t size;	/* of all, this header included */
	uint32_t reserved;
};
static_assert(sizeof(struct key_templates_header) == 24, "key-template header");

struct key_templates_entry {
	char name[KEY_TEMPLATE_NAME_MAX]; /* letters, digits, '.', '_', '-'; padded with zeros; for people */
	uint32_t template_size;		  /* of the TPMT_PUBLIC that follows */
	uint32_t reserved;
};
static_assert(sizeof(struct key_templates_entry) == 40, "key-template entry");

#define KEY_TEMPLATES_SIZE_MAX                                                                                         \
	(sizeof(struct key_templates_header) +                                                                         \
	 KEY_TEMPLATES_MAX * (sizeof(struct key_templates_entry) + KEY_TEMPLATE_SIZE_MAX))

#endif
