/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* Exceptions: an expected one is recorded and skipped, any other prints registers and ends the run as failed. */
#ifndef CONFORMANCE_EXCEPTIONS_H
#define CONFORMANCE_EXCEPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define VECTOR_GP 13u
#define VECTOR_PF 14u
#define VECTOR_VC 29u

/* The exception of the last exceptions_probe() that failed */
struct exception_seen {
	uint64_t vector;
	uint64_t error;
	uint64_t cr2;
};
extern struct exception_seen exception_seen;

void exceptions_start(void);

/* Reads one byte; false when that raised an exception. */
bool exceptions_probe(const void *at);

#endif
