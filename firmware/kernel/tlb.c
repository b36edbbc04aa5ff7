/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tlb.h"

#include <stdint.h>

#define INVLPGB_INCLUDE_GLOBAL 8ull /* RAX bit 3; no address, PCID or ASID is named: all of them (APM 3) */

void tlb_flush_all(void)
{
	__asm__ volatile(
		".byte 0x0f, 0x01, 0xfe\n" /* INVLPGB, TLBSYNC: spelled out for assemblers that do not know them */
		".byte 0x0f, 0x01, 0xff"
		:
		: "a"(INVLPGB_INCLUDE_GLOBAL), "c"(0), "d"(0)
		: "memory");
}
