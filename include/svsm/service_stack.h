/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The stack the kernel gives a service: what elf_image.c maps and what the services' budgets read. Usable from
 * assembly. */
#ifndef SVSM_SERVICE_STACK_H
#define SVSM_SERVICE_STACK_H

#define SERVICE_STACK_SIZE (256 * 1024)
#define SERVICE_STACK_ABOVE_MAIN 4096 /* left to what the kernel and the C library put on it before main */
#define SERVICE_STACK_GUARD 1048576   /* nothing is ever mapped so far below it */

#endif
