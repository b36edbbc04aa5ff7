/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Strict IGVM reader. What makes a file unreadable or ambiguous is an error: lengths, offsets, order, overlaps. What
 * the format's own library lets pass but its documents do not (padding, masks without platform) is a warning. Time O(n
 * log n) in the number of headers. Source: Microsoft igvm, igvm_defs crate.
 */
#ifndef IGVM_BUILD_IGVM_PARSE_H
#define IGVM_BUILD_IGVM_PARSE_H

#include "abi/igvm.h"
#include "error.h"
#include "findings.h"

#include <stddef.h>
#include <stdint.h>

/* As many headers as a file of 512 MiB full of 4 KiB pages has: what they need in memory stays below 16 MiB. */
#define IGVM_HEADERS_MAX (1u << 17)
#define IGVM_RULE_MAGIC "magic" /* the rule of files that are not IGVM at all */

struct igvm_record {
	uint32_t type;
	uint32_t length; /* of the payload, exactly what the type demands */
	uint32_t offset; /* of the variable header in the file */
};

struct igvm_file {
	const char *name; /* for messages */
	const uint8_t *bytes;
	size_t size;
	struct igvm_fixed_header fixed;
	size_t record_count;
	struct igvm_record *record; /* owned, file order */
};

/*
 * `bytes` must stay while `out` is used. Every finding gives byte offset and rule; `findings` may be NULL. False when
 * there is an error among them: `error` is then the first, and `out` must not be read. igvm_file_free also after that.
 */
bool igvm_parse(const char *name, const uint8_t *bytes, size_t size, struct igvm_file *out, struct findings *findings,
		struct error *error) MUST_CHECK;
void igvm_file_free(struct igvm_file *file);

/* Copies a record's payload. `size` is the size of the structure of the record's type. */
void igvm_record_read(const struct igvm_file *file, const struct igvm_record *record, void *out, size_t size);

/* Data at a file offset of an accepted record; NULL for offset 0, which means zeros. */
const uint8_t *igvm_file_data(const struct igvm_file *file, uint32_t file_offset);

/* Mask bit of the SEV-SNP platform, 0 when the file has none. */
uint32_t igvm_file_snp_mask(const struct igvm_file *file);

/* Name of a header type as the format's documents spell it, "unknown" for others. */
const char *igvm_type_name(uint32_t type);

#endif
