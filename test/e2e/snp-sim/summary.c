/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "summary.h"

#include "residency.h"
#include "vectors.h"

void summary_print(void)
{
	residency_report();
	vectors_report();
}
