/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * How long the next try of a TPM command may keep its CPU (budget.h). A command that is sent again after TPM_RC_RETRY
 * gets more each time; it is known by its bytes, for its sender may be on another CPU by then, and what one CPU waits
 * for does not lengthen another's calls. Under services_lock.
 */
#ifndef KERNEL_VTPM_BUDGETS_H
#define KERNEL_VTPM_BUDGETS_H

#include <stdint.h>

/* Microseconds for this try. */
uint64_t vtpm_budgets_get(const uint8_t *command, uint32_t size);

/* This try was not enough: the next one gets more. Of too many commands that wait, the one tried longest ago starts
 * anew. */
void vtpm_budgets_grow(const uint8_t *command, uint32_t size);

/* Answered: the same bytes are a new command from now on. */
void vtpm_budgets_forget(const uint8_t *command, uint32_t size);

#endif
