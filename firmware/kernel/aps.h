/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The machine's other CPUs ("application processors"), at VMPL0: the host lists them, the firmware makes the registers,
 * stacks and windows of each, and waits until it runs. Then it halts, until the guest makes a virtual CPU there
 * (vcpu_calls.h).
 */
#ifndef KERNEL_APS_H
#define KERNEL_APS_H

/*
 * Starts all of them, once, on the first CPU. Whatever the host says or refuses costs CPUs, not the boot: the console
 * tells. CPUs beyond CPU_MAX are not started.
 */
void aps_start(void);

#endif
