/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * QEMU's RAM file, mapped shared. Offsets are host-physical addresses below 3 GiB. Another process writes to it at any
 * time: pages are copied out once and never looked at in place.
 */
#ifndef AMD_SP_RAM_H
#define AMD_SP_RAM_H

#include "sp_error.h"
#include "test/sp_mailbox.h"

#include <sys/types.h>

struct sp_ram {
	uint8_t *bytes; /* mapping, NULL when not attached */
	uint64_t size;
	dev_t device;
	ino_t file;
};

enum sp_ram_result {
	SP_RAM_ATTACHED,
	SP_RAM_NOT_THERE, /* no such file yet, or still too small for a mailbox */
	SP_RAM_FAILED,	  /* told on standard error */
};

enum sp_ram_result sp_ram_attach(struct sp_ram *ram, const char *path) MUST_CHECK;
void sp_ram_detach(struct sp_ram *ram);
/* True while `path` still names the file that is attached, in its size. */
bool sp_ram_current(const struct sp_ram *ram, const char *path);

/* False when the page is not inside RAM or not aligned. `size` is at most a page. */
bool sp_ram_read(const struct sp_ram *ram, uint64_t address, void *to, size_t size) MUST_CHECK;
bool sp_ram_write(struct sp_ram *ram, uint64_t address, const void *from, size_t size) MUST_CHECK;
struct sp_mailbox *sp_ram_mailbox(struct sp_ram *ram);

#endif
