/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Local APIC in x2APIC mode: its MSRs. Source: AMD 24593, APM volume 2, chapter 16 (tables 16-2 and 16-6). */
#ifndef ABI_X2APIC_H
#define ABI_X2APIC_H

#define MSR_APIC_BASE 0x1bu
#define APIC_BASE_BSP (1ull << 8)
#define APIC_BASE_X2APIC (1ull << 10)
#define APIC_BASE_ENABLE (1ull << 11)
#define APIC_BASE_ADDRESS 0xfee00000ull

#define MSR_X2APIC_FIRST 0x800u
#define MSR_X2APIC_LAST 0x8ffu
#define MSR_X2APIC_ID 0x802u
#define MSR_X2APIC_VERSION 0x803u
#define MSR_X2APIC_TPR 0x808u
#define MSR_X2APIC_PPR 0x80au
#define MSR_X2APIC_EOI 0x80bu
#define MSR_X2APIC_LDR 0x80du
#define MSR_X2APIC_SPURIOUS 0x80fu
#define MSR_X2APIC_ISR 0x810u /* eight registers of 32 vectors each, as TMR and IRR */
#define MSR_X2APIC_TMR 0x818u
#define MSR_X2APIC_IRR 0x820u
#define MSR_X2APIC_ERROR 0x828u
#define MSR_X2APIC_ICR 0x830u
#define MSR_X2APIC_LVT_TIMER 0x832u
#define MSR_X2APIC_LVT_THERMAL 0x833u
#define MSR_X2APIC_LVT_PERFORMANCE 0x834u
#define MSR_X2APIC_LVT_LINT0 0x835u
#define MSR_X2APIC_LVT_LINT1 0x836u
#define MSR_X2APIC_LVT_ERROR 0x837u
#define MSR_X2APIC_TIMER_INITIAL 0x838u
#define MSR_X2APIC_TIMER_CURRENT 0x839u
#define MSR_X2APIC_TIMER_DIVIDE 0x83eu
#define MSR_X2APIC_SELF_IPI 0x83fu

#define X2APIC_SPURIOUS_ENABLE (1u << 8)
#define X2APIC_VECTOR_MASK 0xffu
#define X2APIC_DELIVERY_MASK (7u << 8) /* of LVT entries and of the interrupt command register */
#define X2APIC_DELIVERY_FIXED (0u << 8)
#define X2APIC_DELIVERY_LOWEST (1u << 8)
#define X2APIC_DELIVERY_NMI (4u << 8)
#define X2APIC_DELIVERY_INIT (5u << 8)
#define X2APIC_DELIVERY_STARTUP (6u << 8)
#define X2APIC_DELIVERY_EXTINT (7u << 8)
#define X2APIC_LVT_MASKED (1u << 16)
#define X2APIC_LVT_TIMER_MODE (3u << 17) /* 0: one-shot, 1: periodic */
#define X2APIC_LVT_TIMER_PERIODIC (1u << 17)
#define X2APIC_DIVIDE_BY_1 0xbu

/* Interrupt command register: 7:0 vector, 10:8 delivery, 63:32 destination */
#define X2APIC_ICR_LOGICAL (1u << 11)
#define X2APIC_ICR_LEVEL_ASSERT (1u << 14)
#define X2APIC_ICR_TRIGGER_LEVEL (1u << 15)
#define X2APIC_ICR_SHORTHAND_MASK (3u << 18)
#define X2APIC_ICR_DESTINATION (0u << 18)
#define X2APIC_ICR_SELF (1u << 18)
#define X2APIC_ICR_ALL (2u << 18)
#define X2APIC_ICR_OTHERS (3u << 18)
#define X2APIC_BROADCAST 0xffffffffu
#define X2APIC_ERROR_SENT_VECTOR (1u << 5)
#define X2APIC_ERROR_RECEIVED_VECTOR (1u << 6)

#endif
