/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The one lock of the simulated host. A processor holds it whenever it runs host code, and gives it back only while its
 * guest runs (vcpu_enter) or while it sleeps (host_cpu_wait). So all state of the host - RMP, nested page tables,
 * virtual CPUs, devices, mailbox, log - is touched by one processor at a time, and no other file needs locks or
 * atomics. Exceptions: a processor's own interrupt handler, and struct vcpu's in_guest.
 */
#ifndef SIM_LOCK_H
#define SIM_LOCK_H

void lock_take(void);
void lock_release(void);

#endif
