/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The guest's second CPU: waits for jobs, which the first gives it. */
#ifndef CONFORMANCE_SECOND_CPU_H
#define CONFORMANCE_SECOND_CPU_H

#include <stdbool.h>
#include <stdint.h>

/* Takes memory for its stack, GHCB and calling area; false when there is none. */
bool second_cpu_prepare(void);

/* Registers with which it begins, in the page @vmsa; second_cpu_up() is false until it has. */
void second_cpu_write_registers(uint8_t *vmsa);
uint64_t second_cpu_calling_area(void);

/* True when it runs, within a few seconds. */
bool second_cpu_up(void);

/* Gives it @job; it runs at the same time as the caller. */
void second_cpu_begin(void (*job)(void *), void *argument);
/* True when the job is done, within a minute. */
bool second_cpu_end(void);
bool second_cpu_run(void (*job)(void *), void *argument);

/* A job that does not end: the CPU goes offline, as Linux lets it, until it is created anew. */
void second_cpu_hold(void *unused);

/* Answers that were BUSY or INCOMPLETE there */
uint64_t second_cpu_retries(void);

#endif
