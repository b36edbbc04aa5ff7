/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "tests.h"

int main(void)
{
	return test_profile_run() + test_text_run() + test_bytes_run() + test_match_run() ? 1 : 0;
}
