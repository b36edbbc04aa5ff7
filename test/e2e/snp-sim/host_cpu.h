/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * The machine's processors, which are QEMU's: each carries one virtual CPU of the guest, with the same number. Number
 * and APIC id are the same.
 */
#ifndef SIM_HOST_CPU_H
#define SIM_HOST_CPU_H

#include <stdint.h>

#define HOST_CPUS_MAX 4u
#define HOST_CPU_STACK 0x10000ull /* boot.S */

/* How many there are. Ends the run when they are more than HOST_CPUS_MAX. */
unsigned int host_cpu_count(void);

/* The one that asks, by its stack. */
unsigned int host_cpu_index(void);

/* Registers of this processor that the host relies on: page for VMRUN's host state, PAT; global interrupts off. */
void host_cpu_init(void);

/* Starts all others, each in host_cpu_main(), which is the caller's. Returns when all have arrived there. */
void host_cpu_start_others(void);
_Noreturn void host_cpu_main(void);
void host_cpu_arrived(void);

/* Interrupts another processor: its guest's turn ends, or its sleep. */
void host_cpu_kick(unsigned int index);

/* Gives the lock back, sleeps until an interrupt came, and takes the lock. One that came before ends the sleep too. */
void host_cpu_wait(void);

#endif
