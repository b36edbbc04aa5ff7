/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* What the firmware's tables are made for, and an image's builder has to know. Usable from assembly. */
#ifndef SVSM_CPU_LIMIT_H
#define SVSM_CPU_LIMIT_H

#define CPU_MAX 64 /* processors, the first one included; others are not started */

#endif
