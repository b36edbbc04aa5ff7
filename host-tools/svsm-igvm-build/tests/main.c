/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
#include "fixture.h"

int main(void)
{
	const int failed = test_digest_run() + test_image_run() + test_parse_run() + test_description_run() +
			   test_ovmf_run() + test_id_block_run() + test_acpi_run() + test_linux_run();

	return failed ? 1 : 0;
}
