# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors

$(call host_program,tsc-khz,test/e2e/linux/tsc_khz.c,,)
