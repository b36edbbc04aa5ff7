/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tests.h"

int main(void)
{
	return test_evidence() + test_config() + test_bound() + test_frame() != 0;
}
