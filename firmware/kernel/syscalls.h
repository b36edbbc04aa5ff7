/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* System calls of services: Linux numbers and semantics, the set in docs/contracts.md section 2. */
#ifndef KERNEL_SYSCALLS_H
#define KERNEL_SYSCALLS_H

struct service;

/* SYSCALL, 0F 05. It raises #UD, as EFER.SCE is 0: see entry.S. */
#define SYSCALL_OPCODE 0x050fu
#define SYSCALL_LENGTH 2u

/*
 * Serves the call in the service's saved registers, RIP being at its SYSCALL instruction; sets RAX and steps over it. A
 * call that has to wait sets service->wait and leaves RIP where it is, so that it is made again. The service's address
 * space is active.
 */
void syscalls_handle(struct service *service);

#endif
