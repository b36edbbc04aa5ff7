/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What the programs share: buffers that stay, and functions that are not inlined. */
#ifndef PROGRAMS_COMMON_H
#define PROGRAMS_COMMON_H

#define NOINLINE __attribute__((noinline))
/* A buffer the compiler must keep and touch */
#define USE(buffer, index) ((buffer)[(index)&7] = (char)(index))

int work(int n);
extern volatile int sink;

#endif
