/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* The boot info page, checked: it is measured, so a wrong one is a builder's bug, but it must not become ours. */
#ifndef KERNEL_BOOT_INFO_H
#define KERNEL_BOOT_INFO_H

#include "svsm/boot_info.h"

/* The page the first CPU found in RSI; NULL when it makes no sense. Usable once the region is mapped at KERNEL_VA. */
const struct boot_info *boot_info_get(void);

#endif
