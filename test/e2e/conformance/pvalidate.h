/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* CORE_PVALIDATE lists, and page states made with them. Pages are named by their identity-mapped address. */
#ifndef CONFORMANCE_PVALIDATE_H
#define CONFORMANCE_PVALIDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most entries of a list in the calling area's buffer */
#define PVALIDATE_MAX_IN_AREA 510u

/* Writes a list; @count entries are written whatever @entries claims. */
void pvalidate_write(uint8_t *list, uint16_t entries, uint16_t next, const uint64_t *entry, size_t count);
uint16_t pvalidate_next(const uint8_t *list);

/* Calls with the list at @gpa. Gives RAX. */
uint64_t pvalidate_call(uint64_t gpa);

/* A list of one entry in the calling area */
uint64_t pvalidate_one(uint64_t entry);

/* @count pages of 4 KiB from @first, in as few calls as possible; @flags go into each entry. First failure's RAX. */
uint64_t pvalidate_run(const uint8_t *first, size_t count, uint64_t flags);

/* Rescinds, tells the host and maps the page shared; false when any step fails. */
bool pvalidate_share(uint8_t *page);

/* The way back: private with the host, mapped private, validated. Contents are lost. */
bool pvalidate_unshare(uint8_t *page);

#endif
