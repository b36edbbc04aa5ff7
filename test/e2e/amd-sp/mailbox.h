/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Carries out the commands that snp-sim puts into the mailbox (include/test/sp_mailbox.h). */
#ifndef AMD_SP_MAILBOX_H
#define AMD_SP_MAILBOX_H

#include "sp_core.h"
#include "sp_ram.h"

/* Drops whatever an earlier run left and says that the AMD-SP is ready. */
void mailbox_open(struct sp_ram *ram);
/*
 * Carries out the command that waits, if one does; true then. `output`: directory for launch.json, written before
 * LAUNCH_FINISH completes.
 */
bool mailbox_serve(struct sp_ram *ram, struct sp_core *core, const char *output) MUST_CHECK;

#endif
