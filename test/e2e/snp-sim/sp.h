/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The AMD-SP, played by the host process amd-sp: commands through the mailbox (include/test/sp_mailbox.h). */
#ifndef SIM_SP_H
#define SIM_SP_H

#include "test/sp_mailbox.h"

/* Waits until amd-sp has attached itself; ends the run when it does not come. */
void sp_wait(void);

/* The mailbox, to fill in a command's arguments. */
struct sp_mailbox *sp_arguments(void);

/* Sends the command and waits; its status. Ends the run when amd-sp does not answer. */
uint32_t sp_command(uint32_t command);

#endif
