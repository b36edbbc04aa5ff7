/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* System calls of services: Linux numbers and semantics, the set in docs/contracts.md section 2. */
#ifndef KERNEL_SYSCALLS_H
#define KERNEL_SYSCALLS_H

struct service;

/*
 * Serves the call in the service's saved registers and sets RAX. A call that has to wait sets service->wait and leaves
 * RIP at the SYSCALL instruction, so that it is made again. The service's address space is active.
 */
void syscalls_handle(struct service *service);

#endif
