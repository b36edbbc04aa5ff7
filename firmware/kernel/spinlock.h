/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Spinlocks. Interrupts are always off in ring 0, so a holder is never interrupted by another holder on its CPU. */
#ifndef KERNEL_SPINLOCK_H
#define KERNEL_SPINLOCK_H

#include "cpu.h"

#include <stdbool.h>
#include <stdint.h>

struct spinlock {
	uint32_t held;
};

static inline bool spinlock_try_acquire(struct spinlock *lock)
{
	return __atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE) == 0;
}

static inline void spinlock_acquire(struct spinlock *lock)
{
	while (!spinlock_try_acquire(lock))
		cpu_pause();
}

static inline void spinlock_release(struct spinlock *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

#endif
