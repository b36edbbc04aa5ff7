/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The simulated host's own local APIC: QEMU's, memory-mapped (APM 2, chapter 16). */
#ifndef SIM_HOST_APIC_H
#define SIM_HOST_APIC_H

#include <stdint.h>

#define HOST_APIC_BASE 0xfee00000ull
#define APIC_EOI 0xb0
#define APIC_SPURIOUS 0xf0
#define APIC_ICR 0x300
#define APIC_ICR_HIGH 0x310 /* 31:24 destination */
#define APIC_LVT_TIMER 0x320
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE 0x3e0

/* Commands in the interrupt command register */
#define APIC_ICR_FIXED 0x4000u /* asserted, to one processor */
#define APIC_ICR_SELF 0x44000u
#define APIC_ICR_INIT 0x4500u
#define APIC_ICR_STARTUP 0x4600u

/* Vectors the host uses for itself */
#define SELF_VECTOR 0xf0u
#define ALARM_VECTOR 0xf1u
#define KICK_VECTOR 0xf2u

static inline void host_apic_write(unsigned int reg, uint32_t value)
{
	*(volatile uint32_t *)(HOST_APIC_BASE + reg) = value;
}

static inline uint32_t host_apic_read(unsigned int reg)
{
	return *(volatile uint32_t *)(HOST_APIC_BASE + reg);
}

#endif
