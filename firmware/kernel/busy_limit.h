/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * SVSM_ERR_BUSY bounds a call, not the wait: kernels repeat the call at once, with their interrupts off. So a CPU that
 * has been told BUSY by the attestation protocol again and again is told SVSM_ERR_ATTEST_LATER in the end, which its
 * kernel passes on, and looks at its interrupts. Nothing is lost by that: the work goes on, and whoever asks later
 * finds it done. Not for the core protocol, whose calls have no such waits, and where a failure is the end of most
 * guests.
 */
#ifndef KERNEL_BUSY_LIMIT_H
#define KERNEL_BUSY_LIMIT_H

#include <stdint.h>

/* One for each CPU. Zero at the start. */
struct busy_limit {
	uint64_t spent_us; /* of VMPL0 in calls that were answered BUSY, without another answer in between */
};

/* A call of @protocol took @took_us and ends with @result: what to tell the guest. */
uint32_t busy_limit_apply(struct busy_limit *limit, uint32_t protocol, uint32_t result, uint64_t took_us);

#endif
