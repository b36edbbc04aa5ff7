/* SPDX-License-Identifier: MIT */
/* Copyright (c) The SVSM Authors */
/*
 * Loads the IGVM image as QEMU's loader does on KVM: directives in file order, parameter areas inserted before page
 * runs, VMSA measured last. Each page goes to the AMD-SP.
 */
#ifndef SIM_IGVM_LOAD_H
#define SIM_IGVM_LOAD_H

#include "vcpu.h"

#include <stdint.h>

/* Loads @file into guest memory, launches it and makes VMPL0 of @vcpu ready to run. Ends the run when the image is
 * refused. */
void igvm_load(struct vcpu *vcpu, const uint8_t *file, uint64_t size);

#endif
