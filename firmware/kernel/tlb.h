/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Translations that processors keep. They carry the RMP's rights as they were when the translation was made, so whoever
 * takes rights away and depends on that must flush. Mappings of the kernel itself need no flush on other CPUs: each CPU
 * uses only windows and stacks of its own, and address spaces of services are loaded anew for every turn.
 */
#ifndef KERNEL_TLB_H
#define KERNEL_TLB_H

/*
 * Drops every translation of this guest, on all its CPUs and at all VMPLs, and waits until they are gone. Wants
 * cpuid_features.invlpgb.
 */
void tlb_flush_all(void);

#endif
