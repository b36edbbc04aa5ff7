/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Instructions C has no words for. */
#ifndef CONFORMANCE_CPU_H
#define CONFORMANCE_CPU_H

#include <stdint.h>

static inline uint64_t cpu_read_msr(uint32_t number)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number) : "memory");
	return (uint64_t)high << 32 | low;
}

static inline void cpu_write_msr(uint32_t number, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "a"((uint32_t)value), "d"((uint32_t)(value >> 32)), "c"(number) : "memory");
}

static inline uint64_t cpu_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline uint64_t cpu_read_cr3(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr3, %0" : "=r"(value));
	return value;
}

static inline uint64_t cpu_read_cr0(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static inline uint64_t cpu_read_cr4(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

/* RMPADJUST of a 4 KiB page: the result code */
static inline uint32_t cpu_rmpadjust(const void *page, uint64_t attributes)
{
	uint64_t result = (uint64_t)page;

	__asm__ volatile(".byte 0xf3, 0x0f, 0x01, 0xfe" : "+a"(result) : "c"(0ull), "d"(attributes) : "memory", "cc");
	return (uint32_t)result;
}

static inline void cpu_pause(void)
{
	__asm__ volatile("pause" : : : "memory");
}

static inline void cpu_flush_page(const void *at)
{
	__asm__ volatile("invlpg (%0)" : : "r"(at) : "memory");
}

static inline void cpu_vmgexit(void)
{
	__asm__ volatile("rep; vmmcall" : : : "memory");
}

static inline void cpu_halt(void)
{
	__asm__ volatile("hlt" : : : "memory");
}

#endif
