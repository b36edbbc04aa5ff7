/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Small ELF files, descriptions and images for the tests. */
#ifndef IGVM_BUILD_TESTS_FIXTURE_H
#define IGVM_BUILD_TESTS_FIXTURE_H

#include "file.h"
#include "igvm_parse.h"
#include "image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture_segment {
	uint64_t gpa;
	uint32_t file_size; /* filled with a pattern that depends on gpa */
	uint32_t memory_size;
	uint32_t flags; /* PF_* */
};

/* An ELF executable; the caller frees the bytes. */
struct file_data fixture_elf(uint64_t entry, const struct fixture_segment *segments, uint16_t count);

/* A firmware with text and BSS at FW_BASE, two modules of 5000 and 10 bytes, and a guest with two ranges. */
struct fixture {
	struct description description;
	struct image_inputs inputs;
	struct file_data firmware, guest;
	struct image image;
	struct file_data igvm;
	struct error error;
};
void fixture_open(struct fixture *fixture);
/* Lays out and writes; the test fails when it is refused. */
void fixture_build(struct fixture *fixture);
void fixture_close(struct fixture *fixture);

/* Replaces the checksum of an IGVM file that a test has changed. */
void fixture_checksum(struct file_data *igvm);

int test_digest_run(void);
int test_image_run(void);
int test_parse_run(void);
int test_description_run(void);
int test_ovmf_run(void);
int test_id_block_run(void);
int test_acpi_run(void);
int test_linux_run(void);

#endif
