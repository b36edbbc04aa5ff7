/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/* End of the run: QEMU's isa-debug-exit device where there is one (docs/contracts.md, section 4), else termination. */
#ifndef CONFORMANCE_FINISH_H
#define CONFORMANCE_FINISH_H

#include <stdbool.h>

_Noreturn void finish(bool passed);

#endif
