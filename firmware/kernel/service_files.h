/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The file descriptors of services (docs/contracts.md section 2): log, requests, the vTPM as seen by attest, the
 * AMD-SP, VMPCK0, and the key-template manifest. Negative results are -errno values of Linux.
 */
#ifndef KERNEL_SERVICE_FILES_H
#define KERNEL_SERVICE_FILES_H

#include "addr.h"

#include <stdint.h>

struct service;

int64_t service_files_read(struct service *service, uint64_t fd, struct uva to, uint64_t size);
int64_t service_files_write(struct service *service, uint64_t fd, struct uva from, uint64_t size);

/* poll() of one descriptor at once or for ever: SERVICE_FD_REQUEST is readable while a request waits. */
int64_t service_files_poll(struct service *service, struct uva at, uint64_t count, uint64_t timeout);
int64_t service_files_stat(struct service *service, uint64_t fd, struct uva to);

#endif
