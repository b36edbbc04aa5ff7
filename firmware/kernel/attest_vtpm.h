/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The attest service as a client of the vTPM (SERVICE_FD_VTPM). A reply leaves the vTPM's port at once and waits here
 * for the service to read it: a service that never does holds up nobody. Under services_lock.
 */
#ifndef KERNEL_ATTEST_VTPM_H
#define KERNEL_ATTEST_VTPM_H

#include "addr.h"
#include "services.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The service's system calls: bytes, a negative errno, or 0 with service->wait set when the call has to be repeated. A
 * new request drops the reply to the one before. At the end of the vTPM a write fails with -EPIPE and a read gives 0.
 */
int64_t attest_vtpm_write(struct service *service, struct uva from, uint64_t size);
int64_t attest_vtpm_read(struct service *service, struct uva to, uint64_t size);

/* A reply waits to be read. */
bool attest_vtpm_has_reply(void);

/* Takes the service's reply from the vTPM's port. Called after each turn of a service. */
void attest_vtpm_collect(void);

#endif
